// Pods: what fills the nodes, what waits for one, and why a node stays.

import assert from "node:assert/strict";
import { test } from "node:test";
import { CLUSTER, Playground } from "./console.mjs";
import { open } from "./harness.mjs";

const POOL = `--name nodepool1 ${CLUSTER}`;

/** How many pixels of the picture have the colour of a running node, undiluted. */
const solid = (page) =>
  page.evaluate(() => {
    const canvas = document.querySelector('canvas[aria-label="Nodes"]');
    const probe = document.createElement("i");
    probe.style.color = "var(--ready)";
    document.body.append(probe);
    const wanted = getComputedStyle(probe).color.match(/\d+/g).slice(0, 3).map(Number);
    probe.remove();
    const copy = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height });
    const context = copy.getContext("2d", { willReadFrequently: true });
    context.drawImage(canvas, 0, 0);
    const { data } = context.getImageData(0, 0, copy.width, copy.height);
    let count = 0;
    for (let at = 0; at < data.length; at += 4) {
      if (data[at + 3] === 255 && wanted.every((value, channel) => Math.abs(data[at + channel] - value) <= 2)) count += 1;
    }
    return count;
  });

test("pods fill their nodes, and those without one are seen to wait", async (t) => {
  const { page } = await open(t);
  const user = new Playground(page);
  const strip = page.locator(".pods");
  await user.run(`az aks nodepool add --node-count 4 ${POOL}`);
  assert.equal(await strip.count(), 0, "nothing is said of pods where there are none");
  const idle = await solid(page);

  await user.run("kubectl create deployment web --image=nginx --replicas=40");
  await user.run("kubectl set resources deployment web --requests=cpu=500m");
  await user.run("wait 2m");
  const { pods } = await page.evaluate(() => window.scaleDown.snapshot());
  assert.ok(pods.pending > 0 && pods.ready > 0, JSON.stringify(pods));
  await strip.getByText(`${pods.pending} pending`).waitFor();
  // One dot for each: dashes that begin every ten units, the last one just before the end of the line.
  assert.equal(await strip.locator("path").getAttribute("d"), `M5 5h${pods.pending * 10 - 9}`);
  const busy = await solid(page);
  assert.ok(busy > 2 * idle, `${idle} pixels before, ${busy} with pods`);

  await user.run("kubectl delete deployment web");
  await user.run("wait 1m");
  await page.waitForFunction(() => !document.querySelector(".pods"));
  const after = await solid(page);
  assert.ok(after < busy / 2, `${busy} pixels before, ${after} without pods`);
});

test("a node's card says how full it is and why it stays", async (t) => {
  const { page } = await open(t);
  const user = new Playground(page);
  await user.run(`az aks nodepool add --node-count 3 --enable-cluster-autoscaler --min-count 1 --max-count 5 --scale-down-mode Deallocate ${POOL}`);
  await user.button("Pause").click();
  await user.run("wait 2m");
  await page.getByRole("application", { name: /Picture of the nodes/ }).focus();
  await page.keyboard.press("ArrowRight");
  const card = page.locator(".card");
  await card.getByText(/^\d+ pods take \d+ % of it$/).waitFor();
  const name = await card.locator(".card-name").textContent();
  const why = await page.evaluate((name) => window.scaleDown.exec(`sim why node ${name}`).stdout, name);
  await card.getByText(why.trim().replace(name, "It")).waitFor();
});
