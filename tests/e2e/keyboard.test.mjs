// The keyboard alone suffices: at the prompt, in the picture, and to get out of both.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ADD_50, Playground, TO_5 } from "./console.mjs";
import { open } from "./harness.mjs";

const value = (user) => user.prompt.inputValue();

test("history: up, down, what was being typed, and reverse search", async (t) => {
  const { page } = await open(t);
  const user = new Playground(page);
  for (const line of ["az group list", "az aks list", "az extension list"]) await user.type(line);
  await user.prompt.pressSequentially("draft");
  await user.prompt.press("ArrowUp");
  assert.equal(await value(user), "az extension list");
  await user.prompt.press("ArrowUp");
  assert.equal(await value(user), "az aks list");
  await user.prompt.press("ArrowDown");
  await user.prompt.press("ArrowDown");
  assert.equal(await value(user), "draft");

  await user.prompt.press("Control+r");
  const search = page.getByRole("textbox", { name: "Search history" });
  await search.pressSequentially("list");
  await search.press("Control+r");
  await search.press("Enter");
  assert.equal(await value(user), "az aks list");
  assert.ok(await user.prompt.evaluate((prompt) => prompt === document.activeElement));
});

test("completion: what is certain is inserted, what is not is offered with a description", async (t) => {
  const { page } = await open(t);
  const user = new Playground(page);
  await user.prompt.pressSequentially("az aks nodep");
  await user.prompt.press("Tab");
  assert.equal(await value(user), "az aks nodepool ");
  await user.prompt.pressSequentially("s");
  await user.prompt.press("Tab");
  const menu = page.getByRole("listbox", { name: "Completions" });
  assert.deepEqual(await menu.getByRole("option").locator("code").allTextContents(), ["scale", "show", "start", "stop"]);
  await user.prompt.press("Tab");
  await user.prompt.press("Enter");
  assert.equal(await value(user), "az aks nodepool scale ");
  assert.equal(await menu.count(), 0);
});

test("ghost text is taken by the right arrow", async (t) => {
  const { page } = await open(t);
  const user = new Playground(page);
  await user.type("az aks list -o table");
  await user.prompt.pressSequentially("az aks l");
  await user.prompt.press("ArrowRight");
  assert.equal(await value(user), "az aks list -o table");
});

test("Shift+Enter and a continuation start a new line, Enter runs both", async (t) => {
  const { page } = await open(t);
  const user = new Playground(page);
  await user.prompt.pressSequentially("az group list \\");
  await user.prompt.press("Enter");
  await user.prompt.pressSequentially("-o none");
  await user.prompt.press("Shift+Enter");
  await user.prompt.pressSequentially("az aks list -o none");
  assert.equal(await value(user), "az group list \\\n-o none\naz aks list -o none");
  await user.prompt.press("Enter");
  await user.entries.nth(1).waitFor();
  assert.equal(await value(user), "");
});

test("Control+L clears the screen, Control+C the line", async (t) => {
  const { page } = await open(t);
  const user = new Playground(page);
  await user.type("az group list");
  await user.entries.first().waitFor();
  await user.prompt.press("Control+l");
  await user.entries.first().waitFor({ state: "detached" });
  await user.prompt.pressSequentially("az nonsense");
  await user.prompt.press("Control+c");
  assert.equal(await value(user), "");
});

test("Tab leaves an empty prompt; Escape, then Tab leaves any", async (t) => {
  const { page } = await open(t);
  const user = new Playground(page);
  const focused = () => page.evaluate(() => document.activeElement?.id);
  await user.prompt.focus();
  await page.keyboard.press("Shift+Tab");
  assert.notEqual(await focused(), "prompt");
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "prompt");
  await user.prompt.pressSequentially("az aks ");
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "prompt");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Tab");
  assert.notEqual(await focused(), "prompt");
});

test("arrow keys go from node to node and tell each one's story", async (t) => {
  const { page } = await open(t);
  const user = new Playground(page);
  await user.run(ADD_50);
  await user.run(TO_5);
  await user.untilSummary("5 running, 45 deallocated");
  const picture = page.getByRole("application", { name: /Picture of the nodes/ });
  await picture.focus();
  await page.keyboard.press("ArrowRight");
  await page.getByText(/^aks-nodepool1-\d{8}-vmss000000$/).and(page.locator(":visible")).first().waitFor();
  await page.keyboard.press("End");
  const card = page.locator(".card");
  await card.getByText(/-vmss00001d$/).waitFor();
  await card.getByText("deallocated", { exact: true }).waitFor();
  await page.keyboard.press("Escape");
  await card.waitFor({ state: "hidden" });
});

test("nothing but the keyboard: from the first Tab to the frozen nodes", async (t) => {
  const { page } = await open(t, { path: "?speed=600" });
  const user = new Playground(page);
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(() => document.activeElement?.id === "prompt")) break;
  }
  await page.keyboard.type(ADD_50);
  await page.keyboard.press("Enter");
  await page.keyboard.type(TO_5);
  await page.keyboard.press("Enter");
  await user.untilSummary("5 running, 45 deallocated");
});
