// The terminal's face: questions that wait for an answer, examples that run, words brought back.

import assert from "node:assert/strict";
import { test } from "node:test";
import { CLUSTER, Playground } from "./console.mjs";
import { open } from "./harness.mjs";

const DELETE = "az group delete -n myResourceGroup";

test("a command that asks waits for y or n, typed or clicked", async (t) => {
  const { page } = await open(t);
  const user = new Playground(page);
  assert.equal(await user.run(`az aks nodepool add -n nodepool1 -c 1 -o none ${CLUSTER}`), 0);
  await user.type(DELETE);
  const entry = user.entries.last();
  await user.button("No").waitFor();
  await user.type("maybe");
  await page.waitForFunction(() => document.querySelector(".question")?.textContent.includes("maybe"));
  assert.equal(await entry.getAttribute("data-exit-code"), null);
  await user.button("No").click();
  await entry.and(page.locator("[data-exit-code='1']")).waitFor();
  assert.match(await entry.textContent(), /Operation cancelled\./);
  await user.prompt.press("ArrowUp");
  assert.equal(await user.prompt.inputValue(), DELETE, "an answer is no part of the history");
});

test("an example of a help runs on a click, or comes to the prompt by its number", async (t) => {
  const { page } = await open(t);
  const user = new Playground(page);
  assert.equal(await user.run("az group list --help"), 0);
  const example = page.getByRole("region", { name: "Examples" }).getByRole("button").first();
  const line = await example.textContent();
  await example.click();
  await page.waitForFunction((line) => document.querySelector(".entry:last-child code")?.textContent === line, line);
  await user.type(":: 1");
  await page.waitForFunction((line) => document.querySelector("#prompt").value === line, line);
});

test("Alt+. brings the last word of the lines before", async (t) => {
  const { page } = await open(t);
  const user = new Playground(page);
  await user.type("az group show -n 'my group'");
  await user.type("az group exists -n other");
  await user.prompt.pressSequentially("az aks list -g ");
  await user.prompt.press("Alt+.");
  assert.equal(await user.prompt.inputValue(), "az aks list -g other");
  await user.prompt.press("Alt+.");
  assert.equal(await user.prompt.inputValue(), "az aks list -g 'my group'");
});
