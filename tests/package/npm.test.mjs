// The package as npm installs it: packed, put into a project of somebody's, and used there.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const project = mkdtempSync(join(tmpdir(), "project-"));
after(() => rmSync(project, { recursive: true, force: true }));

const run = (program, args, options) => execFileSync(program, args, { cwd: project, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], ...options });
writeFileSync(join(project, "package.json"), '{ "private": true, "type": "module" }');
const [packed] = JSON.parse(run("npm", ["pack", here("../../pkg"), "--json"]));
run("npm", ["install", "--offline", "--no-audit", "--no-fund", join(project, packed.filename)]);

test("it has what it says, and no front end", () => {
  const files = packed.files.map(({ path }) => path);
  for (const target of ["bundler", "nodejs", "web"]) {
    for (const file of ["scale_down.js", "scale_down.d.ts", "scale_down_bg.wasm"]) {
      assert.ok(files.includes(`${target}/${file}`), `${target}/${file} is missing`);
    }
    const glue = readFileSync(join(project, `node_modules/scale-down-playground/${target}/scale_down${target === "bundler" ? "_bg" : ""}.js`), "utf8");
    assert.doesNotMatch(glue, /createElement|querySelector|CanvasRenderingContext2D/, `${target} has something of the page`);
  }
  assert.ok(files.includes("README.md") && files.includes("LICENSE"), files.join(" "));
});

test("the size that its README states is true, and below its ceiling", () => {
  const readme = readFileSync(join(project, "node_modules/scale-down-playground/README.md"), "utf8");
  const [, compressed, plain] = readme.match(/(\d+) kB compressed \((\d+) kB plain\)/).map(Number);
  const { size } = packed.files.find(({ path }) => path === "web/scale_down_bg.wasm");
  assert.ok(Math.abs(size / 1000 - plain) < 5, `it says ${plain} kB and has ${size / 1000}`);
  assert.ok(compressed < 700, `${compressed} kB compressed`);
});

for (const [kind, code] of [
  ["import", 'import { Simulator } from "scale-down-playground"; console.log(new Simulator().exec("az group exists -n x -o tsv").stdout);'],
  ["require", 'const { Simulator } = require("scale-down-playground"); console.log(new Simulator().exec("az group exists -n x -o tsv").stdout);'],
]) {
  test(`Node.js loads it by ${kind}`, () => {
    const file = join(project, kind === "import" ? "main.mjs" : "main.cjs");
    writeFileSync(file, code);
    assert.equal(run(process.execPath, [file]).trim(), "false");
  });
}

test("a host that takes wasm as a module loads what is for bundlers", () => {
  const module = "./node_modules/scale-down-playground/bundler/scale_down.js";
  writeFileSync(join(project, "bundled.mjs"), `import { Simulator } from "${module}"; console.log(new Simulator().exec("az group exists -n x -o tsv").stdout);`);
  assert.equal(run(process.execPath, ["--experimental-wasm-modules", "bundled.mjs"]).trim(), "false");
});

test("every block of JavaScript in its README runs", () => {
  const readme = readFileSync(here("../../package/README.md"), "utf8");
  const blocks = [...readme.matchAll(/^```js\n([^]*?)^```/gm)].map(([, code]) => code);
  assert.ok(blocks.length > 0);
  blocks.forEach((code, place) => {
    writeFileSync(join(project, `readme-${place}.mjs`), code);
    assert.match(run(process.execPath, [`readme-${place}.mjs`]), /^45 \d/);
  });
});

test("the example for Node.js runs, and Deallocate is faster and dearer", () => {
  const answer = run(process.execPath, [here("../../examples/node/what-it-saves.mjs")]).trim().split("\n");
  const expected = [/^Deallocate \$10\.\d\d, nodes ready after 7\d s$/, /^Delete +\$ 4\.\d\d, nodes ready after 19\d s$/, /^always-on +\$4\d\.\d\d, /];
  assert.equal(answer.length, expected.length);
  answer.forEach((line, place) => assert.match(line, expected[place]));

  const lines = run(process.execPath, [here("../../examples/node/frozen-hour.mjs")]).trim().split("\n");
  const [deleted, deallocated] = lines.map((line) => line.match(/\$([\d.]+) spent, 15 more nodes in (\d+) s/).slice(1).map(Number));
  assert.ok(deallocated[0] > deleted[0] && deallocated[1] < deleted[1], lines.join("\n"));
});

for (const resolution of ["bundler", "nodenext"]) {
  test(`its types hold: tsc with moduleResolution ${resolution}`, () => {
    copyFileSync(here("types.ts"), join(project, "types.ts"));
    const tsc = here("../e2e/node_modules/typescript/bin/tsc");
    const module = resolution === "nodenext" ? "nodenext" : "esnext";
    const options = ["--strict", "--noEmit", "--target", "es2022", "--lib", "es2023,dom,esnext.disposable", "--noUncheckedIndexedAccess"];
    try {
      run(process.execPath, [tsc, ...options, "--module", module, "--moduleResolution", resolution, "types.ts"]);
    } catch ({ stdout }) {
      assert.fail(stdout);
    }
  });
}
