// What a visitor downloads stays below the budgets of tools/page-size.mjs, and is what the documents say.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, test } from "node:test";
import { weigh } from "../../tools/page-size.mjs";
import { dist } from "./harness.mjs";

/** Where documents give the weight of a part or a file, in whole kB. */
const FIGURES = [
  ["README.md", /The page weighs (\d+) kB compressed/, "page"],
  ["README.md", /the simulator \([^)]*\), another\s(\d+) kB/, "simulator"],
  ["ARCHITECTURE.md", /The page weighs (\d+) kB/, "page"],
  ["ARCHITECTURE.md", /the simulator (\d+) kB/, "simulator"],
  ["docs/embedding.md", /`embed.js` has no dependencies and weighs about (\d+) kB/, "embed.js"],
];

/** How far compilers of other versions may be from the figures, beside the rounding. */
const TOLERANCE = 0.02;

let parts;
before(async () => {
  parts = await weigh(dist);
});

test("every part is below its budget", () => {
  assert.deepEqual(parts.filter(({ bytes, bytesMax }) => bytes > bytesMax), []);
});

for (const [document, pattern, name] of FIGURES) {
  test(`${document} gives the weight of the ${name}`, () => {
    const text = readFileSync(new URL(`../../${document}`, import.meta.url), "utf8");
    const stated = text.match(pattern);
    assert.ok(stated, `${document} does not give it`);
    const weighed = [...parts, ...parts.flatMap(({ files }) => files)].find((one) => one.name === name);
    const kilobytes = weighed.bytes / 1000;
    const apart = Math.abs(Number(stated[1]) - kilobytes);
    assert.ok(apart < 0.5 + TOLERANCE * kilobytes, `${document} says ${stated[1]} kB, and it weighs ${kilobytes.toFixed(1)}`);
  });
}
