// The page in twenty steps: what a person does in the first minutes, one thing after the other; and the element in
// somebody's page. Short enough to be run in every engine.

import assert from "node:assert/strict";
import { test } from "node:test";
import { bare, inside, playground, visit } from "../hosts/hosts.mjs";
import { ADD_50, CLUSTER, Playground, TO_5 } from "./console.mjs";
import { open } from "./harness.mjs";

const TO_20 = `az aks nodepool scale --node-count 20 --name nodepool1 ${CLUSTER}`;
const END = "20 running, 30 deallocated";

test("the page in twenty steps", async (t) => {
  const { page, url } = await open(t);
  const user = new Playground(page);
  const timeline = page.getByRole("slider", { name: "Timeline" });
  const ready = () => page.locator("html[data-simulator]").waitFor({ state: "attached" });

  await t.test("fifty nodes are added", async () => {
    assert.equal(await user.run(ADD_50), 0);
    await user.untilSummary("50 running");
  });
  await t.test("forty-five freeze", async () => {
    assert.equal(await user.run(TO_5), 0);
    await user.untilSummary("5 running, 45 deallocated");
  });
  await t.test("fifteen thaw", async () => {
    assert.equal(await user.run(TO_20), 0);
    await user.untilSummary(END);
    await user.button("Pause").click();
  });
  await t.test("the table has each of them", async () => {
    await user.button("Table").click();
    assert.equal((await user.rows()).filter(({ source }) => source === "cached").length, 15);
    await user.button("Picture").click();
    await user.picture.waitFor();
  });
  await t.test("Tab completes a word", async () => {
    await user.prompt.pressSequentially("az aks nodep");
    await user.prompt.press("Tab");
    assert.equal(await user.prompt.inputValue(), "az aks nodepool ");
  });
  await t.test("Control+C clears the line", async () => {
    await user.prompt.press("Control+c");
    assert.equal(await user.prompt.inputValue(), "");
  });
  await t.test("the arrow brings the last line back", async () => {
    await user.prompt.press("ArrowUp");
    assert.equal(await user.prompt.inputValue(), TO_20);
    await user.prompt.fill("");
  });
  await t.test("a key sets the speed", async () => {
    await user.speed.focus();
    await page.keyboard.press("End");
    await page.waitForFunction(() => document.querySelector("[aria-label=Speed]").ariaValueText?.startsWith("600×"));
  });
  await t.test("a click on the timeline leads to the beginning", async () => {
    const box = await timeline.boundingBox();
    await page.mouse.click(box.x + 2, box.y + box.height / 2);
    await user.untilSummary("no nodes");
  });
  await t.test("Back to now leads back", async () => {
    await user.button("Back to now").click();
    await user.untilSummary(END);
  });
  await t.test("keys go from node to node", async () => {
    const last = page.locator(".card").getByText(/-vmss00001d$/);
    // On a screen without a window manager, as WebKit has it here, the window itself may lose the focus for a moment.
    for (let attempt = 0; attempt < 5 && !(await last.isVisible()); attempt += 1) {
      await page.getByRole("application", { name: /Picture of the nodes/ }).focus();
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("End");
      await page.waitForTimeout(500);
    }
    await last.waitFor();
    await page.keyboard.press("Escape");
  });
  for (const name of ["Lessons", "Examples", "Share", "Files", "Help"]) {
    await t.test(`the dialog ${name} opens and closes`, async () => {
      await user.button(name).click();
      const dialog = page.getByRole("dialog", { name });
      await dialog.waitFor();
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "hidden" });
    });
  }
  await t.test("Undo takes a line back, Redo brings it again", async () => {
    await user.button("Undo").click();
    await user.untilSummary("5 running, 45 deallocated");
    await user.button("Redo").click();
    await user.untilSummary(END);
  });
  await t.test("a reload brings the session back", async () => {
    await page.reload();
    await ready();
    await user.untilSummary(END);
  });
  await t.test("a link leads an embed to the same nodes", async () => {
    const link = await page.evaluate(() => window.scaleDown.share());
    await page.goto(`${url}?embed=1${link}`);
    await ready();
    await user.untilSummary(END);
  });
  await t.test("a window as narrow as a phone has room for all of it", async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(`${url}?theme=dark`);
    await ready();
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0);
    await user.prompt.waitFor();
  });
});

test("the element in a page of somebody's", async (t) => {
  const server = await playground();
  // Where a frame without an origin is refused, the element tries again with one.
  const { page } = await visit(t, {
    html: bare(server, "<scale-down-playground id=it><pre>az group list</pre></scale-down-playground>"),
    others: [server.origin],
    expected: [/Content.Security.Policy/],
  });
  await page.getByRole("button").click();
  const frame = await inside(page, "#it");
  assert.equal(await new Playground(frame).prompt.inputValue(), "az group list");
  assert.equal(await page.evaluate(() => document.getElementById("it").run("az group exists -n x").then(({ exitCode }) => exitCode)), 0);
});
