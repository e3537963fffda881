// The page in its other forms: embedded, on a phone, with little motion.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ADD_50, Playground, TO_5 } from "./console.mjs";
import { lacks } from "./driver/driver.mjs";
import { open } from "./harness.mjs";

const HANDLES = ["prompt", "log", "picture", "summary", "time", "speed"];
const BUTTONS = ["Play", "Pause", "Step", "Reset", "Share"];

test("an embed has every handle, no chrome, and leaves the focus alone", async (t) => {
  const { page } = await open(t, {
    path: `?embed=1&speed=600&autorun=1#run=${encodeURIComponent(`${ADD_50}\n${TO_5}`)}`,
    context: { viewport: { width: 820, height: 480 } },
  });
  const user = new Playground(page);
  for (const handle of HANDLES) await user[handle].waitFor();
  for (const name of BUTTONS) await user.button(name).waitFor();
  await user.table.waitFor({ state: "attached" });
  assert.equal(await page.getByRole("banner").count(), 0);
  await user.untilSummary("5 running, 45 deallocated");
  assert.equal(await page.evaluate(() => document.activeElement === document.body), true);
});

test("an embed lets the wheel through to the page around it", async (t) => {
  const { page } = await open(t, { path: "?embed=1", context: { viewport: { width: 820, height: 480 } } });
  const user = new Playground(page);
  await user.picture.waitFor();
  const stopped = await page.evaluate(
    () =>
      new Promise((resolve) => {
        addEventListener("wheel", (event) => resolve(event.defaultPrevented), { once: true, passive: true });
        document.querySelector("canvas[role=img]").dispatchEvent(new WheelEvent("wheel", { bubbles: true, cancelable: true, deltaY: 100 }));
      }),
  );
  assert.equal(stopped, false);
});

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

test("a phone can use it: nothing is cut off, everything can be touched", { skip: lacks("touch") }, async (t) => {
  const { page } = await open(t, { context: phone });
  const user = new Playground(page);
  await user.button("Examples").tap();
  await page.getByRole("dialog", { name: "Examples" }).getByRole("button", { name: /frozen/ }).first().tap();
  await user.untilSummary("5 running, 45 deallocated");
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `the page is ${wide} px too wide`);

  const small = await page.locator("button:visible, select:visible, textarea:visible").evaluateAll((controls) =>
    controls
      .map((control) => ({ text: control.textContent || control.id, box: control.getBoundingClientRect() }))
      .filter(({ box }) => box.height < 38 || box.width < 38)
      .map(({ text, box }) => `${text}: ${box.width} × ${box.height}`),
  );
  assert.deepEqual(small, []);

  const box = await user.picture.boundingBox();
  await page.touchscreen.tap(box.x + 30, box.y + 75);
  await page.locator(".card").waitFor();
});

test("with reduced motion a change is there at once", async (t) => {
  const { page } = await open(t, { context: { reducedMotion: "reduce" } });
  const user = new Playground(page);
  await user.run(ADD_50);
  await user.untilSummary("50 running");
  const spinning = await page.evaluate(() => document.getAnimations().length);
  assert.equal(spinning, 0);
});

test("a paused page in which nothing happens does not wake up", async (t) => {
  const count = () => {
    window.frames_asked = 0;
    const ask = window.requestAnimationFrame.bind(window);
    window.requestAnimationFrame = (then) => {
      window.frames_asked += 1;
      return ask(then);
    };
  };
  const { page } = await open(t, { prepare: (page) => page.addInitScript(count) });
  const user = new Playground(page);
  await user.run(ADD_50);
  await user.untilSummary("50 running");
  await user.button("Pause").click();
  await page.waitForTimeout(1_500);
  const before = await page.evaluate(() => window.frames_asked);
  await page.waitForTimeout(700);
  assert.equal(await page.evaluate(() => window.frames_asked), before);
});

/** Buttons whose words do not fit, or that lie on one another. */
const spilled = (page) =>
  page.locator("button:visible").evaluateAll((buttons) => {
    const told = [];
    // What is scrolled away lies under something else without doing harm.
    const fixed = buttons.filter((button) => !button.closest(".invitation, .log, .guide, .lesson-text, .lesson-foot"));
    const boxes = buttons.flatMap((button) => {
      const box = button.getBoundingClientRect();
      const range = document.createRange();
      range.selectNodeContents(button);
      const inner = range.getBoundingClientRect();
      const name = button.getAttribute("aria-label") || button.textContent;
      if (inner.left < box.left - 1 || inner.right > box.right + 1 || inner.top < box.top - 1 || inner.bottom > box.bottom + 1) told.push(`${name} spills`);
      return fixed.includes(button) ? [{ name, box }] : [];
    });
    boxes.forEach(({ name, box }, place) => {
      for (const other of boxes.slice(place + 1)) {
        const across = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
        const down = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
        // Buttons of a group share a line.
        if (across > 2 && down > 2) told.push(`${name} on ${other.name}`);
      }
    });
    return told;
  });

for (const [form, path] of [["the page", ""], ["an embed", "?embed=1"], ["a lesson", "?lesson=deallocate"]]) {
  test(`${form} has room for its controls at every width`, async (t) => {
    const { page } = await open(t, { path });
    const user = new Playground(page);
    if (!path) await user.run(ADD_50);
    for (const [width, height] of [[340, 640], [390, 844], [480, 600], [560, 480], [640, 480], [720, 480], [820, 480], [1000, 700], [1180, 720], [1280, 720], [1440, 900], [1920, 1080]]) {
      await page.setViewportSize({ width, height });
      await page.waitForTimeout(150);
      assert.deepEqual(await spilled(page), [], `${width} × ${height}`);
    }
  });
}

test("what is only for a screen reader makes the page no longer, and nothing makes it wider", async (t) => {
  const { page } = await open(t, { context: { viewport: { width: 1280, height: 800 } } });
  const user = new Playground(page);
  await user.run(ADD_50);
  await user.run(TO_5);
  for (const viewport of [{ width: 1280, height: 800 }, { width: 390, height: 900 }]) {
    await page.setViewportSize(viewport);
    await page.waitForTimeout(150);
    const size = await page.evaluate(() => ({ width: document.documentElement.scrollWidth, height: document.documentElement.scrollHeight }));
    assert.deepEqual(size, viewport);
  }
});

test("on a laptop the invitation is whole", async (t) => {
  const { page } = await open(t, { context: { viewport: { width: 1280, height: 720 } } });
  const rest = await page.locator(".invitation").evaluate((it) => it.scrollHeight - it.clientHeight);
  assert.ok(rest <= 0, `${rest} px of it are out of sight`);
});
