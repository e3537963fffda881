// What every end-to-end test starts from: the built page, served from a sub-path, in a real browser.
//
// A test asks `open()` for a page and gets one that fails the test by itself on anything that a user
// would never see but a developer should: an error in the console, an uncaught exception, a violation
// of the Content-Security-Policy, a file that is missing, a request to another site.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { serve } from "../../tools/serve.mjs";
import { newPage } from "./driver/driver.mjs";

export const dist = fileURLToPath(new URL("../../dist/", import.meta.url));

/** As a documentation site would host it: the page must not assume that it owns the root. */
export const PREFIX = "/docs/playground/";

/** Collects what must not happen; `expected` names what a test provokes on purpose. */
export function watch(page, origins, expected) {
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
    if (!origins.includes(url.origin) && !["data:", "blob:", "about:"].includes(url.protocol)) {
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
 * Resolves to the `page`, its `url` and `problems`, the list so far.
 */
export async function open(
  test,
  { path = "", context = {}, route, expected = [], prepare, boot = "ready", simulator = true } = {},
) {
  assert.ok(existsSync(`${dist}index.html`), "there is no dist/: run 'make build' first");
  const { page, close, routed } = await newPage(context);
  const html = () => readFileSync(`${dist}index.html`);
  const server = await serve({ folder: dist, prefix: PREFIX, route: routed(PREFIX, html, route) });
  const problems = watch(page, [server.origin], expected);
  test.after(async () => {
    await close();
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
