// What a visitor downloads does not grow past the ceiling that tools/page-size.mjs has.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { dist } from "./harness.mjs";

test("the page is below its ceiling", () => {
  const script = fileURLToPath(new URL("../../tools/page-size.mjs", import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, dist], { encoding: "utf8" });
  assert.equal(status, 0, `${stdout}${stderr}`);
});
