// A static file server for the page: what `make serve` and the end-to-end tests run.
//
//   node tools/serve.mjs [FOLDER] [--port N]
//
// It serves a folder under a path prefix, with the MIME types that browsers insist on and the
// Content-Security-Policy that the page promises to run under, so that a violation shows here and
// not on somebody's site. It listens on this machine only.

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, resolve, sep } from "node:path";
import { parseArgs } from "node:util";
import { pathToFileURL } from "node:url";

export const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; connect-src 'self'";

const MIME_TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".md": "text/markdown; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
};

/** The file that an address names, or undefined if it lies outside the folder. */
function locate(folder, prefix, pathname) {
  if (!pathname.startsWith(prefix)) return undefined;
  const file = resolve(join(folder, pathname.slice(prefix.length)));
  if (file !== folder && !file.startsWith(folder + sep)) return undefined;
  return pathname.endsWith("/") ? join(file, "index.html") : file;
}

async function answer({ folder, prefix, headers, route }, request) {
  let pathname;
  try {
    pathname = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
  } catch {
    return { status: 400, type: ".txt", body: "Bad request" };
  }
  const routed = await route?.(pathname);
  if (routed) return { status: 200, type: ".html", ...routed };
  if (request.method !== "GET" && request.method !== "HEAD") {
    return { status: 405, type: ".txt", body: "Method not allowed" };
  }
  const file = locate(folder, prefix, pathname);
  if (!file) return { status: 404, type: ".txt", body: "Not found" };
  try {
    return { status: 200, type: extname(file), body: await readFile(file), headers };
  } catch {
    return { status: 404, type: ".txt", body: "Not found" };
  }
}

/**
 * Serves `folder` below `prefix` (which begins and ends with a slash) and resolves to the server's
 * `origin`, the page's `url` and a `close()`. A `port` of 0 takes any free one; a port that is taken
 * gives way to the next free one. `route(pathname)` may answer in the folder's place with
 * `{ status, type, body, headers }`, or a promise of them, for pages that a test makes up and for failures.
 */
export async function serve({
  folder,
  prefix = "/",
  port = 0,
  // A frame that is sandboxed without an origin may load modules only where their server says so.
  headers = { "content-security-policy": CONTENT_SECURITY_POLICY, "access-control-allow-origin": "*" },
  route,
}) {
  const options = { folder: resolve(folder), prefix, headers, route };
  const server = createServer(async (request, response) => {
    const { status, type, body, headers: extra } = await answer(options, request);
    response.writeHead(status, {
      "content-type": MIME_TYPES[type] ?? "application/octet-stream",
      // What is being worked on must never come from a cache.
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      ...extra,
    });
    response.end(request.method === "HEAD" ? undefined : body);
  });

  const listen = (at) =>
    new Promise((done, failed) => {
      server.once("error", failed);
      server.listen(at, "127.0.0.1", () => {
        server.removeListener("error", failed);
        done();
      });
    });
  const last = port === 0 ? 0 : Math.min(port + 20, 65_535);
  for (let at = port; ; at += 1) {
    try {
      await listen(at);
      break;
    } catch (error) {
      if (error.code !== "EADDRINUSE" || at >= last) throw error;
    }
  }

  const origin = `http://127.0.0.1:${server.address().port}`;
  return {
    origin,
    url: origin + prefix,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values, positionals } = parseArgs({
    options: { port: { type: "string", default: process.env.PORT ?? "8080" } },
    allowPositionals: true,
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    console.error(`error: '${values.port}' is no port: a number from 0 to 65535 is wanted`);
    process.exit(2);
  }
  const { url } = await serve({ folder: positionals[0] ?? "dist", port });
  console.log(`The playground is at ${url} (Ctrl-C stops it)`);
}
