// Lessons: read, tried and reached, by pointer and by key.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { CLUSTER, Playground } from "./console.mjs";
import { dist, open } from "./harness.mjs";

const POOL = `--name nodepool1 ${CLUSTER}`;
const goals = (page) => page.locator("#lesson .goals li");
const reached = (page) => page.locator("#lesson .goals li.reached");
const panel = (page) => page.getByRole("complementary", { name: /^Lesson/ });

test("from the list to a finished lesson and the next one", async (t) => {
  const { page } = await open(t);
  const user = new Playground(page);
  await user.button("Lessons").click();
  const dialog = page.getByRole("dialog", { name: "Lessons" });
  const cards = dialog.getByRole("listitem");
  await cards.first().waitFor();
  assert.equal(await cards.count(), readdirSync(`${dist}lessons`).length - 1);
  await dialog.getByRole("button", { name: /Deallocate by hand/ }).click();
  await panel(page).getByRole("heading", { name: "Deallocate by hand" }).waitFor();
  assert.equal(new URL(await page.url()).searchParams.get("lesson"), "deallocate");

  assert.equal(await reached(page).count(), 0);
  await panel(page).getByRole("button", { name: /^Run: az aks nodepool add/ }).click();
  await user.button("Skip to idle").click();
  await user.untilSummary("50 running");
  await panel(page).getByText(/^Reached: 50 nodes run/).first().waitFor();
  await panel(page).getByRole("button", { name: /^Run: az aks nodepool scale/ }).click();
  await user.button("Skip to idle").click();
  await panel(page).getByRole("status").filter({ hasText: "Lesson finished" }).waitFor();
  assert.equal(await reached(page).count(), await goals(page).count());

  await panel(page).getByRole("button", { name: "Next lesson" }).click();
  await panel(page).getByRole("heading", { level: 2 }).filter({ hasNotText: "Deallocate by hand" }).waitFor();
  await user.button("Lessons").click();
  await dialog.getByRole("button", { name: /Deallocate by hand finished/ }).waitFor();
});

test("nothing but the keyboard: a lesson from the list to its end, with a hint", async (t) => {
  const { page } = await open(t, { path: "?speed=600" });
  const focus = async (name) => {
    for (let presses = 0; presses < 80; presses += 1) {
      const there = await page.evaluate(() => {
        const at = document.activeElement;
        return at?.getAttribute("aria-label") || at?.textContent || "";
      });
      if (name.test(there)) return;
      await page.keyboard.press("Tab");
    }
    assert.fail(`${name} is never reached`);
  };
  await focus(/^Lessons$/);
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: "Lessons" }).getByRole("listitem").first().waitFor();
  await focus(/Deallocate by hand/);
  await page.keyboard.press("Enter");
  // The focus goes where the reading begins.
  await page.waitForFunction(() => document.activeElement?.textContent === "Deallocate by hand");
  await focus(/^Run: az aks nodepool add/);
  await page.keyboard.press("Enter");
  await panel(page).getByText(/^Reached: 50 nodes run/).first().waitFor();
  await focus(/^Run: az aks nodepool scale/);
  await page.keyboard.press("Enter");
  await focus(/^Hint 1/);
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.closest(".hints"));
  await panel(page).getByText("Lesson finished").waitFor();
  await focus(/^Next lesson/);
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.closest("#lesson h2"));
});

test("undo takes a goal back, Reset begins the lesson again", async (t) => {
  const { page } = await open(t, { path: "?lesson=deallocate" });
  const user = new Playground(page);
  await panel(page).getByRole("heading", { level: 2 }).waitFor();
  await user.run(`az aks nodepool add --node-count 50 --scale-down-mode Deallocate ${POOL}`);
  await page.waitForFunction(() => document.querySelectorAll("#lesson .reached").length === 2);
  await user.button("Undo").click();
  await page.waitForFunction(() => document.querySelectorAll("#lesson .reached").length === 0);
  await user.button("Redo").click();
  await page.waitForFunction(() => document.querySelectorAll("#lesson .reached").length === 2);
  await user.button("Reset").click();
  await page.waitForFunction(() => document.querySelectorAll("#lesson .reached").length === 0);
  assert.equal(await panel(page).isVisible(), true);
});

test("hints come one by one, then a solution", async (t) => {
  const { page } = await open(t, { path: "?lesson=deallocate" });
  const hints = panel(page).locator(".hints li");
  for (let count = 1; ; count += 1) {
    const more = panel(page).getByRole("button", { name: /^(Hint|Show a solution)/ });
    await more.waitFor();
    const isLast = (await more.textContent()) === "Show a solution";
    await more.click();
    if (isLast) break;
    assert.equal(await hints.count(), count);
  }
  assert.ok((await hints.count()) > 0);
  await panel(page).getByText("One solution; there are others.").waitFor();
});

test("a reload goes on with the lesson where it was", async (t) => {
  const { page } = await open(t, { path: "?lesson=deallocate" });
  const user = new Playground(page);
  await panel(page).waitFor();
  await user.run(`az aks nodepool add --node-count 50 --scale-down-mode Deallocate ${POOL}`);
  await page.waitForFunction(() => document.querySelectorAll("#lesson .reached").length === 2);
  await page.reload();
  await page.waitForFunction(() => document.querySelectorAll("#lesson .reached").length === 2);
  await user.untilSummary("50 running");
  await panel(page).getByRole("button", { name: "Leave" }).click();
  await panel(page).waitFor({ state: "hidden" });
  await user.untilSummary("50 running");
  assert.equal(new URL(await page.url()).searchParams.get("lesson"), null);
});

const OWN = `title: One of my own
summary: A group.

[text]
Make a **group** with \`az group create\`.

\`\`\`az
az group create -n mine -l eastus
\`\`\`

[goals]
# Some time passes.
now elapsed >= 5m

[solution]
wait 10m
`;

test("a lesson is pasted, and what is wrong with one is said by line", async (t) => {
  const { page } = await open(t);
  const user = new Playground(page);
  await user.button("Lessons").click();
  const dialog = page.getByRole("dialog", { name: "Lessons" });
  await dialog.getByText("Another lesson").click();
  const field = dialog.getByRole("textbox", { name: /its text/ });
  await field.fill(OWN.replace("now elapsed", "now nonsense"));
  await dialog.getByRole("button", { name: "Begin" }).click();
  await dialog.getByRole("alert").filter({ hasText: /line \d+/ }).waitFor();
  await field.fill(OWN);
  await dialog.getByRole("button", { name: "Begin" }).click();
  await panel(page).getByRole("heading", { name: "One of my own" }).waitFor();
  assert.equal(await panel(page).locator("strong").textContent(), "group");
  await user.run("wait 10m");
  await panel(page).getByText("Lesson finished").waitFor();
});

test("a lesson is read from an address on the server, and again after a reload", async (t) => {
  const { page } = await open(t, {
    path: `?lesson=${encodeURIComponent("/docs/lessons/own.txt")}`,
    route: (pathname) => (pathname === "/docs/lessons/own.txt" ? { type: ".txt", body: OWN } : undefined),
  });
  const user = new Playground(page);
  await panel(page).getByRole("heading", { name: "One of my own" }).waitFor();
  await panel(page).getByRole("button", { name: /^Run: az group create/ }).click();
  await user.log.getByText("az group create -n mine -l eastus").waitFor();
  await user.run("wait 10m");
  await panel(page).getByText("Lesson finished").waitFor();
  await page.reload();
  await panel(page).getByText("Lesson finished").waitFor();
});

test("the goals stay in sight while the text is scrolled, and a score is told in words", async (t) => {
  const { page } = await open(t, { path: "?lesson=challenge", context: { viewport: { width: 1280, height: 720 } } });
  const user = new Playground(page);
  const more = panel(page).getByRole("button", { name: /^(Hint|Show a solution)/ });
  await more.waitFor();
  const goal = goals(page).first();
  const isInSight = () =>
    goal.evaluate((it) => {
      const { left, top } = it.getBoundingClientRect();
      return it.contains(document.elementFromPoint(left + 40, top + 8));
    });
  assert.ok(await isInSight());
  await panel(page).locator(".lesson-text").evaluate((it) => it.scrollTo(0, it.scrollHeight));
  assert.ok(await isInSight());
  while (await more.count()) await more.click();
  await panel(page).getByRole("button", { name: /^Run: / }).last().click();
  await user.button("Skip to idle").click();
  const news = panel(page).getByRole("status");
  await news.filter({ hasText: /better than par \(\d+ %\): spent \$[\d.]+, par \$[\d.]+; pending time [\d:]+, par [\d:]+/ }).waitFor();
});

test("a lesson from elsewhere, or one that is not there, is refused with a sentence", async (t) => {
  for (const [name, says, expected] of [
    ["https://elsewhere.example/lesson.txt", /its own server only/, []],
    ["nowhere", /HTTP 404/, [/404/]],
  ]) {
    const { page } = await open(t, { path: `?lesson=${encodeURIComponent(name)}`, expected });
    await page.getByRole("dialog", { name: "Lessons" }).getByRole("alert").filter({ hasText: says }).waitFor();
  }
});

test("a lesson works without storage", async (t) => {
  const forbid = () =>
    Object.defineProperty(window, "localStorage", {
      get() {
        throw new DOMException("forbidden", "SecurityError");
      },
    });
  const { page } = await open(t, { path: "?lesson=deallocate", prepare: (page) => page.addInitScript(forbid) });
  const user = new Playground(page);
  await panel(page).waitFor();
  await user.run(`az aks nodepool add --node-count 50 --scale-down-mode Deallocate ${POOL}`);
  await user.run(`az aks nodepool scale --node-count 5 ${POOL}`);
  await panel(page).getByText("Lesson finished").waitFor();
  await user.button("Lessons").click();
  await page.getByRole("button", { name: /Deallocate by hand finished/ }).waitFor();
});

test("the solution that every lesson shows reaches its goals in the page", async (t) => {
  const ids = readFileSync(`${dist}lessons/index.txt`, "utf8").split("\n").map((line) => line.split("|")[0].trim());
  const { page } = await open(t);
  for (const id of ids.filter((id) => id && !id.startsWith("#"))) {
    const finished = await page.evaluate(async (id) => {
      const held = document.getElementById("app").playground;
      const text = await (await fetch(`lessons/${id}.txt`)).text();
      const { solution } = held.lesson(text);
      held.simulator().exec(solution);
      held.simulator().exec("wait --until idle");
      return held.progress().isFinished;
    }, id);
    assert.equal(finished, true, id);
  }
});
