// The answer: what a run costs and saves against other ways, in the verdict and side by side.

import assert from "node:assert/strict";
import { test } from "node:test";
import { CLUSTER, Playground } from "./console.mjs";
import { open } from "./harness.mjs";

const POOL = `--name nodepool1 ${CLUSTER}`;
const verdict = (page) => page.getByRole("region", { name: "Verdict" });
const table = (page) => page.getByRole("table", { name: "Figures of the ways" });
const picture = (page, name) => page.getByRole("img", { name: `Nodes, ${name}` });

/** The cells of a figure, each with its difference. */
const row = async (page, figure) => (await table(page).getByRole("row", { name: figure, exact: false }).first().getByRole("cell").allTextContents()).map((text) => text.trim());

const settled = (page) => page.waitForFunction(() => !document.querySelector(".way-head .busy") && !document.querySelector(".kpis")?.textContent.includes("being worked out"));

async function twelveHours(user) {
  await user.run(`az aks nodepool add --node-count 20 --scale-down-mode Deallocate ${POOL}`);
  await user.run(`az aks nodepool scale --node-count 2 ${POOL}`);
  await user.run("wait 12h");
  await user.run(`az aks nodepool scale --node-count 20 ${POOL}`);
}

test("the verdict tells both signs", async (t) => {
  const { page } = await open(t);
  const user = new Playground(page);
  await verdict(page).getByText("no nodes yet").first().waitFor();
  await twelveHours(user);
  await user.button("Pause").click();
  await settled(page);
  const [own, other, always] = await verdict(page).locator(".kpi").allTextContents();
  assert.match(own, /^Yours, Deallocate, so far\$10\.\d\d \$3\.46 an hour now/);
  assert.match(other, /^Against Delete\+\$5\.\d\d and [12] min( \d+ s)? sooner per scale-up/);
  assert.match(always, /^Against always on−\$3\d\.\d\d and /);
});

test("ways stand side by side over one clock, and are left out and added", async (t) => {
  const { page } = await open(t);
  const user = new Playground(page);
  await twelveHours(user);
  await user.button("Pause").click();
  await user.button("Compare side by side").click();
  await settled(page);
  await picture(page, "Delete").waitFor();
  const [own, other, always] = await row(page, "spent");
  assert.match(own, /^\$10\./);
  assert.match(other, /^\$4\.\d\d−\$5\./);
  assert.match(always, /^\$4\d\.\d\d\+\$3/);

  // The slider moves all of them: in the night 18 nodes are kept, gone, or running.
  const slider = page.getByRole("slider", { name: "Timeline" });
  await slider.fill(String((await slider.getAttribute("max")) / 2));
  await settled(page);
  await user.untilSummary("2 running, 18 deallocated");
  await picture(page, "Delete: 2 running").waitFor();
  await picture(page, "always on: 20 running").waitFor();

  // What is typed there goes to all.
  await user.run(`az aks nodepool scale --node-count 4 ${POOL}`);
  await user.run("wait 5m");
  await settled(page);
  await picture(page, "Delete: 4 running").waitFor();
  await picture(page, "always on: 20 running").waitFor();

  await user.button("Leave out always on").click();
  await page.getByRole("combobox", { name: "Another way" }).fill("node-count=30");
  await user.button("Add").click();
  await settled(page);
  await picture(page, "node-count=30: ").waitFor();
  await page.getByText("What differs").click();
  await page.locator(".comparison ins", { hasText: "30" }).waitFor();
  await page.getByRole("combobox", { name: "Another way" }).fill("speed=3");
  await user.button("Add").click();
  await page.getByRole("alert").getByText("'speed' cannot be varied").waitFor();

  await user.button("Leave comparison").click();
  await table(page).waitFor({ state: "detached" });
});

test("the example of a working day answers without typing, and is one link", async (t) => {
  const { page } = await open(t);
  const user = new Playground(page);
  await page.getByRole("button", { name: "Examples" }).click();
  await page.locator("#examples").getByRole("button", { name: /^A working day: always on/ }).click();
  await settled(page);
  const spent = await row(page, "spent");
  const waited = await row(page, "pods waited, p95");
  assert.match(spent.join(), /^\$78\.\d\d,\$66\.\d\d−\$11\.\d\d,\$141\.\d\d\+\$62\.\d\d$/);
  assert.match(waited.join(), /^1 min 25 s,3 min \d+ s\+2 min \d+ s,\d s−1 min \d+ s$/);
  await user.button("Share").click();
  const link = await page.getByRole("textbox", { name: "Link", exact: true }).inputValue();
  assert.match(link, /\?compare=Delete%2Calways-on#s[12]:/);

  const { page: other } = await open(t, { path: link.slice(link.indexOf("?")) });
  await settled(other);
  assert.deepEqual(await row(other, "spent"), spent);
  assert.deepEqual(await row(other, "pods waited, p95"), waited);
});

test("on a phone the pictures are tabs", async (t) => {
  const { page } = await open(t, { path: "?compare=Delete", context: { viewport: { width: 390, height: 844 } } });
  const user = new Playground(page);
  await user.run(`az aks nodepool add --node-count 3 --scale-down-mode Deallocate ${POOL}`);
  await settled(page);
  const tabs = page.getByRole("group", { name: "Picture shown" });
  assert.equal(await picture(page, "Delete").isVisible(), false);
  await tabs.getByRole("button", { name: "Delete" }).click();
  await picture(page, "Delete: 3 running").waitFor();
  assert.equal(await page.getByRole("img", { name: "Nodes", exact: true }).isVisible(), false);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing scrolls sideways");
});
