// What surrounds the simulator: going back in time, sharing, files, and the session after a reload.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ADD_50, CLUSTER, Playground, TO_5 } from "./console.mjs";
import { lacks } from "./driver/driver.mjs";
import { open } from "./harness.mjs";

async function frozen(test, options) {
  const { page, url } = await open(test, options);
  const user = new Playground(page);
  await user.run(ADD_50);
  await user.run(TO_5);
  await user.untilSummary("5 running, 45 deallocated");
  await user.button("Pause").click();
  return { page, user, url };
}

test("the slider goes back to any moment, and the run plays again from there", async (t) => {
  const { page, user } = await frozen(t);
  const timeline = page.getByRole("slider", { name: "Timeline" });
  const end = await user.ms();
  await timeline.focus();
  await page.keyboard.press("Home");
  await user.untilSummary("no nodes");
  assert.equal(await user.ms(), 0);
  assert.match(await timeline.getAttribute("aria-valuetext"), /^00:00:00 of /);
  assert.equal(await user.entries.count(), 0);
  await user.button("Back to now").click();
  await user.untilSummary("5 running, 45 deallocated");
  assert.equal(await user.ms(), end);
  await timeline.focus();
  for (let press = 0; press < 3; press += 1) await page.keyboard.press("PageDown");
  const middle = await user.ms();
  assert.ok(middle > 0 && middle < end);
  await user.button("Skip to idle").click();
  await user.untilSummary("5 running, 45 deallocated");
});

test("Branch here drops what comes after, Undo brings it back", async (t) => {
  const { page, user } = await frozen(t);
  const timeline = page.getByRole("slider", { name: "Timeline" });
  assert.equal(await user.button("Branch here").count(), 0);
  await timeline.focus();
  for (let press = 0; press < 5; press += 1) await page.keyboard.press("PageDown");
  await user.button("Branch here").click();
  assert.equal(await user.entries.count(), 1);
  await user.button("Skip to idle").click();
  await user.untilSummary("50 running");
  await user.button("Undo").click();
  await user.button("Back to now").click();
  await user.untilSummary("5 running, 45 deallocated");
});

test("Undo and Redo are there only where there is something to take back or to bring back", async (t) => {
  const { page } = await open(t);
  const user = new Playground(page);
  const are = async () => [await user.button("Undo").isEnabled(), await user.button("Redo").isEnabled()];
  assert.deepEqual(await are(), [false, false]);
  await user.run("az group create -n one -l eastus");
  assert.deepEqual(await are(), [true, false]);
  await user.button("Undo").click();
  await user.button("Redo").and(page.locator(":enabled")).waitFor();
  assert.deepEqual(await are(), [false, true]);
});

test("the controls of time fit in one row at 1280 pixels", async (t) => {
  const { page } = await open(t, { context: { viewport: { width: 1280, height: 800 } } });
  const user = new Playground(page);
  const tops = await Promise.all(["Play", "Step", "Reset"].map(async (name) => (await user.button(name).boundingBox()).y));
  assert.ok(Math.max(...tops) - Math.min(...tops) < 4, `${tops}`);
});

test("Share writes every form, and each can be copied", { skip: lacks("clipboard") }, async (t) => {
  const { page, user } = await frozen(t, { context: { permissions: ["clipboard-read", "clipboard-write"] } });
  await user.button("Share").click();
  const dialog = page.getByRole("dialog", { name: "Share" });
  const value = (name) => dialog.getByRole("textbox", { name }).inputValue();
  const link = await value("Link");
  assert.match(link, /#s\d:/);
  assert.match(await value("Markdown"), /^\[.+\]\(http.+#s\d:[^)]+\)$/);
  assert.match(await value("iframe"), /^<iframe src="[^"]+\?embed=1#s\d:[^"]+" title="[^"]+"/);
  assert.match(await value("Element"), /embed\.js" defer><\/script>\n<scale-down-playground src="[^"]+">/);
  await dialog.getByRole("button", { name: "Copy: Markdown" }).click();
  await dialog.getByText("Copied").waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await value("Markdown"));

  await dialog.getByRole("checkbox", { name: /Stand still/ }).check();
  const moment = new URL(await value("Link"));
  assert.equal(Number(moment.searchParams.get("t")), await user.ms());
  await dialog.getByRole("checkbox", { name: /Only the commands/ }).check();
  assert.equal(decodeURIComponent(new URL(await value("Link")).hash), `#run=${ADD_50}\n${TO_5}`);

  const { page: other } = await open(t, { path: moment.search + moment.hash });
  const reader = new Playground(other);
  await reader.untilSummary("5 running, 45 deallocated");
  assert.equal(await reader.ms(), await user.ms());
  assert.equal(await reader.button("Pause").getAttribute("aria-pressed"), "true");
});

test("a link to the past of a run leads to that moment", async (t) => {
  const { page, user } = await frozen(t);
  await page.getByRole("slider", { name: "Timeline" }).focus();
  for (let press = 0; press < 8; press += 1) await page.keyboard.press("PageDown");
  const ms = await user.ms();
  const summary = await user.summary.textContent();
  await user.button("Share").click();
  const link = new URL(await page.getByRole("textbox", { name: "Link" }).inputValue());
  const { page: other } = await open(t, { path: link.search + link.hash });
  const reader = new Playground(other);
  // The simulator is there before the moment is drawn.
  await other.locator(`[role=timer][data-ms="${ms}"]`).waitFor();
  await reader.untilSummary(summary);
  await reader.button("Back to now").click();
  await reader.untilSummary("5 running, 45 deallocated");
});

test("a reload brings the session back, a reset is kept too", async (t) => {
  const { page, user } = await frozen(t);
  const ms = await user.ms();
  await page.reload();
  await page.locator("html[data-simulator]").waitFor({ state: "attached" });
  await user.untilSummary("5 running, 45 deallocated");
  assert.ok((await user.ms()) >= ms);
  assert.equal(await user.entries.count(), 2);
  assert.equal(await page.getByRole("region", { name: "Example" }).count(), 0);
  await user.button("Reset").click();
  await user.untilSummary("no nodes");
  await page.reload();
  await page.locator("html[data-simulator]").waitFor({ state: "attached" });
  assert.equal(await user.entries.count(), 0);
});

test("an address of its own is stronger than the session that was left", async (t) => {
  const { page, user, url } = await frozen(t);
  await page.goto(`${url}?seed=9`);
  await page.locator("html[data-simulator]").waitFor({ state: "attached" });
  assert.equal(await user.entries.count(), 0);
});

const shown = (page) => page.getByRole("dialog", { name: "Files" }).getByRole("textbox", { name: /^(session|transcript|report|series|nodes)/ });

test("a session is taken away as script and as JSON, and each brings it back", { skip: lacks("downloads") }, async (t) => {
  const { page, user } = await frozen(t);
  const ms = await user.ms();
  for (const [words, name] of [["Script", "session.az"], ["JSON", "session.json"]]) {
    await user.button("Files").click();
    const [download] = await Promise.all([page.waitForEvent("download"), user.button(words).click()]);
    assert.equal(download.suggestedFilename(), name);
    const text = await shown(page).inputValue();
    assert.equal(readFileSync(await download.path(), "utf8"), text);
    await page.keyboard.press("Escape");
    await user.button("Reset").click();
    await user.untilSummary("no nodes");
    await user.button("Files").click();
    await page.getByRole("textbox", { name: /Paste it here/ }).fill(text);
    await user.button("Open").click();
    await user.untilSummary("5 running, 45 deallocated");
    await user.button("Pause").click();
    assert.ok((await user.ms()) >= ms, words);
  }
});

test("a report compares the ways, and tables can be counted on", async (t) => {
  const { page, user } = await frozen(t);
  await user.button("Files").click();
  await user.button("Report (Markdown)").click();
  assert.match(await shown(page).inputValue(), /^\| {2}\| Deallocate \| Delete \| always on \|/m);
  await user.button("Time series (CSV)").click();
  assert.match(await shown(page).inputValue(), /^at_ms,ready,.*\n\d+,/);
  await user.button("Nodes (CSV)").click();
  assert.equal((await shown(page).inputValue()).trim().split("\n").length, 51);
});

test("the transcript is Markdown, the picture an SVG or PNG with its legend", async (t) => {
  const { page, user } = await frozen(t);
  await user.button("Files").click();
  await user.button("Transcript (Markdown)").click();
  const text = await shown(page).inputValue();
  assert.ok(text.includes(ADD_50) && /^```/m.test(text), text.slice(0, 300));
  const image = page.getByRole("dialog", { name: "Files" }).getByRole("img");
  await user.button("Picture (SVG)").click();
  await image.waitFor();
  const svg = decodeURIComponent((await image.getAttribute("src")).split(",").slice(1).join(","));
  assert.equal(svg.match(/<use /g).length, 50 + 2, "a cell for each node and two in the legend");
  assert.match(svg, /deallocated 45/);
  assert.equal(await page.evaluate((svg) => new DOMParser().parseFromString(svg, "image/svg+xml").querySelector("parsererror") === null, svg), true);
  await user.button("Picture (PNG)").click();
  await page.locator('#file-shown img[src^="data:image/png"]').waitFor();
  assert.ok(await image.evaluate((image) => image.decode().then(() => image.naturalWidth > 500)));
});

const PRINTED = JSON.stringify([
  {
    id: "/subscriptions/0/resourcegroups/prod/providers/Microsoft.ContainerService/managedClusters/shop/agentPools/work",
    name: "work",
    count: 7,
    vmSize: "Standard_D4s_v5",
    mode: "User",
    scaleDownMode: "Deallocate",
    provisioningState: "Succeeded",
    powerState: { code: "Running" },
  },
]);

test("a cluster is brought in by pasting what az printed", async (t) => {
  const { page } = await open(t);
  const user = new Playground(page);
  await user.button("Files").click();
  const field = page.getByRole("textbox", { name: /Paste it here/ });
  await field.fill("[{}]");
  await user.button("Open").click();
  await page.getByRole("alert").filter({ hasText: "could not be opened" }).waitFor();
  await field.fill(PRINTED);
  await user.button("Open").click();
  await user.untilSummary("7 running");
  assert.equal(await user.run("az aks nodepool scale -c 2 -n work --cluster-name shop -g prod"), 0);
  await user.untilSummary("2 running, 5 deallocated");
});

test("a file that is dropped on the page is brought in", async (t) => {
  const { page } = await open(t);
  const user = new Playground(page);
  await page.evaluate((text) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([text], "pools.json", { type: "application/json" }));
    for (const type of ["dragover", "drop"]) {
      document.querySelector("main").dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
    }
  }, PRINTED);
  await user.untilSummary("7 running");
});

test("an embed without controls has none, one for reading has no prompt", async (t) => {
  const { page } = await open(t, { path: "?embed=1&controls=0&readonly=1" });
  const user = new Playground(page);
  await user.picture.waitFor();
  assert.equal(await user.time.isVisible(), false);
  assert.equal(await user.prompt.isVisible(), false);
  const { page: fixed } = await open(t, { path: "?embed=1&height=420" });
  assert.equal(await fixed.evaluate(() => document.body.offsetHeight), 420);
});

test("the table calls a node what the summary calls it", async (t) => {
  const { user } = await frozen(t, { path: "?view=table" });
  const states = new Set((await user.rows()).map(({ state }) => state));
  assert.deepEqual(states, new Set(["running", "deallocated"]));
  assert.equal(await user.run(`az aks nodepool show -n nodepool1 ${CLUSTER} -o none`), 0);
});
