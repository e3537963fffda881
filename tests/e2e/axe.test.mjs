// axe-core finds nothing to complain about, in any form of the page.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { ADD_50, CLUSTER, Playground, TO_5 } from "./console.mjs";
import { lacks } from "./driver/driver.mjs";
import { open } from "./harness.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

async function check(page, rules = {}) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate((rules) => window.axe.run(document, { resultTypes: ["violations"], rules }), rules);
  const told = violations.map(({ id, help, nodes }) => `${id}: ${help}\n  ${nodes.map(({ html }) => html.slice(0, 160)).join("\n  ")}`);
  assert.deepEqual(told, []);
}

/** A page with something of everything: running, frozen, an error, a waiting command, the menu open. */
async function busy(page) {
  const user = new Playground(page);
  await user.run(ADD_50);
  await user.run(TO_5);
  await user.type("az aks nodepool scal --node-count 5");
  await user.type("az aks nodepool scale --node-count 20 --name nodepool1 --cluster-name myAKSCluster --resource-group myResourceGroup");
  await page.getByText("Running ..").waitFor();
  await user.button("Pause").click();
  return user;
}

for (const colorScheme of ["light", "dark"]) {
  test(`the page, ${colorScheme}`, async (t) => {
    const { page } = await open(t, { context: { colorScheme } });
    await check(page);
    const user = await busy(page);
    await user.prompt.fill("az aks nodepool s");
    await user.prompt.press("Tab");
    await user.prompt.press("Tab");
    await check(page);
  });

  test(`the table, ${colorScheme}`, async (t) => {
    const { page } = await open(t, { path: "?view=table", context: { colorScheme } });
    await busy(page);
    await check(page);
  });

  test(`ways side by side, ${colorScheme}`, async (t) => {
    for (const viewport of [{ width: 1440, height: 900 }, { width: 390, height: 844 }]) {
      const { page } = await open(t, { path: "?compare=Delete,always-on", context: { colorScheme, viewport } });
      const user = new Playground(page);
      await user.run(ADD_50);
      await page.waitForFunction(() => !document.querySelector(".way-head .busy"));
      await page.getByText("What differs").click();
      await check(page);
    }
  });

  test(`the embed, ${colorScheme}`, async (t) => {
    const { page } = await open(t, { path: "?embed=1", context: { colorScheme, viewport: { width: 820, height: 480 } } });
    await busy(page);
    await check(page);
  });

  for (const [form, context] of [
    ["the page", {}],
    ["a narrow phone", { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }],
    ["a low window", { viewport: { width: 853, height: 480 } }],
    ["forced colours", { forcedColors: "active", reducedMotion: "reduce" }],
  ]) {
    const skip = (context.hasTouch && lacks("touch")) || (context.forcedColors && lacks("colours"));
    test(`the past of a run, ${form}, ${colorScheme}`, { skip }, async (t) => {
      const { page } = await open(t, { context: { colorScheme, ...context } });
      await busy(page);
      await page.getByRole("slider", { name: "Timeline" }).focus();
      await page.keyboard.press("PageDown");
      await page.getByRole("group", { name: "The past" }).waitFor();
      // Forced colours are the system's, which axe does not know.
      await check(page, form === "forced colours" ? { "color-contrast": { enabled: false } } : {});
    });
  }

  test(`pods that wait and the card of a node, ${colorScheme}`, async (t) => {
    const { page } = await open(t, { context: { colorScheme } });
    const user = new Playground(page);
    await user.run(`az aks nodepool add --node-count 2 --enable-cluster-autoscaler --min-count 1 --max-count 2 --name nodepool1 ${CLUSTER}`);
    await user.button("Pause").click();
    await user.type("kubectl create deployment web --image=nginx --replicas=2000");
    await page.locator(".pods .some").waitFor();
    await page.getByRole("application", { name: /Picture of the nodes/ }).focus();
    await page.keyboard.press("ArrowRight");
    await page.locator(".card").waitFor();
    await check(page);
  });

  test(`a challenge at its end, ${colorScheme}`, async (t) => {
    const { page } = await open(t, { path: "?lesson=challenge", context: { colorScheme } });
    const user = new Playground(page);
    const lesson = page.getByRole("complementary", { name: /^Lesson/ });
    const more = lesson.getByRole("button", { name: /^(Hint|Show a solution)/ });
    await more.waitFor();
    while (await more.count()) await more.click();
    await lesson.getByRole("button", { name: /^Run: / }).last().click();
    await user.button("Skip to idle").click();
    await lesson.getByRole("status").filter({ hasText: /better than par/ }).waitFor();
    await check(page);
  });

  for (const [form, context] of [
    ["a lesson", {}],
    ["a lesson in an embed", { viewport: { width: 820, height: 600 } }],
    ["a lesson on a phone", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }],
  ]) {
    test(`${form}, ${colorScheme}`, { skip: context.hasTouch && lacks("touch") }, async (t) => {
      const path = `?lesson=deallocate${form.includes("embed") ? "&embed=1" : ""}`;
      const { page } = await open(t, { path, context: { colorScheme, ...context } });
      const lesson = page.getByRole("complementary", { name: /^Lesson/ });
      await lesson.getByRole("button", { name: /^Hint/ }).click();
      await lesson.getByRole("button", { name: /^Run: az aks nodepool add/ }).click();
      await page.getByRole("button", { name: "Skip to idle" }).click();
      await lesson.getByText(/^Reached: 50 nodes run/).first().waitFor();
      await check(page);
    });
  }

  for (const name of ["Help", "Examples", "Share", "Lessons", "Files"]) {
    test(`the dialog ${name}, ${colorScheme}`, async (t) => {
      const { page } = await open(t, { context: { colorScheme } });
      await page.getByRole("button", { name, exact: true }).click();
      const dialog = page.getByRole("dialog", { name });
      await dialog.waitFor();
      if (name === "Lessons") await dialog.getByText("Another lesson").click();
      if (name === "Files") await dialog.getByRole("button", { name: "Script", exact: true }).click();
      await check(page);
    });
  }

  test(`a phone, ${colorScheme}`, { skip: lacks("touch") }, async (t) => {
    const { page } = await open(t, { context: { colorScheme, viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } });
    await busy(page);
    await check(page);
  });
}
