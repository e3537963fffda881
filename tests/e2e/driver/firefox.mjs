// Firefox, driven by WebDriver BiDi (https://w3c.github.io/webdriver-bidi/), which it speaks by itself.

import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import WebSocket from "ws";
import { Page } from "./page.mjs";

const START_MS = 60_000;

/** Settings beside those that Firefox makes itself when it is driven. */
function preferences({ colorScheme, reducedMotion }) {
  return {
    "browser.shell.checkDefaultBrowser": false,
    "datareporting.policy.dataSubmissionEnabled": false,
    "layout.css.prefers-color-scheme.content-override": colorScheme === "dark" ? 0 : 1,
    "ui.prefersReducedMotion": reducedMotion === "reduce" ? 1 : 0,
  };
}

/** Starts the browser; gives its process, `child`, and the address that it listens at. */
async function start(profile) {
  const child = spawn(process.env.FIREFOX || "firefox-esr", ["--headless", "--no-remote", "--remote-debugging-port=0", "--profile", profile], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, MOZ_CRASHREPORTER_DISABLE: "1" },
  });
  process.once("exit", () => child.kill());
  const address = await new Promise((resolve, reject) => {
    let said = "";
    const timer = setTimeout(() => reject(new Error(`Firefox does not start: ${said}`)), START_MS);
    child.once("error", (error) => reject(new Error(`Firefox cannot be started (${error.message}): name it by FIREFOX`)));
    child.once("exit", () => reject(new Error(`Firefox has ended: ${said}`)));
    child.stderr.on("data", (data) => {
      said += data;
      const found = /WebDriver BiDi listening on (ws:\S+)/.exec(said);
      if (!found) return;
      clearTimeout(timer);
      resolve(found[1]);
    });
  });
  return { child, address };
}

/** Commands to the browser, and the events that come back. */
class Connection {
  #socket;
  #last = 0;
  #calls = new Map();
  #listeners = [];

  static async open(address) {
    const it = new Connection();
    it.#socket = new WebSocket(`${address}/session`);
    await new Promise((resolve, reject) => it.#socket.once("open", resolve).once("error", reject));
    it.#socket.on("message", (text) => it.#hear(JSON.parse(text)));
    it.#socket.on("close", () => {
      for (const { reject } of it.#calls.values()) reject(new Error("Firefox has hung up"));
    });
    return it;
  }

  #hear({ type, id, method, params, result, error, message }) {
    if (type === "event") {
      for (const then of this.#listeners) then(method, params);
      return;
    }
    const { resolve, reject } = this.#calls.get(id);
    this.#calls.delete(id);
    if (type === "success") resolve(result);
    else reject(new Error(`${error}: ${message}`));
  }

  send(method, params = {}) {
    return new Promise((resolve, reject) => {
      this.#last += 1;
      this.#calls.set(this.#last, { resolve, reject });
      this.#socket.send(JSON.stringify({ id: this.#last, method, params }));
    });
  }
  listen(then) {
    this.#listeners.push(then);
  }
  close() {
    this.#socket.close();
  }
}

class Tab {
  constructor(connection, top, user) {
    this.connection = connection;
    this.top = top;
    this.user = user;
  }

  async #call(frame, functionDeclaration, values) {
    const { type, result, exceptionDetails } = await this.connection.send("script.callFunction", {
      functionDeclaration,
      arguments: [{ type: "string", value: JSON.stringify(values) }],
      target: { context: frame },
      awaitPromise: true,
    });
    if (type === "exception") throw new Error(exceptionDetails.text);
    return result;
  }
  async run(frame, source, values) {
    const result = await this.#call(frame, `async (values) => JSON.stringify(await (${source})(...JSON.parse(values)))`, values);
    return result.type === "string" ? JSON.parse(result.value) : undefined;
  }
  async within(frame, source, values) {
    const { value } = await this.#call(frame, `(values) => (${source})(...JSON.parse(values)).contentWindow`, values);
    return value.context;
  }

  async act(actions) {
    await this.connection.send("input.performActions", { context: this.top, actions });
  }
  async go(url) {
    await this.connection.send("browsingContext.navigate", { context: this.top, url, wait: "complete" });
  }
  async reload() {
    await this.connection.send("browsingContext.reload", { context: this.top, wait: "complete" });
  }
  async resize({ width, height }) {
    await this.connection.send("browsingContext.setViewport", { context: this.top, viewport: { width, height } });
  }
  async picture() {
    const { data } = await this.connection.send("browsingContext.captureScreenshot", { context: this.top });
    return Buffer.from(data, "base64");
  }
  async before(source) {
    await this.connection.send("script.addPreloadScript", { functionDeclaration: `() => { ${source} }`, contexts: [this.top] });
  }
  async close() {
    await this.connection.send("browser.removeUserContext", { userContext: this.user });
  }
}

/** Tells a page of what its tab reports, in the words of Playwright. */
function report(page, method, params) {
  if (method === "log.entryAdded") {
    const { type, level, text, stackTrace, source } = params;
    const url = stackTrace?.callFrames?.[0]?.url ?? "";
    if (type === "javascript" && level === "error") page.emit("pageerror", { message: text, stack: `${text} (${url})` });
    else if (type === "console") page.emit("console", { type: () => (level === "warn" ? "warning" : level), text: () => text, location: () => ({ url: url || source.realm }) });
    return;
  }
  const request = { url: () => params.request.url, failure: () => ({ errorText: params.errorText }) };
  if (method === "network.beforeRequestSent") page.emit("request", request);
  if (method === "network.responseCompleted") page.emit("response", { url: request.url, status: () => params.response.status });
  // What a page that is left breaks off is told in the word that Chromium has for it.
  if (method === "network.fetchError") {
    const errorText = params.errorText === "NS_BINDING_ABORTED" ? "net::ERR_ABORTED" : params.errorText;
    page.emit("requestfailed", { ...request, failure: () => ({ errorText }) });
  }
}

const EVENTS = ["log.entryAdded", "network.beforeRequestSent", "network.responseCompleted", "network.fetchError", "browsingContext.contextCreated"];

/** Starts a browser in which every page has a store of its own. */
export async function launch(media) {
  const profile = await mkdtemp(join(tmpdir(), "firefox-"));
  const user = Object.entries(preferences(media)).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`);
  await writeFile(join(profile, "user.js"), user.join("\n"));
  const browser = await start(profile);
  const connection = await Connection.open(browser.address);
  await connection.send("session.new", { capabilities: {} });
  await connection.send("session.subscribe", { events: EVENTS });

  const pages = new Map();
  /** The page that a context belongs to: its own, or that of the frame around it. */
  const owner = (context) => pages.get(context);
  connection.listen((method, params) => {
    if (method === "browsingContext.contextCreated") {
      if (params.parent) pages.set(params.context, owner(params.parent));
      return;
    }
    const page = owner(params.source?.context ?? params.context);
    if (page) report(page, method, params);
  });

  return {
    async newPage({ viewport }) {
      const { userContext } = await connection.send("browser.createUserContext");
      const { context } = await connection.send("browsingContext.create", { type: "window", userContext });
      const tab = new Tab(connection, context, userContext);
      const page = new Page(tab);
      pages.set(context, page);
      await tab.resize(viewport);
      return { page, close: () => tab.close() };
    },
    async close() {
      const ended = new Promise((resolve) => browser.child.once("exit", resolve));
      await connection.send("browser.close").catch(() => browser.child.kill());
      connection.close();
      await ended;
      await rm(profile, { recursive: true, force: true });
    },
  };
}
