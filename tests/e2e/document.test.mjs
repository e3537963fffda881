// The main job: the lines of the source document, typed by a person, become a picture that moves.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ADD_50, CLUSTER, DOCUMENT, Playground, TO_5, TO_DELETE } from "./console.mjs";
import { lacks } from "./driver/driver.mjs";
import { open } from "./harness.mjs";

const tally = (rows, key) => {
  const counts = {};
  for (const row of rows) counts[row[key]] = (counts[row[key]] ?? 0) + 1;
  return counts;
};

test("from a fresh page: fifty nodes, forty-five frozen, fifteen thawed, the rest gone", async (t) => {
  const { page } = await open(t);
  const user = new Playground(page);
  assert.equal(await user.summary.textContent(), "no nodes");

  assert.equal(await user.run(ADD_50), 0);
  await user.untilSummary("50 running");
  assert.deepEqual(tally(await user.rows(), "source"), { new: 50 });

  assert.equal(await user.run(TO_5), 0);
  await user.untilSummary("5 running, 45 deallocated");
  assert.equal((await user.counts()).deallocated, 45);
  assert.deepEqual(tally(await user.rows(), "state"), { running: 5, deallocated: 45 });

  assert.equal(await user.run(`az aks nodepool scale --node-count 20 --name nodepool1 ${CLUSTER}`), 0);
  await user.untilSummary("20 running, 30 deallocated");
  const thawed = (await user.rows()).filter((row) => row.source === "cached");
  assert.equal(thawed.length, 15);
  assert.ok(thawed.every((row) => row.state === "running"));

  assert.equal(await user.run(TO_DELETE), 0);
  await user.untilSummary("20 running");
  assert.equal((await user.rows()).length, 20);
});

test("typed one after the other, the second pool of the same name is refused and nothing is lost", async (t) => {
  const { page } = await open(t);
  const user = new Playground(page);
  for (const line of DOCUMENT.slice(0, 4)) assert.equal(await user.run(line), 0, line);
  const before = await user.counts();
  assert.notEqual(await user.run(ADD_50), 0);
  assert.match(await user.entries.last().textContent(), /Error: .*nodepool1/s);
  assert.deepEqual(await user.counts(), before);
});

test("a whole block, pasted with its line breaks, plays by itself", async (t) => {
  const { page } = await open(t, { path: "?speed=600" });
  const user = new Playground(page);
  const block = [
    "# Add a pool",
    ADD_50.replace(" --node-pool", " \\\n    --node-pool"),
    "",
    `$ ${TO_5.replace(" --no-wait", "")}`,
    "az aks nodepool list --cluster-name myAKSCluster --resource-group myResourceGroup -o table",
  ].join("\n");
  await user.type(block);
  await user.untilSummary("5 running, 45 deallocated");
  await user.entries.nth(2).and(page.locator('[data-exit-code="0"]')).waitFor();
  assert.equal(await user.entries.count(), 3);
});

test("a waiting command shows its spinner, can be skipped, and can be left waiting", async (t) => {
  const { page } = await open(t, { path: "?speed=1" });
  const user = new Playground(page);
  await user.type(ADD_50);
  await page.getByText("Running ..").waitFor();
  await user.button("Skip ahead").click();
  await user.entries.first().and(page.locator('[data-exit-code="0"]')).waitFor();

  await user.type(TO_5.replace(" --no-wait", ""));
  await user.type("az group list");
  await page.getByText("queued").waitFor();
  await user.prompt.press("Control+c");
  const interrupted = user.entries.nth(1).and(page.locator("[data-exit-code]"));
  await interrupted.waitFor();
  assert.notEqual(await interrupted.getAttribute("data-exit-code"), "0");
  await user.button("Skip to idle").click();
  await user.untilSummary("5 running, 45 deallocated");
});

test("every example leads where its steps say", async (t) => {
  const { page } = await open(t);
  const user = new Playground(page);
  const dialog = page.getByRole("dialog", { name: "Examples" });
  await user.button("Examples").click();
  const titles = await dialog.getByRole("listitem").locator("b").allTextContents();
  assert.ok(titles.length >= 4, `only ${titles.length} examples`);
  await page.keyboard.press("Escape");
  for (const title of titles) {
    await user.button("Examples").click();
    await dialog.getByRole("button").filter({ hasText: title }).first().click();
    // One that compares has nothing left to run.
    if (title.startsWith("A working day: always on")) {
      await page.getByRole("region", { name: "Comparison" }).waitFor();
      continue;
    }
    const guide = page.getByRole("region", { name: "Example" });
    await guide.getByRole("heading", { name: title }).waitFor();
    const steps = guide.getByRole("button", { name: /^Run this line/ });
    for (let step = 0; step < (await steps.count()); step += 1) {
      const before = await user.entries.count();
      await steps.nth(step).click();
      await user.button("Skip to idle").click();
      const entry = user.entries.nth(before).and(page.locator("[data-exit-code]"));
      await entry.waitFor();
      assert.equal(await entry.getAttribute("data-exit-code"), "0", `${title}: ${await entry.textContent()}`);
    }
  }
});

test("the picture's description is the live summary", { skip: lacks("devtools") }, async (t) => {
  const { page } = await open(t);
  const user = new Playground(page);
  const devtools = await page.context().newCDPSession(page);
  const description = async () => {
    const { root } = await devtools.send("DOM.getDocument");
    const { nodes } = await devtools.send("Accessibility.queryAXTree", { nodeId: root.nodeId, role: "image", accessibleName: "Nodes" });
    return nodes[0].description?.value;
  };
  assert.equal(await description(), "no nodes");
  await user.run(ADD_50);
  await user.run(TO_5);
  await user.untilSummary("5 running, 45 deallocated");
  assert.equal(await description(), "5 running, 45 deallocated");
});

test("output is text, never markup", async (t) => {
  const { page } = await open(t);
  const user = new Playground(page);
  await user.type('az aks show --name "<img src=x onerror=alert(1)><b>bold</b>" --resource-group "<i>x</i>"');
  await user.entries.first().and(page.locator("[data-exit-code]")).waitFor();
  assert.equal(await user.log.locator("img, b, i, script").count(), 0);
  assert.match(await user.log.textContent(), /<b>bold<\/b>/);
});
