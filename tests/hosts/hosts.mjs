// Pages of documentation as people build them, with the playground in them: made by MkDocs and mdBook,
// or by hand, each served from a server of its own.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { newPage } from "../e2e/driver/driver.mjs";
import { dist, watch } from "../e2e/harness.mjs";
import { CONTENT_SECURITY_POLICY, serve } from "../../tools/serve.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const folder = mkdtempSync(join(tmpdir(), "hosts-"));
after(() => rmSync(folder, { recursive: true, force: true }));

// They outlive the tests, whose pages may still load from them when a test ends.
const servers = [];
after(() => Promise.all(servers.map((server) => server.close())));

function build(program, args, env) {
  try {
    execFileSync(program, args, { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, ...env } });
  } catch (error) {
    if (error.code === "ENOENT") throw new Error(`${program} is missing: run 'make test', which installs it`);
    throw error;
  }
}

/** A MkDocs site that has `embed.js` from another server. */
export function mkdocs(playground) {
  const site = mkdtempSync(join(folder, "mkdocs-"));
  build("mkdocs", ["build", "--quiet", "--config-file", here("mkdocs/mkdocs.yml"), "--site-dir", site], {
    PLAYGROUND: `${playground}embed.js`,
  });
  return site;
}

/** An mdBook that has the playground in a folder beside it. */
export function mdbook() {
  const site = mkdtempSync(join(folder, "mdbook-"));
  build("mdbook", ["build", "--dest-dir", site, here("mdbook")]);
  return site;
}

/**
 * The playground on a server of its own; `allowed` is whether frames without an origin may load it, and `route` answers
 * in the place of its files.
 */
export async function playground({ allowed = true, route } = {}) {
  const headers = { "content-security-policy": CONTENT_SECURITY_POLICY };
  if (allowed) headers["access-control-allow-origin"] = "*";
  const server = await serve({ folder: dist, prefix: "/playground/", headers, route });
  servers.push(server);
  return server;
}

/** A page with nothing but an element, or with what `element` says; `url` is the playground's address. */
export const bare = ({ url }, element) =>
  `<!doctype html><html lang="en"><title>Host</title><script src="${url}embed.js" defer></script>${element}</html>`;

/** Answers with the playground's files below /playground/, as a site does that has copied them. */
export const copied = (headers = {}) => (pathname) => {
  if (!pathname.startsWith("/playground/")) return undefined;
  const file = pathname === "/playground/" ? "index.html" : pathname.slice("/playground/".length);
  const path = join(dist, file);
  if (!existsSync(path)) return { status: 404, type: ".txt", body: "Not found" };
  return { body: readFileSync(path), type: extname(path), headers: { "content-security-policy": CONTENT_SECURITY_POLICY, ...headers } };
};

/**
 * Serves a host page and opens it. `site` is a folder, or `html` the one page; `headers` are the host's
 * own; `others` are origins that it may talk to.
 */
export async function visit(test, { site = folder, html, headers = {}, route, context: options = {}, others = [], expected = [] }) {
  const server = await serve({
    folder: site,
    headers,
    route(pathname) {
      if (html && pathname === "/") return { body: html, headers };
      // Asked for by the browser itself.
      if (pathname === "/favicon.ico") return { status: 204, body: "" };
      return route?.(pathname);
    },
  });
  const { page, close } = await newPage({ viewport: { width: 1200, height: 800 }, ...options });
  // A policy of the page's may forbid the icon, which the browser asks for by itself.
  const problems = watch(page, [server.origin, ...others], [/\/favicon\.ico because it violates/, ...expected]);
  test.after(async () => {
    await close();
    await server.close();
    assert.deepEqual(problems, [], "the page reported problems");
  });
  await page.goto(html ? server.origin : `${server.origin}/index.html`);
  return { page, server };
}

/** The playground inside an element of the page, once it runs. */
export async function inside(page, selector) {
  const frame = await (await page.locator(`${selector} iframe`).elementHandle()).contentFrame();
  await frame.locator("html[data-simulator]").waitFor({ state: "attached" });
  return frame;
}
