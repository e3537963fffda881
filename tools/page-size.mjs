// Weighs the page, file by file.
//
//   node tools/page-size.mjs [FOLDER]    prints the table, and fails if a part weighs too much
//
// Weight is what travels: every file compressed by Brotli at its highest level, as static hosts do.
// The page is what has to arrive before it can be used; the simulator follows behind it.

import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";

/**
 * The parts, the first whose files match being a file's, and what each may weigh. The budgets are for Rust's standard
 * library built from its source, for size, as tools/setup.sh does on every machine.
 */
const PARTS = [
  // Clusters, pods, the scheduler, the autoscaler, az and kubectl; of it 14.5 kB are libyaml, for manifests, and about
  // 105 kB the shell, which runs scripts as bash does. A quarter of the shell is awk and jq, half its language.
  { name: "simulator", files: /^simulator-.*\.wasm$/, bytesMax: 660_000 },
  // What is loaded when somebody asks for it, and the element for other pages.
  { name: "on demand", files: /^(lessons\/.*|(share|lessons|files|drawing|frame|embed)\.js)$/, bytesMax: 40_000 },
  { name: "page", files: /./, bytesMax: 180_000 },
];

function compressedSize(body) {
  return brotliCompressSync(body, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
    },
  }).length;
}

/**
 * Weighs a folder: the parts in order, each with its `files` (the heaviest first), and `bytes` and `raw`, what it weighs
 * compressed and plain.
 */
export async function weigh(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const rows = [];
  for (const entry of entries.filter((entry) => entry.isFile())) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    const body = await readFile(path);
    // A compressed form may be larger than a tiny file; then the file travels as it is.
    const bytes = Math.min(compressedSize(body), body.length);
    rows.push({ name: relative(folder, path), raw: body.length, bytes });
  }
  if (!rows.some((row) => row.name.endsWith(".wasm"))) throw new Error(`there is no page in ${folder}; run 'make build' first`);
  rows.sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1));
  return PARTS.map((part) => {
    const files = rows.filter((row) => PARTS.find(({ files }) => files.test(row.name)) === part);
    const sum = (field) => files.reduce((total, row) => total + row[field], 0);
    return { name: part.name, bytesMax: part.bytesMax, files, bytes: sum("bytes"), raw: sum("raw") };
  });
}

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

function print(parts) {
  const width = Math.max(...parts.flatMap(({ files }) => files.map(({ name }) => name.length)));
  const line = ({ name, raw, bytes }, note = "") =>
    console.log(`${name.padEnd(width)}  ${kilobytes(bytes).padStart(10)}  ${kilobytes(raw).padStart(10)}  ${note}`);
  console.log(`${"".padEnd(width)}  ${"brotli".padStart(10)}  ${"plain".padStart(10)}`);
  for (const part of parts) {
    part.files.forEach((row) => line(row));
    line({ ...part, name: `${part.name} in all` }, `of ${kilobytes(part.bytesMax)}`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    const parts = await weigh(process.argv[2] ?? "dist");
    print(parts);
    const heavy = parts.filter(({ bytes, bytesMax }) => bytes > bytesMax).map(({ name }) => name);
    if (heavy.length > 0) throw new Error(`more than it may weigh: ${heavy.join(", ")}`);
  } catch (error) {
    console.error(`error: ${error.message}`);
    process.exitCode = 1;
  }
}
