// What a visitor downloads stays within the budget, which tools/page-size.mjs knows and `make build` shows.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { dist } from "./harness.mjs";

test("the page is within its size budget", () => {
  const script = fileURLToPath(new URL("../../tools/page-size.mjs", import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, dist], { encoding: "utf8" });
  assert.equal(status, 0, `${stdout}${stderr}`);
});
