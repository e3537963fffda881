// Cuts the page's wasm in two: the page, and the simulator that it loads behind itself.
//
// Trunk runs it when everything else of a build is done (`[[hooks]]` in Trunk.toml). Where to cut is
// said in src/app/simulator.rs. The cut goes through the linker's output, whose relocations tell
// which function and which data only the simulator needs, so it comes before wasm-bindgen; Trunk has
// no place for that, and what its own run of wasm-bindgen left is replaced here.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const { TRUNK_STAGING_DIR: staging, TRUNK_PROFILE: profile, CARGO_TARGET_DIR: target = "target" } = process.env;

// What the compiler may use of WebAssembly for this target, and so what wasm-opt may assume.
const FEATURES = [
  "bulk-memory",
  "multivalue",
  "mutable-globals",
  "nontrapping-float-to-int",
  "reference-types",
  "sign-ext",
].map((feature) => `--enable-${feature}`);

/** Runs a tool; what it says is shown only if it fails. */
async function run(program, ...args) {
  try {
    await promisify(execFile)(program, args);
  } catch (error) {
    throw new Error(`${program} failed: ${error.stderr || error.message}`);
  }
}

/** Optimises a module for size; a debug build keeps it as it is. */
async function optimised(file) {
  if (profile === "release") await run("wasm-opt", "-Oz", "--strip-debug", "--strip-producers", ...FEATURES, file, "-o", file);
  return readFileSync(file);
}

/** Puts a file into the page under a name that changes with its content, as Trunk's own are named. */
function publish(stem, extension, body) {
  const hash = createHash("sha256").update(body).digest("hex").slice(0, 16);
  const name = `${stem}-${hash}.${extension}`;
  writeFileSync(join(staging, name), body);
  return name;
}

const base = readdirSync(staging).find((name) => /^playground-[0-9a-f]+\.js$/.test(name))?.slice(0, -".js".length);
if (!base) throw new Error(`there is no page in ${staging}: Trunk runs this script, see Trunk.toml`);

const work = mkdtempSync(join(tmpdir(), "playground-"));
try {
  await run("wasm-split-cli", join(target, `wasm32-unknown-unknown/${profile}/playground.wasm`), work, "--out-name", base);
  await run("wasm-bindgen", "--target", "web", "--no-typescript", "--keep-lld-exports", "--out-dir", join(work, "bound"), "--out-name", base,
    join(work, `${base}.wasm`));

  // One after the other they take twice as long.
  const modules = [join(work, "split_simulator.wasm"), join(work, `bound/${base}_bg.wasm`)];
  const [cut, page] = await Promise.all(modules.map(optimised));
  const simulator = publish("simulator", "wasm", cut);
  const loader = publish("split", "js",
    readFileSync(join(work, "__wasm_split.js"), "utf8").replaceAll("split_simulator.wasm", simulator));

  writeFileSync(join(staging, `${base}_bg.wasm`), page);
  const glue = readFileSync(join(work, `bound/${base}.js`), "utf8");
  // The wasm knows the loader by its first name; only where it comes from changes.
  const imported = 'from "./__wasm_split.js"';
  if (!glue.includes(imported)) throw new Error("the page does not load the simulator: nothing was cut off");
  writeFileSync(join(staging, `${base}.js`), glue.replace(imported, `from "./${loader}"`));

  const index = join(staging, "index.html");
  const html = readFileSync(index, "utf8").replace("simulator.wasm", simulator).replace("split.js", loader);
  writeFileSync(index, html);
} finally {
  rmSync(work, { recursive: true });
}
