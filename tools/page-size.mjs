// Prints what the page weighs, file by file, and fails if it weighs too much.
//
//   node tools/page-size.mjs [FOLDER]
//
// Weight is what travels: every file compressed by Brotli at its highest level, as static hosts do.

import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

// What the page should weigh, and what it may weigh until it does. The ceiling only goes down.
const GOAL_BYTES = 180_000;
const CEILING_BYTES = 364_000;

const folder = process.argv[2] ?? "dist";

function compressedSize(body) {
  return brotliCompressSync(body, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
    },
  }).length;
}

const entries = await readdir(folder, { recursive: true, withFileTypes: true });
const rows = [];
for (const entry of entries.filter((entry) => entry.isFile())) {
  const path = join(entry.parentPath ?? entry.path, entry.name);
  const body = await readFile(path);
  // A compressed form may be larger than a tiny file; then the file travels as it is.
  const bytes = Math.min(compressedSize(body), body.length);
  rows.push({ name: relative(folder, path), raw: body.length, bytes });
}
if (!rows.some((row) => row.name.endsWith(".wasm"))) {
  console.error(`error: there is no page in ${folder}; run 'make build' first`);
  process.exit(1);
}
rows.sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1));
rows.push({
  name: "total",
  raw: rows.reduce((sum, row) => sum + row.raw, 0),
  bytes: rows.reduce((sum, row) => sum + row.bytes, 0),
});

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
const width = Math.max(...rows.map((row) => row.name.length));
console.log(`${"".padEnd(width)}  ${"brotli".padStart(10)}  ${"plain".padStart(10)}`);
for (const { name, raw, bytes } of rows) {
  console.log(`${name.padEnd(width)}  ${kilobytes(bytes).padStart(10)}  ${kilobytes(raw).padStart(10)}`);
}

const total = rows.at(-1).bytes;
if (total > CEILING_BYTES) {
  console.error(`error: the page weighs ${kilobytes(total)}, more than the ${kilobytes(CEILING_BYTES)} that it may`);
  process.exit(1);
}
const missing = total - GOAL_BYTES;
console.log(missing > 0 ? `${kilobytes(missing)} above the goal of ${kilobytes(GOAL_BYTES)}` : "within its goal");
