// Measures how long a frame takes with 5,000 nodes, and with 1,000 autoscaled ones that run 10,000
// pods, and prints the percentiles.
//
//   node tests/e2e/frames.mjs     after `make build`
//
// Two figures: the time between two frames, which the display bounds from below, and the time that
// the page's own code takes in a frame. The picture is busy all the while: a thousand nodes freeze,
// thaw or are built at a time, and pods come and go by the thousand.

import { test } from "node:test";
import { Playground } from "./console.mjs";
import { open } from "./harness.mjs";

/** Wraps every frame's callback in a stopwatch. */
function stopwatch() {
  window.frame_work_ms = [];
  window.frame_starts_ms = [];
  const ask = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (then) =>
    ask((time) => {
      const start = performance.now();
      window.frame_starts_ms.push(start);
      then(time);
      // What the callback put off until now belongs to the frame as well.
      queueMicrotask(() => window.frame_work_ms.push(performance.now() - start));
    });
}

function percentiles(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]?.toFixed(1);
  return `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms (${sorted.length} frames)`;
}

/** Opens the page at 60 simulated seconds a second, with room for many machines in one cluster. */
async function opened(t) {
  const { page } = await open(t, {
    path: "?speed=60",
    context: { viewport: { width: 1440, height: 900 } },
    prepare: (page) => page.addInitScript(stopwatch),
  });
  const user = new Playground(page);
  await user.run("sim quota 100000");
  await user.run("sim cluster myResourceGroup/big");
  return { page, user };
}

/** Prints what the frames of the next seconds take. */
async function measure(page, what, seconds) {
  await page.evaluate(() => {
    window.frame_work_ms.length = 0;
    window.frame_starts_ms.length = 0;
  });
  await page.waitForTimeout(seconds * 1_000);
  const { work, starts } = await page.evaluate(() => ({ work: window.frame_work_ms, starts: window.frame_starts_ms }));
  const gaps = starts.slice(1).map((start, place) => start - starts[place]);
  console.log(`${what}: work ${percentiles(work)}`);
  console.log(`${what}: between frames ${percentiles(gaps)}`);
}

const POOL = "-g myResourceGroup --cluster-name big -o none";

test("frames at 5,000 nodes", async (t) => {
  const { page, user } = await opened(t);
  const pools = [1, 2, 3, 4, 5];
  for (const pool of pools) {
    await user.run(`az aks nodepool add --node-count 1000 --scale-down-mode Deallocate --name pool${pool} ${POOL}`);
  }
  await user.untilSummary("5000 running");
  for (const [what, count] of [["4,500 nodes freeze", 100], ["4,500 nodes thaw", 1000]]) {
    for (const pool of pools) await user.type(`az aks nodepool scale --node-count ${count} --name pool${pool} ${POOL} --no-wait`);
    await measure(page, what, 2.5);
    await user.button("Skip to idle").click();
  }
});

test("frames at 1,000 autoscaled nodes and 10,000 pods", async (t) => {
  const { page, user } = await opened(t);
  await user.run(`az aks nodepool add --node-count 1000 --enable-cluster-autoscaler --min-count 1 --max-count 1000 --scale-down-mode Deallocate --name work ${POOL}`);
  await user.run("sim load wave 4000 10000 --every 2h --cpu 170m");
  await user.type("wait 30m");
  await user.button("Skip ahead").click();
  // Two hours pass in two minutes: long enough for the load to fall and for nodes to be taken away.
  for (const part of [1, 2, 3, 4]) {
    await measure(page, `autoscaled, part ${part}: ${await user.summary.textContent()}, ${await page.locator(".pods").textContent()}`, 15);
    await user.type("wait 15m");
    await user.button("Skip ahead").click();
  }
});
