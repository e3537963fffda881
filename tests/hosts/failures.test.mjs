// An element whose playground does not come says so, keeps the commands of its page, and leaves no promise open.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Playground } from "../e2e/console.mjs";
import { dist } from "../e2e/harness.mjs";
import { bare, inside, playground, visit } from "./hosts.mjs";

const COMMANDS = "az aks list -o table";
/** A frame without an origin sees the status of an answer only where it may read it. */
const NOT_FOUND = { status: 404, type: ".txt", body: "Not found", headers: { "access-control-allow-origin": "*" } };

/** A page with an element that has commands, and what it has told of failures. */
async function host(t, server, { attributes = "", headers, others = [] } = {}) {
  const { page } = await visit(t, {
    html: bare(server, `<scale-down-playground id=it ${attributes}><pre>${COMMANDS}</pre></scale-down-playground>`),
    headers,
    others: [server.origin, ...others],
    // What goes wrong on purpose is told in the console, by each engine in its own words.
    expected: [/./],
  });
  await page.evaluate(() => {
    window.failures = [];
    document.addEventListener("sdp-error", ({ detail }) => window.failures.push(detail));
  });
  return page;
}

const failures = (page) => page.evaluate(() => window.failures);
/** Calls a method, and gives the code of the error that it ends with. */
const refusal = (page, method, ...params) =>
  page.evaluate(
    ([method, params]) =>
      document.getElementById("it")[method](...params).then(
        () => "nothing",
        (error) => (error instanceof Error ? error.code : `${error}`),
      ),
    [method, params],
  );
const answering = (matches, answer) => (pathname) => (matches.test(pathname) ? answer : undefined);

/** A server that takes connections and answers none. */
const silent = (pathname) => (pathname === "/playground/" ? new Promise(() => {}) : undefined);

const CASES = [
  {
    what: "its server is down",
    src: ({ origin }) => origin.replace(/:\d+$/, ":9"),
    code: "unreachable",
    attributes: 'timeout="5"',
    says: /127\.0\.0\.1:9 does not answer/,
  },
  {
    what: "there is no such page",
    route: answering(/^\/playground\/$/, NOT_FOUND),
    code: "unreachable",
    says: /does not answer/,
  },
  {
    what: "the page around it does not let it in",
    headers: ({ origin }) => ({ "content-security-policy": `default-src 'self'; script-src ${origin}; frame-src 'none'` }),
    code: "blocked",
    says: /Content-Security-Policy of this page \(frame-src\)/,
  },
  {
    what: "its first script is gone",
    route: answering(/\/boot\.js$/, NOT_FOUND),
    code: "boot",
    says: /script of the page could not be loaded/,
  },
  {
    what: "its first script is broken",
    route: answering(/\/boot\.js$/, { type: ".js", body: "import {" }),
    code: "boot",
    says: /The page could not start: /,
  },
  {
    what: "its wasm is gone",
    route: answering(/_bg\.wasm$/, NOT_FOUND),
    code: "boot",
    says: /HTTP 404/,
  },
  {
    what: "its simulator is gone",
    route: answering(/\/simulator-.*\.wasm$/, NOT_FOUND),
    code: "boot",
    says: /simulator could not be downloaded/,
  },
  {
    what: "its server never answers",
    route: silent,
    attributes: 'timeout="1"',
    code: "unreachable",
    says: /does not answer/,
  },
  {
    what: "its simulator never arrives",
    route: (pathname) => (/\/simulator-.*\.wasm$/.test(pathname) ? new Promise(() => {}) : undefined),
    attributes: 'timeout="4"',
    code: "timeout",
    says: /was not ready within 4 seconds/,
  },
];

for (const { what, src, route, headers, attributes = "", code, says } of CASES) {
  test(`it says so where ${what}`, async (t) => {
    const server = await playground({ route });
    const address = src ? `src="${src(server)}/"` : "";
    const page = await host(t, server, { attributes: `${attributes} ${address}`, headers: headers?.(server) });
    const settled = refusal(page, "run", "az group list");
    const commands = page.getByText(COMMANDS);
    assert.ok(await commands.isVisible(), "the commands are there while it loads");

    assert.equal(await settled, code);
    const alert = page.getByRole("alert");
    assert.match(await alert.textContent(), says);
    assert.ok(await commands.isVisible(), "the commands are there after it has failed");
    assert.equal(await page.locator("iframe").count(), 0);
    const [{ code: told, message }, ...more] = await failures(page);
    assert.deepEqual({ told, more }, { told: code, more: [] });
    assert.match(message, says);
    assert.match(await alert.getByRole("link", { name: "open it in a tab of its own" }).getAttribute("href"), /^http.*#run=az%20aks%20list/);
  });
}

test("every method is refused with the reason", async (t) => {
  const server = await playground({ route: answering(/_bg\.wasm$/, NOT_FOUND) });
  const page = await host(t, server);
  for (const [method, ...params] of [["run", "az group list"], ["reset"], ["seek", 1], ["play"], ["pause"], ["load", ""], ["snapshot"], ["share"]]) {
    assert.equal(await refusal(page, method, ...params), "boot", method);
  }
});

test("Try again loads it once the server is back", async (t) => {
  let isDown = true;
  const server = await playground({ route: (pathname) => (isDown && /_bg\.wasm$/.test(pathname) ? NOT_FOUND : undefined) });
  const page = await host(t, server);
  await page.getByRole("button").click();
  await page.getByRole("alert").waitFor();
  isDown = false;
  await page.getByRole("link", { name: "Try again" }).click();
  const frame = await inside(page, "#it");
  assert.equal(await new Playground(frame).prompt.inputValue(), COMMANDS);
  await page.getByRole("alert").waitFor({ state: "hidden" });
  // The poster goes once the frame has said that it is ready, which is a moment after its prompt is there.
  await page.getByText(COMMANDS).first().waitFor({ state: "hidden" });
});

test("what is under way when it is taken out of the page is refused", async (t) => {
  const server = await playground({ route: silent });
  const page = await host(t, server);
  const settled = refusal(page, "share");
  await page.locator("#it iframe").waitFor({ state: "attached" });
  await page.evaluate(() => (window.kept = document.getElementById("it")).remove());
  assert.equal(await settled, "aborted");
  assert.equal(await page.evaluate(() => window.kept.share().catch(({ code }) => code)), "aborted");
});

test("one far out of sight, which is not drawn, is ready all the same", async (t) => {
  const server = await playground();
  const page = await host(t, server, { attributes: 'timeout="10" style="margin-top: 9000px"' });
  const entry = await page.evaluate(() => document.getElementById("it").run("az group exists -n x"));
  assert.equal(entry.exitCode, 0);
});

test("whoever opens it by key is in it when it is ready", async (t) => {
  const server = await playground();
  const page = await host(t, server);
  await page.getByRole("button").press("Enter");
  await inside(page, "#it");
  await page.waitForFunction(() => document.getElementById("it").shadowRoot.activeElement?.localName === "iframe");
});

test("a lesson that is not there is told in the embed, which works without it", async (t) => {
  const server = await playground({ route: answering(/\/nowhere\.txt$/, NOT_FOUND) });
  const page = await host(t, server, { attributes: 'lesson="nowhere"' });
  assert.equal(await page.evaluate(() => document.getElementById("it").run("az group list -o none").then(({ exitCode }) => exitCode)), 0);
  const frame = await inside(page, "#it");
  assert.match(await frame.getByRole("alert").filter({ hasText: "lesson" }).textContent(), /lesson at .*nowhere\.txt could not be loaded: HTTP 404/);
  const [{ code, message }, ...more] = await failures(page);
  assert.deepEqual({ code, more }, { code: "lesson", more: [] });
  assert.match(message, /HTTP 404/);
});

test("a simulator that stops refuses what is under way", async (t) => {
  const server = await playground();
  const page = await host(t, server, { attributes: 'speed="1"' });
  await page.getByRole("button").click();
  const frame = await inside(page, "#it");
  const settled = refusal(page, "run", "wait 10h");
  await frame.locator(".log").getByText("wait 10h").first().waitFor();
  // What the panic hook does last.
  await frame.evaluate(() => document.getElementById("crash").setAttribute("data-details", "panicked at test.rs: on purpose"));
  assert.equal(await settled, "crashed");
  assert.deepEqual((await failures(page)).map(({ code }) => code), ["crashed"]);
  await frame.getByRole("button", { name: "Start afresh" }).click();
  await page.waitForFunction(() => document.getElementById("it").snapshot().then(({ atMs }) => atMs < 600_000, () => false));
});

const group = (count) => Array.from({ length: count }, () => "az group list -o none").join("\n");
const run = (page, lines) =>
  page.evaluate((lines) => document.getElementById("it").run(lines).then(({ exitCode, lines }) => [exitCode, lines.length]), lines);

test("a thousand lines run, also where two calls have more; more are refused with their number", async (t) => {
  const server = await playground();
  const page = await host(t, server);
  assert.equal(await refusal(page, "run", `# A comment\n\n${group(1_001)}`), "too_many_lines");
  assert.deepEqual(await run(page, `# A comment\n\naz group \\\n  list -o none\n${group(999)}`), [0, 1_000]);
  // The first waits, so that what comes behind it is kept.
  const first = run(page, `wait 1s\n${group(599)}`);
  const second = run(page, group(600));
  assert.deepEqual(await first, [0, 600]);
  assert.deepEqual(await second, [0, 600]);
});

test("the document says for how long is waited", () => {
  const script = readFileSync(`${dist}embed.js`, "utf8");
  const document = readFileSync(new URL("../../docs/embedding.md", import.meta.url), "utf8");
  const [, seconds] = script.match(/TIMEOUT_S = (\d+)/);
  assert.match(document, new RegExp(`\`timeout\` .*\\b${seconds}\\b`));
});
