// A page, its frames and what is found in them, for a browser that is driven by WebDriver: the part of Playwright's
// interface that the tests use, on top of what a `tab` of the browser can do.
//
// A tab has `run(frame, source, values)`, which calls a function of the page with values and gives what it returns;
// `within(frame, source, values)`, which gives the frame inside the iframe that the function returns; `act(sources)`,
// `go(url)`, `reload()`, `resize(size)`, `picture()`, `before(source)` and `close()`. Its frames are whatever it likes;
// `tab.top` is the page itself.

import { EventEmitter } from "node:events";
import { writeFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { finder } from "./find.mjs";
import { chord, typing } from "./keys.mjs";

const POLL_MS = 25;
const FINDER = `const { find, isVisible, spot } = (${finder})();`;

const matcher = (text) => (text instanceof RegExp ? { source: text.source, flags: text.flags } : text);

/** Asks until the answer is something, or time is up. */
async function until(ask, timeoutMs, complaint) {
  const end = Date.now() + timeoutMs;
  for (let last; ; await pause(POLL_MS)) {
    try {
      const answer = await ask();
      if (answer) return answer;
      last = undefined;
    } catch (error) {
      if (error.isFinal) throw error;
      // A page that is being loaded cannot answer.
      last = error;
    }
    if (Date.now() > end) throw new Error(`${complaint()} within ${timeoutMs} ms${last ? `: ${last.message}` : ""}`);
  }
}

/** An error that waiting does not mend. */
const final = (message) => Object.assign(new Error(message), { isFinal: true });

class Locator {
  constructor(frame, steps) {
    this.frame = frame;
    this.steps = steps;
  }

  #then(...steps) {
    return new Locator(this.frame, [...this.steps, ...steps]);
  }
  locator(css, { hasText } = {}) {
    return this.#then({ css }, ...(hasText ? [{ hasText: matcher(hasText) }] : []));
  }
  getByRole(role, { name, exact, level } = {}) {
    return this.#then({ role, name: matcher(name), exact, level });
  }
  getByText(text, { exact } = {}) {
    return this.#then({ text: matcher(text), exact });
  }
  filter({ hasText, hasNotText }) {
    return this.#then(...(hasText ? [{ hasText: matcher(hasText) }] : []), ...(hasNotText ? [{ hasNotText: matcher(hasNotText) }] : []));
  }
  and(other) {
    return this.#then({ and: other.steps });
  }
  nth(nth) {
    return this.#then({ nth });
  }
  first() {
    return this.nth(0);
  }
  last() {
    return this.nth(-1);
  }
  toString() {
    return JSON.stringify(this.steps);
  }

  /** Calls a function of the page with every element found; `find`, `isVisible` and `spot` are there for it. */
  #all(source, ...values) {
    return this.frame.run(`(steps, ...values) => { ${FINDER} return (${source})(find(steps), ...values); }`, [this.steps, ...values]);
  }
  /** The same with the one element, once there is one; until then it may ask to be called again by `{wait}`. */
  async #one(source, ...values) {
    const timeout = this.frame.page.timeout;
    let reason = "it is not there";
    const answer = await until(
      async () => {
        const given = await this.#all(`async ([one, ...others], ...values) => one && { count: others.length + 1, value: await (${source})(one, ...values) }`, ...values);
        if (given?.count > 1) throw final(`${this} is ${given.count} elements`);
        reason = given?.value?.wait ?? reason;
        return given && !given.value?.wait && given;
      },
      timeout,
      () => `${this}: ${reason}`,
    );
    return answer.value;
  }

  async waitFor({ state = "visible", timeout = this.frame.page.timeout } = {}) {
    const isSo = {
      attached: "(found) => found.length > 0",
      detached: "(found) => found.length === 0",
      visible: "(found) => found.length > 0 && isVisible(found[0])",
      hidden: "(found) => !found.some(isVisible)",
    }[state];
    await until(() => this.#all(isSo), timeout, () => `${this} is not ${state}`);
  }
  count() {
    return this.#all("(found) => found.length");
  }
  isVisible() {
    return this.#all("(found) => found.length > 0 && isVisible(found[0])");
  }
  isDisabled() {
    return this.#one("(element) => element.disabled");
  }
  async isEnabled() {
    return !(await this.isDisabled());
  }
  textContent() {
    return this.#one("(element) => element.textContent");
  }
  inputValue() {
    return this.#one("(element) => element.value");
  }
  getAttribute(name) {
    return this.#one("(element, name) => element.getAttribute(name)", name);
  }
  allTextContents() {
    return this.#all("(found) => found.map((element) => element.textContent)");
  }
  evaluate(source, value) {
    return this.#one(`${source}`, value);
  }
  evaluateAll(source, value) {
    return this.#all(`${source}`, value);
  }
  async boundingBox() {
    const box = await this.#one("(element) => { const { x, y, width, height } = element.getBoundingClientRect(); return { x, y, width, height }; }");
    const { x, y } = await this.frame.offset();
    return { ...box, x: box.x + x, y: box.y + y };
  }
  scrollIntoViewIfNeeded() {
    return this.#one('(element) => element.scrollIntoView({ block: "nearest", behavior: "instant" })');
  }

  /** Where it can be clicked, once it keeps still. */
  async #spot() {
    let last = {};
    const isStill = (spot) => {
      const still = spot.x === last.x && spot.y === last.y;
      last = spot;
      return still;
    };
    const spot = await until(
      async () => {
        const spot = await this.#one("(element) => spot(element)");
        return isStill(spot) && spot;
      },
      this.frame.page.timeout,
      () => `${this} does not keep still`,
    );
    const { x, y } = await this.frame.offset();
    return { x: spot.x + x, y: spot.y + y };
  }
  async click() {
    const { x, y } = await this.#spot();
    await this.frame.page.mouse.click(x, y);
  }
  async hover() {
    const { x, y } = await this.#spot();
    await this.frame.page.mouse.move(x, y);
  }
  async check() {
    if (!(await this.evaluate("(box) => box.checked"))) await this.click();
  }
  async focus() {
    await this.#one("(element) => element.focus()");
  }
  /** Puts a text in the place of what a field holds, as a paste does; a slider goes to a value. */
  async fill(text) {
    const replace = (field, text) => {
      field.focus();
      if (field.type === "range") {
        field.value = text;
        field.dispatchEvent(new Event("input", { bubbles: true }));
        return;
      }
      field.select();
      document.execCommand(text ? "insertText" : "delete", false, text);
    };
    await this.#one(`${replace}`, text);
  }
  async press(key) {
    await this.focus();
    await this.frame.page.keyboard.press(key);
  }
  async pressSequentially(text) {
    await this.focus();
    await this.frame.page.keyboard.type(text);
  }

  async elementHandle() {
    await this.waitFor({ state: "attached" });
    return { contentFrame: async () => this.contentFrame() };
  }
  contentFrame() {
    return new Frame(this.frame.page, this);
  }
  /** The frame in the iframe that this finds, for the tab. */
  within() {
    return until(
      async () => this.frame.page.tab.within(await this.frame.place(), `(steps) => { ${FINDER} return find(steps)[0]; }`, [this.steps]),
      this.frame.page.timeout,
      () => `${this} has no frame`,
    );
  }
}

/** The page, or a frame in it: that of the iframe which `host` finds. */
class Frame {
  constructor(page, host) {
    this.page = page ?? this;
    this.host = host;
  }

  place() {
    return this.host ? this.host.within() : this.page.tab.top;
  }
  /** How far its corner is from the page's. */
  async offset() {
    if (!this.host) return { x: 0, y: 0 };
    const box = await this.host.boundingBox();
    const [left, top] = await this.host.evaluate("(iframe) => [iframe.clientLeft, iframe.clientTop]");
    return { x: box.x + left, y: box.y + top };
  }
  async run(source, values) {
    return this.page.tab.run(await this.place(), source, values);
  }

  locator(...what) {
    return new Locator(this, []).locator(...what);
  }
  getByRole(...what) {
    return new Locator(this, []).getByRole(...what);
  }
  getByText(...what) {
    return new Locator(this, []).getByText(...what);
  }
  frameLocator(css) {
    return this.locator(css).contentFrame();
  }
  /** Calls a function of the page, or runs a script. */
  evaluate(source, value) {
    return this.run(typeof source === "function" ? `${source}` : `() => { ${source} }`, [value]);
  }
  async waitForFunction(source, value, { timeout = this.page.timeout } = {}) {
    const answer = await until(() => this.run(`${source}`, [value]), timeout, () => `${source} is never true`);
    return { jsonValue: async () => answer };
  }
  waitForTimeout(timeMs) {
    return pause(timeMs);
  }
}

export class Page extends Frame {
  #events = new EventEmitter();
  #mouse = { x: 0, y: 0 };
  timeout = 30_000;

  constructor(tab) {
    super();
    this.tab = tab;
  }

  /** Events of the tab: `console`, `pageerror`, `request`, `response`, `requestfailed`. */
  on(event, then) {
    this.#events.on(event, then);
  }
  emit(event, it) {
    this.#events.emit(event, it);
  }

  goto(url) {
    return this.tab.go(url);
  }
  reload() {
    return this.tab.reload();
  }
  url() {
    return this.evaluate(() => location.href);
  }
  setViewportSize(size) {
    return this.tab.resize(size);
  }
  addInitScript(source) {
    return this.tab.before(typeof source === "function" ? `(${source})();` : source);
  }
  async screenshot({ path }) {
    await writeFile(path, await this.tab.picture());
  }

  keyboard = {
    press: (keys) => this.tab.act([{ type: "key", id: "keyboard", actions: chord(keys) }]),
    type: (text) => this.tab.act([{ type: "key", id: "keyboard", actions: typing(text) }]),
  };

  #point(actions) {
    return this.tab.act([{ type: "pointer", id: "mouse", parameters: { pointerType: "mouse" }, actions }]);
  }
  #move(x, y) {
    this.#mouse = { x: Math.round(x), y: Math.round(y) };
    return { type: "pointerMove", duration: 0, origin: "viewport", ...this.#mouse };
  }
  mouse = {
    move: (x, y) => this.#point([this.#move(x, y)]),
    click: (x, y) => this.#point([this.#move(x, y), { type: "pointerDown", button: 0 }, { type: "pointerUp", button: 0 }]),
    wheel: (deltaX, deltaY) =>
      this.tab.act([{ type: "wheel", id: "wheel", actions: [{ type: "scroll", duration: 0, origin: "viewport", ...this.#mouse, deltaX, deltaY }] }]),
  };
}
