// Prints what the page weighs, file by file, and fails if it weighs too much.
//
//   node tools/page-size.mjs [FOLDER]
//
// Weight is what travels: every file compressed by Brotli at its highest level, as static hosts do.
// The page is what has to arrive before it can be used; the simulator follows behind it.

import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

/** The parts, the first whose files match being a file's, and what each may weigh. */
const PARTS = [
  // Clusters, pods, the scheduler, the autoscaler, az and kubectl. A standard library that was built for
  // size, as tools/setup.sh builds it, saves a tenth; the one that rustup brings must do as well.
  { name: "simulator", files: /^simulator-.*\.wasm$/, bytesMax: 490_000 },
  // What is loaded when somebody asks for it, and the element for other pages.
  { name: "on demand", files: /^(lessons\/.*|(share|lessons|files|drawing|frame|embed)\.js)$/, bytesMax: 40_000 },
  { name: "page", files: /./, bytesMax: 180_000 },
];

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

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
const width = Math.max(...rows.map((row) => row.name.length));
function print({ name, raw, bytes }, note = "") {
  console.log(`${name.padEnd(width)}  ${kilobytes(bytes).padStart(10)}  ${kilobytes(raw).padStart(10)}  ${note}`);
}

console.log(`${"".padEnd(width)}  ${"brotli".padStart(10)}  ${"plain".padStart(10)}`);
const heavy = [];
for (const part of PARTS) {
  const own = rows.filter((row) => PARTS.find(({ files }) => files.test(row.name)) === part);
  own.forEach((row) => print(row));
  const sum = (field) => own.reduce((total, row) => total + row[field], 0);
  print({ name: `${part.name} in all`, raw: sum("raw"), bytes: sum("bytes") }, `of ${kilobytes(part.bytesMax)}`);
  if (sum("bytes") > part.bytesMax) heavy.push(part.name);
}
if (heavy.length > 0) {
  console.error(`error: more than it may weigh: ${heavy.join(", ")}`);
  process.exit(1);
}
