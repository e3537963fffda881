// The page starts, under the policy and from the place that it promises; or it says why it cannot.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { CONTENT_SECURITY_POLICY } from "../../tools/serve.mjs";
import { Playground } from "./console.mjs";
import { lacks } from "./driver/driver.mjs";
import { dist, open, PREFIX } from "./harness.mjs";

test("the page starts from a sub-path, without errors or violations", async (t) => {
  const { page } = await open(t);
  await page.getByRole("textbox", { name: "Command line" }).waitFor();
});

test("the page's own policy is no laxer than the one it promises to run under", async (t) => {
  const { page } = await open(t);
  const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute("content");
  const sources = (text) => new Map(text.split(";").map((part) => part.trim()).map((part) => [part.split(" ")[0], part]));
  const own = sources(policy);
  for (const [directive, part] of sources(CONTENT_SECURITY_POLICY)) {
    assert.equal(own.get(directive), part);
  }
});

test("the shell is in the page before any script has run", { skip: lacks("scriptless") }, async (t) => {
  const { page } = await open(t, { context: { javaScriptEnabled: false }, boot: null, expected: [/csp/] });
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.locator("#boot-status").waitFor();
});

const wasm = (answer) => (pathname) => (pathname.endsWith(".wasm") ? answer : undefined);

/** The error itself, which `boot.js` puts into the console beside its sentence; each engine words it in its own way. */
const TOLD = /^console error: .*\/boot\.js\)$/s;

const first = (answer) => (pathname) => (pathname.endsWith("/boot.js") ? { type: ".js", ...answer } : undefined);

const failures = [
  {
    what: "its first script is gone",
    options: { route: first({ status: 404, body: "" }), expected: [/404/, /preloaded/, /^uncaught: Loading/] },
    says: /script of the page could not be loaded.*Reload/s,
  },
  {
    what: "its first script is damaged",
    options: { route: first({ body: "import {" }), expected: [/^uncaught: /, /preloaded/] },
    says: /could not start: /,
  },
  {
    what: "the wasm file is gone",
    options: { route: wasm({ status: 404, type: ".txt", body: "Not found" }), expected: [/404/, TOLD] },
    says: /HTTP 404.*Reload/s,
  },
  {
    what: "the server is in trouble",
    options: { route: wasm({ status: 503, type: ".txt", body: "Busy" }), expected: [/503/, TOLD] },
    says: /HTTP 503/,
  },
  {
    what: "the download is damaged",
    options: { route: wasm({ type: ".wasm", body: "no module" }), expected: [TOLD] },
    says: /download was damaged/,
  },
  {
    what: "the module's script is gone",
    options: {
      route: (pathname) =>
        pathname.includes("/playground-") && pathname.endsWith(".js") ? { status: 404, type: ".txt", body: "" } : undefined,
      expected: [/404/, TOLD, /preloaded/, /NS_ERROR_CORRUPTED_CONTENT/, /^uncaught: Loading module/],
    },
    says: /script of the page could not be loaded/,
  },
  {
    what: "the browser has no WebAssembly",
    options: {
      prepare: (page) => page.addInitScript("delete globalThis.WebAssembly"),
      expected: [TOLD, /preloaded/],
    },
    says: /no WebAssembly/,
  },
  {
    what: "the site forbids WebAssembly",
    options: {
      route: (pathname) =>
        pathname === PREFIX
          ? { body: readFileSync(`${dist}index.html`), headers: { "content-security-policy": "script-src 'self'" } }
          : undefined,
      expected: [/Content.Security.Policy/, TOLD],
    },
    says: /Content-Security-Policy \(script-src\)/,
  },
];

test("the page is there before the simulator, and what is typed meanwhile runs when it has come", async (t) => {
  let arrive;
  const arrival = new Promise((resolve) => (arrive = resolve));
  const { page } = await open(t, {
    simulator: false,
    expected: [/preloaded/],
    route: (pathname) => (/simulator-.*\.wasm$/.test(pathname) ? arrival : undefined),
  });
  const user = new Playground(page);
  await user.type("az group create -n early -l eastus");
  await user.type("az group exists -n early");
  assert.equal(await user.entries.first().getAttribute("data-exit-code"), null);
  arrive();
  await page.locator('[data-exit-code="0"]').nth(1).waitFor();
  assert.match(await user.entries.nth(1).textContent(), /true/);
});

test("the page says so where the simulator is gone", async (t) => {
  const { page } = await open(t, {
    simulator: false,
    route: (pathname) =>
      /simulator-.*\.wasm$/.test(pathname) ? { status: 404, type: ".txt", body: "Not found" } : undefined,
    expected: [/404/, /TypeError/, /preloaded/],
  });
  const alert = page.getByRole("alert");
  await alert.waitFor();
  assert.match(await alert.textContent(), /simulator could not be downloaded.*Reload/);
});

for (const { what, options, says } of failures) {
  test(`the page says so where ${what}`, async (t) => {
    const { page } = await open(t, { ...options, boot: "failed" });
    const status = page.locator("#boot-status");
    assert.match(await status.textContent(), says);
    assert.ok(await status.isVisible());
  });
}
