// Time is a control.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { ADD_50, Playground } from "./console.mjs";
import { open } from "./harness.mjs";

test("the clock runs from the start, pauses, and goes on", async (t) => {
  const { page } = await open(t);
  const user = new Playground(page);
  await page.waitForFunction(() => Number(document.querySelector("[data-ms]").dataset.ms) > 5_000);
  await user.button("Pause").click();
  const stopped = await user.ms();
  await pause(400);
  assert.equal(await user.ms(), stopped);
  await user.button("Play").click();
  await page.waitForFunction((stopped) => Number(document.querySelector("[data-ms]").dataset.ms) > stopped, stopped);
});

test("Step goes to the next event and stands still", async (t) => {
  const { page } = await open(t, { path: "?speed=1" });
  const user = new Playground(page);
  await user.type(ADD_50);
  await user.button("Pause").click();
  let last = await user.ms();
  for (let step = 0; step < 5; step += 1) {
    await user.button("Step").click();
    await page.waitForFunction((last) => Number(document.querySelector("[data-ms]").dataset.ms) > last, last);
    last = await user.ms();
  }
  await pause(300);
  assert.equal(await user.ms(), last);
});

test("the speed has a value that can be read aloud, from 1 to 600", async (t) => {
  const { page } = await open(t);
  const user = new Playground(page);
  const spoken = () => user.speed.getAttribute("aria-valuetext");
  assert.match(await spoken(), /^60×/);
  await user.speed.focus();
  await page.keyboard.press("Home");
  await page.waitForFunction(() => document.querySelector("[aria-label=Speed]").ariaValueText?.startsWith("1×"));
  await page.keyboard.press("End");
  await page.waitForFunction(() => document.querySelector("[aria-label=Speed]").ariaValueText?.startsWith("600×"));
});

test("Reset empties the cloud, the console and the clock", async (t) => {
  const { page } = await open(t);
  const user = new Playground(page);
  await user.run(ADD_50);
  await user.untilSummary("50 running");
  await user.button("Pause").click();
  await user.button("Reset").click();
  await user.untilSummary("no nodes");
  assert.equal(await user.entries.count(), 0);
  assert.ok((await user.ms()) < 60_000);
  assert.equal((await user.rows()).length, 0);
});

test("Undo takes the last command back, Redo runs it again", async (t) => {
  const { page } = await open(t);
  const user = new Playground(page);
  await user.run(ADD_50);
  await user.untilSummary("50 running");
  await user.button("Undo").click();
  await user.untilSummary("no nodes");
  await user.button("Redo").click();
  await user.untilSummary("50 running");
});
