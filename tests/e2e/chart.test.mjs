// The run as a chart: values at a moment, zoom, flags, and the bar that leads out of the past.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ADD_50, Playground, TO_5 } from "./console.mjs";
import { lacks } from "./driver/driver.mjs";
import { open } from "./harness.mjs";

const TEN_MINUTES = 600_000;

/** Fifty nodes of which 45 were frozen, an hour ago: the run stands still at its end. */
async function hour(test, options) {
  const { page } = await open(test, options);
  const user = new Playground(page);
  for (const line of [ADD_50, TO_5, "wait 1h"]) await user.run(line);
  await user.untilSummary("5 running, 45 deallocated");
  await user.button("Pause").click();
  const timeline = page.getByRole("slider", { name: "Timeline" });
  return { page, user, timeline, readout: page.locator(".readout"), bar: page.getByRole("group", { name: "The past" }) };
}

const seconds = (clock) => clock.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);

test("pointing at the chart gives the time and what was there", async (t) => {
  const { page, user, timeline, readout } = await hour(t);
  assert.equal(await readout.isVisible(), false);
  const end = await user.ms();
  const box = await page.locator(".track").boundingBox();
  const place = [box.x + box.width / 20, box.y + 20];
  await page.mouse.move(...place);
  await readout.waitFor();
  const [time, nodes, pods, price, other] = await readout.locator(":scope > :not(code)").allTextContents();
  assert.ok(Math.abs(seconds(time) * 1_000 - end / 20) < end / 200, `${time} of ${end} ms`);
  assert.match(nodes, /\d+ \w+/);
  assert.match(pods, /^pods: \d+ running.*pending$/);
  assert.match(price, /^\$\d+\.\d\d an hour$/);
  assert.match(other, /^Delete: (\$\d+\.\d\d an hour|being worked out)$/);
  assert.equal(await user.ms(), end, "pointing goes nowhere");
  // Whoever goes there finds the same.
  await page.mouse.click(...place);
  await page.locator(".past-bar").waitFor();
  const spoken = await timeline.getAttribute("aria-valuetext");
  assert.match(spoken, new RegExp(`^\\d\\d:\\d\\d:\\d\\d of \\d\\d:\\d\\d:\\d\\d, `));
  assert.ok(spoken.includes(await user.summary.textContent()), spoken);
  await page.mouse.move(0, 0);
  await readout.waitFor({ state: "hidden" });
});

test("arrow keys give the values of the moment that is shown", async (t) => {
  const { page, user, timeline, readout } = await hour(t);
  assert.match(await timeline.getAttribute("aria-valuetext"), /^\d\d:\d\d:\d\d, 5 running, 45 deallocated, pods: .*pending, \$\d+\.\d\d an hour, Delete: (\$\d+\.\d\d an hour|being worked out)$/);
  await timeline.focus();
  await page.keyboard.press("Home");
  await user.untilSummary("no nodes");
  await readout.getByText("no nodes").waitFor();
  assert.match(await timeline.getAttribute("aria-valuetext"), /^00:00:00 of .*, no nodes, /);
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction(() => document.querySelector(".readout b").textContent !== "00:00:00");
  assert.equal(seconds(await readout.locator("b").textContent()), Math.floor((await user.ms()) / 1_000));
});

test("lanes say how much they hold, and the axis when", async (t) => {
  const { page } = await hour(t);
  const names = await page.locator(".lane-name").evaluateAll((names) => names.map((name) => [name.firstChild.textContent, name.lastChild.textContent]));
  assert.deepEqual(names.map(([name]) => name), ["nodes", "pods", "$/hour"]);
  assert.equal(names[0][1], "50");
  assert.match(names[2][1], /^\$\d+\.\d\d$/);
  const ticks = await page.locator(".axis text").allTextContents();
  assert.deepEqual(ticks.slice(0, 3), ["0", "10 min", "20 min"]);
  assert.ok(await page.locator(".lane.of-nodes .ready").count());
  assert.ok(await page.locator(".lane.of-nodes .deallocated").count());
});

test("a load with office hours gives the axis the time of day", async (t) => {
  const { page } = await open(t);
  const user = new Playground(page);
  for (const line of ["sim cluster rg/c", `az aks nodepool add -g rg --cluster-name c -n np -c 2`, "sim load office-hours 1 8 --begin 8:00", "wait 4h"]) {
    await user.run(line);
  }
  const ticks = page.locator(".axis text");
  await ticks.getByText("10:00").waitFor();
  assert.ok((await ticks.allTextContents()).every((tick) => /^\d\d:\d\d$/.test(tick)));
  await page.locator(".track").hover();
  assert.match(await page.locator(".readout b").textContent(), /^\d\d:\d\d:\d\d · \d\d:\d\d$/);
});

test("what was typed stands over the chart as flags with its first words", async (t) => {
  const { page, user } = await hour(t);
  const titles = page.locator(".flag title");
  assert.deepEqual((await titles.allTextContents()).join("\n").split("\n").map((line) => line.slice(0, 20)), [ADD_50.slice(0, 20), TO_5.slice(0, 20), "wait 1h"]);
  for (const title of await titles.allTextContents()) {
    for (const line of title.split("\n")) assert.ok([...line].length <= 40, line);
  }
  await user.run("wait 30m");
  await page.waitForFunction(() => [...document.querySelectorAll(".flag text")].some((text) => text.textContent === "wait 30m"));
});

test("the last ten minutes have the slider for themselves, All brings the rest back", async (t) => {
  const { page, user, timeline } = await hour(t);
  const end = await user.ms();
  await user.button("Last 10 min").click();
  assert.equal(await user.button("Last 10 min").getAttribute("aria-pressed"), "true");
  await timeline.focus();
  await page.keyboard.press("Home");
  await page.waitForFunction((end) => Number(document.querySelector("[data-ms]").dataset.ms) < end, end);
  assert.equal(await user.ms(), end - TEN_MINUTES);
  await page.keyboard.press("End");
  await page.waitForFunction((end) => Number(document.querySelector("[data-ms]").dataset.ms) === end, end);
  await user.button("All").click();
  await timeline.focus();
  await page.keyboard.press("Home");
  await user.untilSummary("no nodes");
  assert.equal(await user.ms(), 0);
  // Ten minutes around a moment of the past hold it.
  await page.keyboard.press("PageUp");
  const there = await user.ms();
  await user.button("Last 10 min").click();
  assert.equal(await user.ms(), there);
  await timeline.focus();
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction((there) => Number(document.querySelector("[data-ms]").dataset.ms) > there, there);
  assert.ok((await user.ms()) - there < 2_000, "ten minutes are finer than an hour");
});

test("in the past a bar says where one is and leads on, and what comes later is veiled", async (t) => {
  const { page, user, timeline, bar } = await hour(t);
  const end = await user.ms();
  assert.equal(await bar.count(), 0);
  assert.equal(await page.locator(".veil rect").count(), 0);
  await timeline.focus();
  await page.keyboard.press("Home");
  for (let press = 0; press < 2; press += 1) await page.keyboard.press("PageUp");
  await bar.waitFor();
  const short = (ms) => [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60, Math.floor(ms / 1_000) % 60];
  const text = ([hours, minutes, seconds]) => (hours ? [hours, `${minutes}`.padStart(2, "0"), `${seconds}`.padStart(2, "0")].join(":") : `${minutes}:${`${seconds}`.padStart(2, "0")}`);
  await bar.getByText(`You are looking at ${text(short(await user.ms()))} of ${text(short(end))}`).waitFor();
  const veil = await page.locator(".veil rect").boundingBox();
  const track = await page.locator(".track").boundingBox();
  assert.ok(Math.abs(veil.x - track.x - (track.width * (await user.ms())) / end) < 2, "the veil begins at the moment");
  assert.ok(Math.abs(veil.x + veil.width - track.x - track.width) < 2);

  const there = await user.ms();
  await bar.getByRole("button", { name: "Play from here" }).click();
  await page.waitForFunction((there) => Number(document.querySelector("[data-ms]").dataset.ms) > there, there);
  await bar.getByRole("button", { name: "Pause here" }).click();
  await bar.getByRole("button", { name: "Back to now" }).press("Enter");
  await bar.waitFor({ state: "detached" });
  assert.equal(await user.ms(), end);
  assert.ok(await timeline.evaluate((slider) => slider === document.activeElement), "the focus stays at the chart");
  await page.keyboard.press("PageDown");
  await bar.getByRole("button", { name: "Branch here" }).click();
  await bar.waitFor({ state: "detached" });
  assert.ok((await user.ms()) < end);
});

test("a low embed has the slider alone, a higher one the chart", async (t) => {
  const path = `?embed=1&autorun=1#run=${encodeURIComponent(ADD_50)}`;
  for (const [height, lanes] of [[400, 1], [480, 3]]) {
    const { page } = await open(t, { path, context: { viewport: { width: 820, height } } });
    await new Playground(page).button("Skip to idle").click();
    const timeline = page.getByRole("slider", { name: "Timeline" });
    await page.locator(".lane.of-nodes path").first().waitFor({ state: "attached" });
    assert.equal(await page.locator(".lane").count(), lanes, `${height} px`);
    assert.equal((await timeline.boundingBox()).height < 30, lanes === 1, `${height} px`);
    await timeline.focus();
    await page.keyboard.press("Home");
    await page.getByRole("button", { name: "Back to now" }).click();
    assert.ok(await page.locator(".picture").isVisible());
  }
});

test("a narrow phone has the whole chart, and fingers find its values", { skip: lacks("touch") }, async (t) => {
  const context = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
  const { page, user, timeline, bar } = await hour(t, { context });
  const box = await page.locator(".track").boundingBox();
  await page.touchscreen.tap(box.x + box.width / 2, box.y + box.height / 2);
  await bar.waitFor();
  const end = seconds((await timeline.getAttribute("aria-valuetext")).match(/of ([\d:]+)/)[1]) * 1_000;
  assert.ok(Math.abs((await user.ms()) - end / 2) < end / 20);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `the page is ${wide} px too wide`);
  for (const button of await page.locator(".timeline button:visible").all()) {
    const { x, width, height } = await button.boundingBox();
    assert.ok(x >= 0 && x + width <= 360 && width >= 38 && height >= 38, `${await button.textContent()}: ${x}, ${width} × ${height}`);
  }
});
