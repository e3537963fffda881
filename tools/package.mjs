// Makes one package for npm of what wasm-bindgen has written to pkg/ for each kind of host, and says what it weighs.
//
//   node tools/package.mjs [bundler] [web] [nodejs]

import { appendFileSync, copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync } from "node:zlib";

const targets = process.argv.slice(2);
const read = (path) => readFileSync(path, "utf8");
const manifest = JSON.parse(read("package/package.json"));
const [, version] = read("Cargo.toml").match(/^version = "(.+)"$/m);

const guard = read("package/guard.js");

for (const target of targets) {
  // For bundlers, what wasm-bindgen writes is two files; the class is in the second.
  const [glue] = [`pkg/${target}/scale_down_bg.js`, `pkg/${target}/scale_down.js`].filter(existsSync);
  appendFileSync(glue, guard);
  // Node.js loads its own kind as CommonJS, whatever the package says.
  const type = target === "nodejs" ? "commonjs" : "module";
  const own = { type, main: "scale_down.js", types: "scale_down.d.ts", sideEffects: target === "bundler" };
  writeFileSync(`pkg/${target}/package.json`, `${JSON.stringify(own, null, 2)}\n`);
}
writeFileSync("pkg/package.json", `${JSON.stringify({ ...manifest, version }, null, 2)}\n`);
copyFileSync("LICENSE", "pkg/LICENSE");

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(0)} kB`;
const sizes = targets.map((target) => {
  const wasm = readFileSync(`pkg/${target}/scale_down_bg.wasm`);
  const size = { plain: kilobytes(wasm.length), compressed: kilobytes(brotliCompressSync(wasm).length) };
  console.log(`${target.padEnd(8)} ${size.plain} of wasm, ${size.compressed} compressed`);
  return size;
});
// They differ by a few bytes only.
const readme = read("package/README.md").replace(/\{(plain|compressed)\}/g, (_, name) => sizes[0][name]);
writeFileSync("pkg/README.md", readme);
