// The playground in other people's pages: it is a good guest.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { brotliCompressSync } from "node:zlib";
import { Playground } from "../e2e/console.mjs";
import { lacks } from "../e2e/driver/driver.mjs";
import { bare, copied, inside, mdbook, mkdocs, playground, visit } from "./hosts.mjs";

const focused = (page) => page.evaluate(() => document.activeElement?.id || document.activeElement?.localName);
const theme = (frame) => frame.locator("html").getAttribute("data-theme");
const untilTheme = (frame, name) => frame.locator(`html[data-theme=${name}]`).waitFor({ state: "attached" });

/** A site of MkDocs with the playground on another server. */
async function manual(test, options) {
  const { origin, url } = await playground();
  return { ...(await visit(test, { site: mkdocs(url), others: [origin], ...options })), origin };
}

/** The playground further down, which is loaded when it comes into sight. */
async function second(page) {
  await page.locator("#second").scrollIntoViewIfNeeded();
  return inside(page, "#second");
}

test("MkDocs: the commands are there to read, and nothing is loaded before it is asked for", async (t) => {
  const loaded = [];
  const { page, origin } = await manual(t, { context: { viewport: { width: 1200, height: 500 } } });
  page.on("request", (request) => loaded.push(request.url()));
  await page.reload();
  const first = page.locator("#first");
  await first.getByText("--scale-down-mode Deallocate").waitFor();
  assert.equal(await first.locator("iframe").count(), 0);
  const foreign = loaded.filter((url) => url.startsWith(origin) && new URL(url).pathname !== "/playground/embed.js");
  assert.deepEqual(foreign, []);

  await first.getByRole("button", { name: "Try it in the playground" }).click();
  const frame = await inside(page, "#first");
  const user = new Playground(frame);
  assert.match(await user.prompt.inputValue(), /^az aks nodepool add .*\n.*\naz aks nodepool scale --node-count 5/);
  await frame.getByRole("button", { name: "Run", exact: true }).click();
  await frame.getByText("5 running, 45 deallocated").first().waitFor();
});

test("MkDocs: a playground that plays by itself leaves the focus where it is", async (t) => {
  const { page } = await manual(t);
  await page.locator("#typing").focus();
  await page.keyboard.type("some ");
  // The frame is not looked into before: a driver may give the focus to it.
  await page.evaluate(() => document.getElementById("second").addEventListener("sdp-state", ({ detail }) => (window.running = detail.nodesByState.ready)));
  await page.locator("#second").scrollIntoViewIfNeeded();
  await page.waitForFunction(() => window.running === 3, undefined, { timeout: 60_000 });
  assert.equal(await focused(page), "typing");
  await page.keyboard.type("notes");
  assert.equal(await page.locator("#typing").inputValue(), "some notes");
  const frame = await inside(page, "#second");
  assert.equal(await frame.evaluate(() => document.activeElement === document.body), true);
});

test("MkDocs: the wheel scrolls the page, also above the nodes and the console", async (t) => {
  const { page } = await manual(t);
  const frame = await second(page);
  const user = new Playground(frame);
  await frame.getByText("3 running").first().waitFor({ timeout: 60_000 });
  for (const part of [user.log, frame.getByRole("group", { name: "Node table" })]) {
    await page.locator("#second").scrollIntoViewIfNeeded();
    const box = await part.boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    for (const way of [120, -120]) {
      const before = await page.evaluate(() => scrollY);
      await page.mouse.wheel(0, way);
      await page.waitForFunction((before) => scrollY !== before, before);
    }
  }
});

test("MkDocs: the theme is that of the site, also when the reader changes it", async (t) => {
  const { page } = await manual(t);
  const frame = await second(page);
  assert.equal(await theme(frame), "light");
  await page.evaluate(() => document.documentElement.setAttribute("data-bs-theme", "dark"));
  await untilTheme(frame, "dark");
  await page.evaluate(() => document.documentElement.setAttribute("data-bs-theme", "light"));
  await untilTheme(frame, "light");
});

test("MkDocs: two in one page do not know of each other, and one out of sight answers", async (t) => {
  const { page } = await manual(t);
  await page.locator("#first").getByRole("button").click();
  const first = await inside(page, "#first");
  await (await second(page)).getByText("3 running").first().waitFor({ timeout: 60_000 });
  const counts = await page.evaluate(async () => {
    const [first, second] = ["first", "second"].map((id) => document.getElementById(id));
    await first.run("az aks nodepool add -c 1 -n mine -g myResourceGroup --cluster-name myAKSCluster");
    return [await first.snapshot(), await second.snapshot()].map((snapshot) => snapshot.pools.map((pool) => pool.name));
  });
  assert.deepEqual(counts, [["mine"], ["other"]]);
  assert.equal(await first.locator("tbody tr").count(), 1);
});

test("MkDocs: without scripts the commands are there to read", { skip: lacks("scriptless") }, async (t) => {
  const { page } = await manual(t, { context: { javaScriptEnabled: false }, expected: [/csp/] });
  assert.ok(await page.locator("#first").getByText("--scale-down-mode Deallocate").isVisible());
  assert.equal(await page.locator("iframe").count(), 0);
});

test("mdBook: the playground beside the book, in a frame without an origin", { skip: lacks("originless") }, async (t) => {
  const headers = { "access-control-allow-origin": "*" };
  const { page } = await visit(t, { site: mdbook(), route: copied(headers) });
  const plain = await (await page.locator("#plain").elementHandle()).contentFrame();
  await plain.locator("html[data-simulator]").waitFor({ state: "attached" });
  assert.equal(await plain.evaluate(() => self.origin), "null");
  assert.equal(await new Playground(plain).prompt.inputValue(), "az group list");

  await page.getByRole("button", { name: "Try it in the playground" }).click();
  const frame = await inside(page, "#first");
  assert.equal(await frame.evaluate(() => self.origin), "null");
  const entry = await page.evaluate(() => document.getElementById("first").run("az group list -o none"));
  assert.equal(entry.exitCode, 0);
});

test("mdBook: the theme is that of the book", async (t) => {
  const { page } = await visit(t, { site: mdbook(), route: copied({ "access-control-allow-origin": "*" }) });
  await page.getByRole("button", { name: "Try it in the playground" }).click();
  const frame = await inside(page, "#first");
  assert.equal(await theme(frame), "light");
  for (const [name, expected] of [["coal", "dark"], ["rust", "light"], ["ayu", "dark"], ["navy", "dark"]]) {
    await page.locator("html").evaluate((html, name) => html.classList.replace(html.classList.item(0), name), name);
    await page.evaluate((name) => (document.documentElement.className = `${name} js`), name);
    await untilTheme(frame, expected);
  }
});

test("mdBook: a server that lets no frame without an origin in is met with one", { skip: lacks("originless") }, async (t) => {
  const { page } = await visit(t, {
    site: mdbook(),
    route: copied(),
    // The first try is refused, and a frame that is not the element's stays so.
    expected: [/CORS policy|Cross-Origin Request Blocked/, /net::ERR_FAILED|NS_ERROR_DOM_BAD_URI/, /^uncaught: Loading module/, /allow-scripts and allow-same-origin/, /preload/],
  });
  const plain = page.frameLocator("#plain");
  await plain.getByText("does not send Access-Control-Allow-Origin").waitFor();
  await page.getByRole("button", { name: "Try it in the playground" }).click();
  await page.locator("#first iframe[sandbox~=allow-same-origin]").waitFor();
  const frame = await inside(page, "#first");
  assert.match(await new Playground(frame).prompt.inputValue(), /^az aks nodepool add/);
});

const strict = ({ origin }) => ({
  "content-security-policy": `default-src 'none'; script-src ${origin}; frame-src ${origin}; require-trusted-types-for 'script'`,
});

test("a page with a strict Content-Security-Policy", async (t) => {
  const server = await playground();
  const { page } = await visit(t, {
    html: bare(server, "<scale-down-playground height=480>az group list</scale-down-playground>"),
    headers: strict(server),
    others: [server.origin],
  });
  await page.getByRole("button").click();
  await inside(page, "scale-down-playground");
  const box = await page.locator("iframe").boundingBox();
  assert.equal(box.height, 480);
});

test("methods and events", async (t) => {
  const server = await playground();
  const { page } = await visit(t, {
    html: bare(server, "<scale-down-playground id=it seed=7></scale-down-playground>"),
    others: [server.origin],
  });
  await page.evaluate(() => {
    window.heard = [];
    for (const name of ["ready", "command", "state", "error", "resize"]) {
      document.addEventListener(`sdp-${name}`, ({ type, detail }) => window.heard.push([type, detail]));
    }
  });
  const call = (method, ...params) =>
    page.evaluate(([method, params]) => document.getElementById("it")[method](...params), [method, params]);
  const POOL = "-g myResourceGroup --cluster-name myAKSCluster -n nodepool1";

  const failed = await call("run", "az aks nodepool shw");
  assert.equal(failed.exitCode, 2);
  assert.match(failed.lines[0].stderr, /shw/);
  await call("run", `az aks nodepool add -c 5 --scale-down-mode Deallocate ${POOL} --no-wait`);
  await call("seek", 600_000);
  assert.equal((await call("snapshot")).nodesByState.ready, 5);
  await call("play");
  await call("pause");
  const link = await call("share");
  assert.match(link, /\/playground\/\?.*#s1:/);
  assert.ok(!link.includes("embed="), link);
  await call("reset");
  assert.equal((await call("snapshot")).pools.length, 0);
  await call("load", new URL(link).hash);
  assert.equal((await call("snapshot")).pools[0].name, "nodepool1");

  const refusal = (method, ...params) =>
    page.evaluate(
      ([method, params]) => document.getElementById("it")[method](...params).then(() => "nothing", (error) => error.code),
      [method, params],
    );
  assert.equal(await refusal("load", "#s1:AAAA"), "invalid_link");
  assert.equal(await refusal("seek", -1), "invalid_argument");

  await page.waitForFunction(() => window.heard.some(([type, { nodesByState }]) => type === "sdp-state" && nodesByState.ready === 5));
  const heard = await page.evaluate(() => window.heard);
  const of = (type) => heard.filter(([name]) => name === type).map(([, detail]) => detail);
  assert.deepEqual(of("sdp-ready"), [{ version: 1 }]);
  assert.deepEqual(of("sdp-command").slice(0, 2).map(({ exitCode }) => exitCode), [2, 0]);
  assert.ok(of("sdp-resize").every(({ height }) => height > 300));
  assert.deepEqual(of("sdp-error"), []);
});

test("a lesson in the element tells of its goals", async (t) => {
  const server = await playground();
  const { page } = await visit(t, {
    html: bare(server, "<scale-down-playground id=it lesson=deallocate speed=600></scale-down-playground>"),
    others: [server.origin],
  });
  await page.evaluate(() => {
    window.goals = [];
    document.getElementById("it").addEventListener("sdp-goal", ({ detail }) => window.goals.push(detail));
  });
  await page.getByRole("button", { name: /Try it/ }).click();
  const frame = await inside(page, "#it");
  await frame.getByRole("button", { name: /^Run: az aks nodepool add/ }).click();
  await page.waitForFunction(() => window.goals.length === 2);
  const [first] = await page.evaluate(() => window.goals);
  assert.deepEqual({ ...first, text: "" }, { lesson: "deallocate", index: first.index, text: "", isReached: true, isFinished: false });
});

test("an address that cannot be loaded is an error, and the commands stay", async (t) => {
  const server = await playground();
  const { page } = await visit(t, {
    html: bare(server, '<scale-down-playground id=it src="javascript:alert(1)"><p>az aks list</p></scale-down-playground>'),
    others: [server.origin],
  });
  await page.evaluate(() => {
    window.failed = new Promise((resolve) => document.addEventListener("sdp-error", ({ detail }) => resolve(detail.code)));
  });
  await page.getByRole("button").click();
  assert.equal(await page.evaluate(() => window.failed), "no_address");
  assert.ok(await page.getByText("az aks list").isVisible());
  assert.ok(await page.getByRole("alert").isVisible());
  assert.equal(await page.locator("iframe").count(), 0);
});

test("embed.js is small, and needs nothing but itself", () => {
  const script = readFileSync(new URL("../../www/embed.js", import.meta.url));
  const { length } = brotliCompressSync(script);
  assert.ok(length < 5_000, `${length} bytes compressed`);
  assert.doesNotMatch(script.toString(), /\bimport\b[^.]*from|\bfetch\(|innerHTML/);
});

test("the frame listens to its parent only, and to the first origin that speaks", async (t) => {
  const server = await playground();
  const { page } = await visit(t, {
    html: `<!doctype html><html lang="en"><title>Host</title><iframe id="it" title="It" src="${server.url}?embed=1"></iframe><iframe id="other" title="Other" srcdoc="<p>Other</p>"></iframe></html>`,
    others: [server.origin],
  });
  await page.evaluate(() => {
    window.heard = [];
    addEventListener("message", ({ data, source }) => source === window.frames[0] && window.heard.push(data));
  });
  const frame = await (await page.locator("#it").elementHandle()).contentFrame();
  await frame.locator("html[data-simulator]").waitFor({ state: "attached" });
  // Before anybody has spoken, nothing of the run is told.
  await frame.evaluate(() => window.scaleDown.exec("az group list"));
  await page.waitForTimeout(600);
  assert.deepEqual((await page.evaluate(() => window.heard)).map(({ event }) => event), ["ready"]);

  const answered = (id) => page.waitForFunction((id) => window.heard.find((message) => message.id === id), id).then((it) => it.jsonValue());
  const send = (message, as = "parent") =>
    page.evaluate(
      ([message, as]) => {
        const target = document.getElementById("it").contentWindow;
        if (as === "parent") target.postMessage(message, "*");
        else document.getElementById("other").contentWindow.eval(`parent.frames[0].postMessage(${JSON.stringify(message)}, "*")`);
      },
      [message, as],
    );
  await send({ sdp: 1, id: "x", method: "reset" }, "other");
  await send({ id: "y", method: "reset" });
  await send({ sdp: 1, id: 1, method: "hello" });
  const hello = await answered(1);
  assert.equal(hello.result.version, 1);
  await send({ sdp: 2, id: 2, method: "hello" });
  assert.equal((await answered(2)).error.code, "unsupported_version");
  await send({ sdp: 1, id: 3, method: "constructor" });
  assert.equal((await answered(3)).error.code, "unknown_method");
  await send({ sdp: 1, id: 4, method: "run", params: [7] });
  assert.equal((await answered(4)).error.code, "invalid_argument");
  await send({ sdp: 1, id: 5, method: "snapshot" });
  assert.equal((await answered(5)).result.pools.length, 0);
  assert.equal(await frame.locator("[role=log] > *").count(), 1, "the other frame was listened to");
  assert.deepEqual((await page.evaluate(() => window.heard)).filter(({ id }) => id === "x" || id === "y"), []);
});

test("height: auto follows the content, a number stays", async (t) => {
  const server = await playground();
  const { page } = await visit(t, {
    html: bare(server, '<scale-down-playground id=it style="width: 800px"></scale-down-playground>'),
    others: [server.origin],
  });
  const height = async () => (await page.locator("iframe").boundingBox()).height;
  await page.evaluate(() => document.getElementById("it").run("sim quota 100000"));
  const before = await height();
  await page.evaluate(() =>
    document.getElementById("it").run("az aks nodepool add -c 90 -n many -g myResourceGroup --cluster-name myAKSCluster --no-wait"),
  );
  await page.waitForFunction((before) => document.getElementById("it").shadowRoot.querySelector("iframe").offsetHeight > before, before);
  await page.evaluate(() => document.getElementById("it").setAttribute("height", "444"));
  await page.waitForTimeout(300);
  assert.equal(await height(), 444);
});
