// The example of a plain page, in a real Chromium.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { newPage } from "../e2e/driver/driver.mjs";
import { watch } from "../e2e/harness.mjs";
import { CONTENT_SECURITY_POLICY, serve } from "../../tools/serve.mjs";

test("the example in a plain page runs a command", async (t) => {
  const server = await serve({
    folder: fileURLToPath(new URL("../../", import.meta.url)),
    headers: { "content-security-policy": CONTENT_SECURITY_POLICY },
    route: (pathname) => (pathname === "/favicon.ico" ? { status: 204, body: "" } : undefined),
  });
  const { page, close } = await newPage();
  const problems = watch(page, [server.origin], []);
  t.after(async () => {
    await close();
    await server.close();
    assert.deepEqual(problems, []);
  });
  await page.goto(`${server.origin}/examples/web/`);
  await page.getByText("no nodes").waitFor();
  await page.getByRole("button", { name: "Run" }).click();
  assert.equal(await page.getByRole("status", { name: "Nodes" }).textContent(), "3 ready");
  assert.match(await page.getByRole("log").textContent(), /nodepool1 .*Succeeded/);
});
