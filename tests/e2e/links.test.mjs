// Links carry lines, whole sessions and options; a page opened from one is the page that was meant.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ADD_50, Playground, TO_5 } from "./console.mjs";
import { open } from "./harness.mjs";

const run = (lines) => `#run=${encodeURIComponent(lines)}`;

test("#run= fills the prompt and runs nothing", async (t) => {
  const { page } = await open(t, { path: run(`${ADD_50};${TO_5}`) });
  const user = new Playground(page);
  assert.equal(await user.prompt.inputValue(), `${ADD_50}\n${TO_5}`);
  assert.equal(await user.entries.count(), 0);
});

for (const path of [`?speed=600&autorun=1${run(`${ADD_50}\n${TO_5}`)}`, `?speed=600${run(`${ADD_50};${TO_5}`)}&autorun=1`]) {
  test(`${path.slice(0, 24)}… runs them`, async (t) => {
    const { page } = await open(t, { path });
    await new Playground(page).untilSummary("5 running, 45 deallocated");
  });
}

test("a shared link shows the same nodes at the same time", async (t) => {
  const { page } = await open(t);
  const user = new Playground(page);
  await user.run(ADD_50);
  await user.run(TO_5);
  await user.untilSummary("5 running, 45 deallocated");
  await user.button("Pause").click();
  const [ms, rows] = [await user.ms(), await user.rows()];
  await user.button("Share").click();
  const link = new URL(await page.getByRole("textbox", { name: "Link" }).inputValue());
  assert.match(link.hash, /^#s1:/);
  assert.match(await page.getByRole("textbox", { name: "iframe" }).inputValue(), /^<iframe src=".*\?embed=1#s1:/);

  const { page: other } = await open(t, { path: link.hash });
  const reader = new Playground(other);
  await reader.untilSummary("5 running, 45 deallocated");
  await reader.button("Pause").click();
  assert.ok((await reader.ms()) >= ms);
  assert.deepEqual((await reader.rows()).map((row) => row.name), rows.map((row) => row.name));
});

test("a damaged link says so and leaves a page that works", async (t) => {
  const { page } = await open(t, { path: "#s1:AAAA" });
  await page.getByRole("alert").filter({ hasText: "damaged" }).waitFor();
  const user = new Playground(page);
  await user.run(ADD_50);
  await user.untilSummary("50 running");
});

test("theme, view and speed come from the address", async (t) => {
  const { page } = await open(t, { path: "?theme=dark&view=table&speed=300", context: { colorScheme: "light" } });
  const user = new Playground(page);
  assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
  assert.equal(await page.getByRole("button", { name: "Table" }).getAttribute("aria-pressed"), "true");
  assert.match(await user.speed.getAttribute("aria-valuetext"), /^300×/);
});

test("window.scaleDown drives the same session, unless ?api=0", async (t) => {
  const { page } = await open(t);
  const user = new Playground(page);
  const code = await page.evaluate((line) => window.scaleDown.exec(line).exitCode, ADD_50);
  assert.equal(code, 0);
  await user.untilSummary("50 running");
  assert.equal(await user.entries.count(), 1);

  const { page: closed } = await open(t, { path: "?api=0" });
  assert.equal(await closed.evaluate(() => typeof window.scaleDown), "undefined");
});

test("the page works where storage and clipboard are forbidden", async (t) => {
  const forbid = () => {
    for (const name of ["localStorage", "sessionStorage"]) {
      Object.defineProperty(window, name, {
        get() {
          throw new DOMException("forbidden", "SecurityError");
        },
      });
    }
    Object.defineProperty(navigator, "clipboard", { value: undefined });
  };
  const { page } = await open(t, { prepare: (page) => page.addInitScript(forbid) });
  const user = new Playground(page);
  await user.run(ADD_50);
  await user.untilSummary("50 running");
  await user.button("Share").click();
  await page.getByRole("textbox", { name: "Link" }).waitFor();
});
