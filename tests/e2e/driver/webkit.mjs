// WebKit, as the package webkit2gtk-driver brings it: the small browser of WebKitGTK, driven by W3C WebDriver
// (https://www.w3.org/TR/webdriver2/) on a display that nobody sees.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Page } from "./page.mjs";
import { Prelude } from "./prelude.mjs";

const START_MS = 30_000;
/** How long a function of the page may keep other commands waiting. */
const PATIENCE_MS = 50;
/** Folders of libraries in which distributions have the browser. */
const LIBRARIES = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib", "/usr/lib64", "/usr/libexec"];

function smallBrowser() {
  const found = LIBRARIES.map((folder) => join(folder, "webkit2gtk-4.1/MiniBrowser")).find(existsSync);
  if (!found) throw new Error("WebKitGTK's MiniBrowser is missing: install webkit2gtk-driver and xvfb, on Debian 'ENGINE=webkit tools/setup.sh test' does");
  return found;
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Programs that end with this one. */
function run(program, args, options) {
  const child = spawn(program, args, { stdio: "ignore", ...options });
  const end = () => child.kill();
  process.once("exit", end);
  child.once("exit", () => process.removeListener("exit", end));
  return child;
}

/** Starts a display and gives its name, once it is there. */
async function display() {
  const child = run("Xvfb", ["-displayfd", "3", "-screen", "0", "2000x1300x24", "-nolisten", "tcp"], { stdio: ["ignore", "ignore", "ignore", "pipe"] });
  const number = await new Promise((resolve, reject) => {
    child.once("error", (error) => reject(new Error(`Xvfb cannot be started (${error.message}): install xvfb`)));
    child.once("exit", () => reject(new Error("Xvfb has ended")));
    child.stdio[3].once("data", (data) => resolve(`${data}`.trim()));
  });
  return { child, name: `:${number}` };
}

/** Writes GTK's settings: the wish for less motion, and a tool bar that lets a window be as narrow as a phone. */
async function configure(folder, { reducedMotion }) {
  await mkdir(join(folder, "gtk-3.0"));
  await writeFile(join(folder, "gtk-3.0/settings.ini"), `[Settings]\ngtk-enable-animations=${reducedMotion !== "reduce"}\n`);
  await writeFile(join(folder, "gtk-3.0/gtk.css"), "* { min-width: 0; margin: 0; padding: 0; }\n");
}

/** A session: windows, one of which is spoken to at a time, and in it one frame. */
class Session {
  #base;
  #turn = Promise.resolve();
  #window;
  #frame = "";

  constructor(base) {
    this.#base = base;
  }

  async command(method, path, body) {
    const answer = await fetch(this.#base + path, { method, body: body && JSON.stringify(body) });
    const { value } = await answer.json();
    if (value?.error) throw new Error(`${value.error}: ${value.message}`);
    return value;
  }

  /** One after the other: a command goes to the window and frame that were chosen last. */
  in(window, frame, then) {
    const turn = this.#turn.then(async () => {
      if (this.#window !== window) await this.command("POST", "/window", { handle: window });
      if (this.#window !== window || this.#frame !== JSON.stringify(frame)) {
        this.#frame = undefined;
        await this.command("POST", "/frame", { id: null });
        for (const id of frame) await this.command("POST", "/frame", { id });
      }
      this.#window = window;
      this.#frame = JSON.stringify(frame);
      return then();
    });
    this.#turn = turn.catch(() => {});
    return turn;
  }
}

class Tab {
  #last = 0;
  top = [];

  constructor(session, window, page) {
    this.session = session;
    this.window = window;
    this.prelude = new Prelude((event, it) => page().emit(event, it));
  }

  #in(frame, method, path, body) {
    return this.session.in(this.window, frame, () => this.session.command(method, path, body));
  }

  /** What takes the page long is fetched when it is there: meanwhile other commands have their turn. */
  async run(frame, source, values) {
    this.#last += 1;
    const script = `const [values, id, patienceMs, done] = arguments;
      const answers = (window.driverAnswers ??= {});
      const give = (answer) => {
        answers[id] = answer;
        done(answer);
      };
      (async () => JSON.stringify(await (${source})(...JSON.parse(values))))()
        .then((value) => give({ value }), (error) => give({ error: String(error) }));
      setTimeout(() => done(null), patienceMs);`;
    const args = [JSON.stringify(values), this.#last, PATIENCE_MS];
    let answer = await this.#in(frame, "POST", "/execute/async", { script, args });
    while (!answer) {
      await pause(PATIENCE_MS);
      const script = "return window.driverAnswers ? window.driverAnswers[arguments[0]] ?? null : { error: 'the page was left' };";
      answer = await this.#in(frame, "POST", "/execute/sync", { script, args: [args[1]] });
    }
    if (answer.error) throw new Error(answer.error);
    return answer.value && JSON.parse(answer.value);
  }
  async within(frame, source, values) {
    const script = `return (${source})(...JSON.parse(arguments[0]));`;
    const element = await this.#in(frame, "POST", "/execute/sync", { script, args: [JSON.stringify(values)] });
    return element && [...frame, element];
  }

  async act(actions) {
    await this.#in(this.top, "POST", "/actions", { actions });
  }
  async go(url) {
    await this.#in(this.top, "POST", "/url", { url });
  }
  async reload() {
    await this.#in(this.top, "POST", "/refresh", {});
  }
  async resize({ width, height }) {
    const inner = () => this.run(this.top, "() => ({ width: innerWidth, height: innerHeight })", []);
    const now = await inner();
    const window = await this.#in(this.top, "GET", "/window/rect");
    await this.#in(this.top, "POST", "/window/rect", {
      width: window.width - now.width + width,
      height: window.height - now.height + height,
    });
    for (let tries = 0; tries < 40; tries += 1, await pause(25)) {
      const { width: w, height: h } = await inner();
      if (w === width && h === height) return;
    }
    throw new Error(`the window does not get to ${width} × ${height}`);
  }
  async picture() {
    // A page that is at rest is not painted, and a picture waits for that.
    await this.run(this.top, `() => {
      let frames = 60;
      const paint = () => {
        document.documentElement.style.outline = frames % 2 ? "1px solid transparent" : "";
        if ((frames -= 1) >= 0) requestAnimationFrame(paint);
      };
      paint();
    }`, []);
    return Buffer.from(await this.#in(this.top, "GET", "/screenshot"), "base64");
  }
  async before(source) {
    this.prelude.add(source);
  }
  async close() {
    await this.#in(this.top, "DELETE", "/window");
  }
}

/** Starts a browser. Its pages share a store, for each origin. */
export async function launch(media) {
  const binary = smallBrowser();
  const folder = await mkdtemp(join(tmpdir(), "webkit-"));
  await configure(folder, media);
  const screen = await display();
  const port = await freePort();
  const env = { ...process.env, DISPLAY: screen.name, LIBGL_ALWAYS_SOFTWARE: "1", WEBKIT_DISABLE_DMABUF_RENDERER: "1", GDK_BACKEND: "x11", XDG_CONFIG_HOME: folder, XDG_CACHE_HOME: folder, XDG_DATA_HOME: folder };
  // WebKit's own sandbox cannot be set up by root in a container.
  if (process.getuid() === 0) env.WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS = "1";
  const driver = run(process.env.WEBKIT_DRIVER || "WebKitWebDriver", [`--port=${port}`], { env });

  const root = new Session(`http://127.0.0.1:${port}`);
  const end = Date.now() + START_MS;
  while (!(await root.command("GET", "/status").catch(() => undefined))) {
    if (Date.now() > end) throw new Error("WebKitWebDriver does not start");
    await pause(50);
  }
  const args = ["--automation", ...(media.colorScheme === "dark" ? ["--dark-mode"] : [])];
  const { sessionId } = await root.command("POST", "/session", {
    capabilities: { alwaysMatch: { browserName: "MiniBrowser", "webkitgtk:browserOptions": { binary, args } } },
  });
  const session = new Session(`http://127.0.0.1:${port}/session/${sessionId}`);

  // Another window can only be asked for from one that is there.
  const home = await session.command("GET", "/window");

  return {
    async newPage({ viewport }) {
      const { handle } = await session.in(home, [], () => session.command("POST", "/window/new", { type: "window" }));
      const tab = new Tab(session, handle, () => page);
      const page = new Page(tab);
      await tab.resize(viewport);
      return { page, close: () => tab.close(), routed: (...what) => tab.prelude.route(...what) };
    },
    async close() {
      await session.command("DELETE", "").catch(() => {});
      driver.kill();
      screen.child.kill();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
