// A fault of the simulator is told, and the session comes back.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ADD_50, Playground, TO_5 } from "./console.mjs";
import { open } from "./harness.mjs";

/** A reload may come before the icon has. */
const ABORTED = /icon\.svg net::ERR_ABORTED/;

/** What the panic hook does last. */
const panic = (page) =>
  page.evaluate(() => document.getElementById("crash").setAttribute("data-details", "panicked at test.rs: on purpose"));

test("the crash panel shows what happened and restores the session", async (t) => {
  const { page } = await open(t, { expected: [ABORTED] });
  const user = new Playground(page);
  await user.run(ADD_50);
  await user.run(TO_5);
  await user.untilSummary("5 running, 45 deallocated");
  await panic(page);
  const panel = page.getByRole("alertdialog", { name: "The simulator has stopped" });
  await panel.waitFor();
  assert.match(await panel.getByRole("textbox").inputValue(), /on purpose[\s\S]*nodepool add --node-count 50/);
  await panel.getByRole("button", { name: "Restore the session" }).click();
  await panel.waitFor({ state: "hidden" });
  await user.untilSummary("5 running, 45 deallocated");
  assert.equal(await user.entries.count(), 2);
});

test("the session can be restored without what broke it, or begun afresh", async (t) => {
  const { page } = await open(t, { expected: [ABORTED] });
  const user = new Playground(page);
  await user.run(ADD_50);
  await user.run(TO_5);
  await panic(page);
  await page.getByRole("button", { name: "Restore without the last command" }).click();
  await user.untilSummary("50 running");
  await panic(page);
  await page.getByRole("button", { name: "Start afresh" }).click();
  await user.untilSummary("no nodes");
});
