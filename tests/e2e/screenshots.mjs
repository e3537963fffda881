// Takes the pictures that are looked at before a release.
//
//   node tests/e2e/screenshots.mjs FOLDER     after `make build`; ENGINE=firefox or ENGINE=webkit for another engine

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { ADD_50, CLUSTER, Playground, TO_5, TO_DELETE } from "./console.mjs";
import { lacks } from "./driver/driver.mjs";
import { open } from "./harness.mjs";

const folder = process.argv[2];
if (!folder) throw new Error("usage: node tests/e2e/screenshots.mjs FOLDER");
await mkdir(folder, { recursive: true });

const desktop = { viewport: { width: 1440, height: 900 } };
const touch = lacks("touch") ? {} : { hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
const phone = { viewport: { width: 390, height: 844 }, ...touch };
const embed = { viewport: { width: 820, height: 480 } };
const scale = (count) => `az aks nodepool scale --node-count ${count} --name nodepool1 ${CLUSTER}`;

/** Opens the page and saves what it looks like. */
function picture(name, { path = "", context }, act) {
  for (const colorScheme of ["dark", "light"]) {
    test(`${name}-${colorScheme}`, async (t) => {
      const { page } = await open(t, { path, context: { ...context, colorScheme } });
      await act(new Playground(page), page);
      await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`) });
    });
  }
}

async function frozen(user) {
  await user.run(ADD_50);
  await user.run(TO_5);
  await user.untilSummary("5 running, 45 deallocated");
}

/** Frozen, building and thawing at once. */
async function mixed(user, page) {
  await frozen(user);
  await user.button("Pause").click();
  await user.type(scale(60));
  await user.button("Step").click();
  for (let step = 0; step < 90; step += 1) await user.button("Step").click();
  await page.waitForTimeout(500);
}

/** The first example, while 15 nodes thaw. */
async function thawing(user, page) {
  const steps = page.getByRole("button", { name: /^Run this line/ });
  for (const step of [0, 1]) {
    await steps.nth(step).click();
    await user.button("Skip to idle").click();
  }
  await user.untilSummary("5 running, 45 deallocated");
  await user.button("Pause").click();
  await steps.nth(2).click();
  while ((await user.counts()).ready < 8) await user.button("Step").click();
  await page.waitForTimeout(500);
}

/** A morning with the autoscaler: frozen nodes thaw, new ones are built, and pods wait. */
async function autoscaled(user, page) {
  await user.button("Examples").click();
  await page.getByRole("dialog", { name: "Examples" }).getByRole("button", { name: /^A working day/ }).click();
  await user.button("Skip to idle").click();
  await user.type("sim load trace '0s,12; 20m,90; 1h,12; 3h,160' --name web --cpu 500m");
  await user.button("Pause").click();
  await user.type("wait 3h1m");
  await user.button("Skip ahead").click();
  while ((await user.counts()).starting > 0 && (await user.counts()).ready < 6) await user.button("Step").click();
  await page.waitForTimeout(500);
}

picture("start", { context: desktop }, (user, page) => page.waitForTimeout(300));
picture("creating", { context: desktop }, async (user, page) => {
  await user.type(ADD_50);
  await page.waitForTimeout(1_800);
});
picture("frozen", { context: desktop }, (user) => frozen(user));
picture("thawing", { context: desktop }, async (user, page) => {
  await mixed(user, page);
  const box = await user.picture.boundingBox();
  await page.mouse.move(box.x + 300, box.y + 190);
  await page.waitForTimeout(300);
});
// The two of the README.
const shown = { viewport: { width: 1320, height: 800 } };
picture("readme-thawing", { context: shown }, (user, page) => thawing(user, page));
picture("readme-autoscaled", { context: shown }, (user, page) => autoscaled(user, page));
picture("autoscaled-phone", { context: phone }, (user, page) => autoscaled(user, page));
picture("leaving", { context: desktop }, async (user, page) => {
  await frozen(user);
  await user.type(TO_DELETE);
  await page.waitForTimeout(350);
});
picture("table", { path: "?view=table", context: desktop }, (user) => frozen(user));
picture("completion", { context: desktop }, async (user, page) => {
  await frozen(user);
  await user.prompt.fill("az aks nodepool update --s");
  await user.prompt.press("Tab");
  await user.prompt.press("Tab");
  await page.waitForTimeout(200);
});
picture("phone", { context: phone }, (user, page) => mixed(user, page));
picture("phone-start", { context: phone }, (user, page) => page.waitForTimeout(300));
picture("embed", { path: "?embed=1", context: embed }, (user, page) => mixed(user, page));
picture("many", { path: "?speed=120", context: desktop }, async (user, page) => {
  await many(user);
  await user.type("az aks nodepool scale --node-count 300 --name pool2 -g myResourceGroup --cluster-name big");
  await page.waitForTimeout(1_300);
});

/** 5,000 nodes in five pools. */
async function many(user) {
  await user.run("sim quota 100000");
  await user.run("sim cluster myResourceGroup/big");
  for (const pool of [1, 2, 3, 4, 5]) {
    await user.run(`az aks nodepool add --node-count 1000 --scale-down-mode Deallocate --name pool${pool} -g myResourceGroup --cluster-name big -o none`);
  }
}

for (const [form, context] of [["lesson", desktop], ["lesson-phone", phone], ["lesson-embed", embed]]) {
  const path = `?lesson=deallocate${form === "lesson-embed" ? "&embed=1" : ""}`;
  picture(form, { path, context }, async (user, page) => {
    await page.getByRole("button", { name: /^Run: az aks nodepool add/ }).click();
    await user.button("Skip to idle").click();
    await page.waitForTimeout(500);
  });
}

picture("past", { context: { viewport: { width: 1280, height: 800 } } }, async (user, page) => {
  await frozen(user);
  await page.getByRole("slider", { name: "Timeline" }).focus();
  for (let press = 0; press < 3; press += 1) await page.keyboard.press("PageDown");
  await page.waitForTimeout(500);
});

// The chart: a working day with office hours, the pointer over it, and a moment of its past.
async function worked(user, page) {
  await user.button("Examples").click();
  await page.getByRole("dialog", { name: "Examples" }).getByRole("button", { name: /^A working day/ }).click();
  await user.button("Skip to idle").click();
  await user.type("sim load office-hours 8 200");
  await user.type("wait 11h");
  await user.button("Skip ahead").click();
  await user.button("Pause").click();
}
for (const [form, path, context] of [
  ["", "", desktop],
  ["-laptop", "", { viewport: { width: 1280, height: 720 } }],
  ["-projector", "", { viewport: { width: 853, height: 480 }, deviceScaleFactor: 1.5 }],
  ["-phone", "", phone],
  ["-narrow", "", { ...phone, viewport: { width: 360, height: 740 } }],
  ["-embed", "?embed=1", embed],
  ["-embed-low", "?embed=1", { viewport: { width: 820, height: 400 } }],
  ["-forced", "", { ...desktop, forcedColors: "active" }],
]) {
  picture(`chart${form}`, { path, context }, async (user, page) => {
    await (path ? mixed(user, page) : worked(user, page));
    const box = await page.locator(".track").boundingBox();
    await page.mouse.move(box.x + box.width * 0.3, box.y + 10);
    await page.waitForTimeout(300);
  });
  picture(`chart-past${form}`, { path, context }, async (user, page) => {
    await (path ? mixed(user, page) : worked(user, page));
    await page.getByRole("slider", { name: "Timeline" }).focus();
    for (let press = 0; press < 6; press += 1) await page.keyboard.press("PageDown");
    await page.waitForTimeout(300);
  });
}

for (const name of ["Help", "Examples", "Share", "Lessons", "Files"]) {
  picture(name.toLowerCase(), { context: desktop }, async (user, page) => {
    await user.button(name).click();
    await page.waitForTimeout(300);
  });
}

after(() => console.log(`pictures are in ${folder}`));
