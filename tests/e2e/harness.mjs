// What every end-to-end test starts from: the built page, served from a sub-path, in a real Chromium.
//
// A test asks `open()` for a page and gets one that fails the test by itself on anything that a user
// would never see but a developer should: an error in the console, an uncaught exception, a violation
// of the Content-Security-Policy, a file that is missing, a request to another site.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { serve } from "../../tools/serve.mjs";

export const dist = fileURLToPath(new URL("../../dist/", import.meta.url));

/** As a documentation site would host it: the page must not assume that it owns the root. */
export const PREFIX = "/docs/playground/";

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

let browser;
/** One browser for each test file, with an empty profile of its own. */
function launch() {
  browser ??= chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    headless: true,
    args: ARGUMENTS,
  });
  return browser;
}
after(async () => {
  await (await browser)?.close();
});

/** Collects what must not happen; `expected` names what a test provokes on purpose. */
function watch(page, origin, expected) {
  const problems = [];
  const note = (problem) => {
    if (!expected.some((pattern) => pattern.test(problem))) problems.push(problem);
  };
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") {
      note(`console ${message.type()}: ${message.text()} (${message.location().url})`);
    }
  });
  page.on("pageerror", (error) => note(`uncaught: ${error.stack ?? error}`));
  page.on("crash", () => note("the browser tab crashed"));
  page.on("requestfailed", (request) => {
    const reason = request.failure()?.errorText;
    // What a reload or a closed tab breaks off has not failed.
    if (reason !== "net::ERR_ABORTED") note(`request failed: ${request.url()} ${reason}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) note(`HTTP ${response.status()}: ${response.url()}`);
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.origin !== origin && !["data:", "blob:", "about:"].includes(url.protocol)) {
      note(`request to another site: ${url}`);
    }
  });
  return problems;
}

/**
 * Opens the page and waits until the simulator runs.
 *
 * - `path`: what follows the page's address, e.g. `"?embed=1#run=…"`
 * - `context`: options of the browser context: `viewport`, `colorScheme`, `reducedMotion`, `permissions` …
 * - `route(pathname)`: answers in the place of the page's files, see `tools/serve.mjs`
 * - `expected`: patterns of problems that the test provokes on purpose
 * - `prepare(page)`: runs before the page is loaded, e.g. to add an init script
 * - `boot`: what to wait for: `"ready"` (default), `"failed"`, or `null` for nothing
 * - `simulator`: whether a page that is ready is waited with until the simulator has arrived
 *
 * Resolves to the Playwright `page`, the page's `url` and `problems`, the list so far.
 */
export async function open(
  test,
  { path = "", context: contextOptions = {}, route, expected = [], prepare, boot = "ready", simulator = true } = {},
) {
  assert.ok(existsSync(`${dist}index.html`), "there is no dist/: run 'make build' first");
  const server = await serve({ folder: dist, prefix: PREFIX, route });
  const context = await (await launch()).newContext(contextOptions);
  // Generous, for machines that are busy with something else: a test that passes never waits this long.
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  const problems = watch(page, server.origin, expected);
  test.after(async () => {
    await context.close();
    await server.close();
    assert.deepEqual(problems, [], "the page reported problems");
  });

  await prepare?.(page);
  const url = server.url + path;
  await page.goto(url);
  if (boot) await page.locator(`html[data-boot=${boot}]`).waitFor({ state: "attached" });
  if (boot === "ready" && simulator) await page.locator("html[data-simulator]").waitFor({ state: "attached" });
  return { page, url, server, problems };
}
