// The page's side of the talk with the page around it: version 1 of docs/embedding.md.
//
// Only the parent is listened to. The first origin that says anything is the one that is talked to
// from then on; until then the parent hears no more than that the page is loading or ready, how high it wants
// to be, and what has failed.

import { address } from "./share.js";
import { follow, isEmbedded, report, setTheme, words } from "./panels.js";

const PROTOCOL = 1;
/** Real time between two reports of the state. */
const STATE_MS = 250;
/** How many lines run at once: each has its place in the console and in the answer. */
const LINES_MAX = 1_000;

class Refusal extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

let page;
let origin;
/** Rejects when the simulator has stopped: nothing is answered any more. */
let stopped;
/** How many lines the calls of `run` under way have typed. */
let typed = 0;

function post(message) {
  // A parent without an origin of its own can only be addressed by being the parent.
  parent.postMessage({ sdp: PROTOCOL, ...message }, origin && origin !== "null" ? origin : "*");
}

const OPEN_TO_ALL = ["ready", "resize", "error"];
function tell(event, detail) {
  if (origin || OPEN_TO_ALL.includes(event)) post({ event, detail });
}

function text(value, name) {
  if (typeof value !== "string") throw new Refusal("invalid_argument", `${name} must be a text`);
  return value;
}

function whole(value, name) {
  if (!Number.isSafeInteger(value) || value < 0) throw new Refusal("invalid_argument", `${name} must be a whole number`);
  return `${value}`;
}

/** Waits for the state that a message leads to: it is rendered before anybody is told. */
const rendered = () =>
  new Promise((resolve) => {
    let isFirst = true;
    const leave = follow(() => {
      if (!isFirst) {
        leave();
        resolve();
      }
      isFirst = false;
    });
  });

async function send(name, value = "") {
  const done = rendered();
  page.send(name, value);
  await done;
}

/** Whether the page is being drawn, told after a tenth of a second if it is. */
const isSeen = () =>
  new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), 500);
    requestAnimationFrame(() => {
      clearTimeout(timer);
      setTimeout(() => resolve(true), 100);
    });
  });

/** Counts the lines of a text, without empty ones, comments, and those that go on with the one before. */
function countLines(text) {
  const lines = text.split("\n");
  const isOwn = (line, before = "") => /^\s*[^\s#]/.test(line) && !/\\\s*$/.test(before);
  return lines.filter((line, place) => isOwn(line, lines[place - 1])).length;
}

/** Types lines and waits until all have answered. */
async function type(lines) {
  const from = page.state().lines;
  await send("run", lines);
  for (;;) {
    const entries = page.entries(from);
    // A reset or an undo has taken them away where there are none.
    if (entries.every((entry) => entry.isDone)) return { exitCode: entries.at(-1)?.exitCode ?? 0, lines: entries };
    // Out of sight no time passes; nobody waits for what nobody sees.
    if (!(await isSeen())) await send("skip");
  }
}

const METHODS = {
  hello: () => ({ version: PROTOCOL, methods: Object.keys(METHODS) }),
  async run(lines) {
    const count = countLines(text(lines, "lines"));
    if (count > LINES_MAX) {
      throw new Refusal("too_many_lines", `these are ${count} lines, and at most ${LINES_MAX} run at once: none was run`);
    }
    while (typed > 0 && typed + count > LINES_MAX) await rendered();
    typed += count;
    try {
      return await type(lines);
    } finally {
      typed -= count;
    }
  },
  reset: () => send("reset"),
  seek: (ms) => send("seek", whole(ms, "ms")),
  play: () => send("play"),
  pause: () => send("pause"),
  async load(script) {
    page.simulator().load(text(script, "script"));
    await send("begin");
  },
  snapshot: () => page.simulator().snapshot(),
  share: () => address(page).href,
  theme: (theme) => setTheme(text(theme, "theme")),
  view: (view) => send("view", text(view, "view")),
  speed: (speed) => send("speed", whole(Number(speed), "speed")),
};

async function answer({ id, method, params = [] }) {
  try {
    if (!Object.hasOwn(METHODS, method)) throw new Refusal("unknown_method", `there is no method '${method}'`);
    if (!Array.isArray(params)) throw new Refusal("invalid_argument", "params must be a list");
    post({ id, result: (await Promise.race([METHODS[method](...params), stopped])) ?? null });
  } catch (error) {
    post({ id, error: { code: error.code ?? "internal", message: error.message } });
  }
}

function hear({ source, origin: from, data }) {
  if (source !== parent || typeof data !== "object" || data === null || !("sdp" in data)) return;
  origin ??= from;
  if (from !== origin) return;
  if (data.sdp !== PROTOCOL) {
    post({ id: data.id, error: { code: "unsupported_version", message: `this page speaks version ${PROTOCOL}` } });
  } else if (typeof data.method === "string") {
    answer(data);
  }
}

/** Tells of lines that have answered, once each. */
function watchCommands() {
  let told = 0;
  follow(() => {
    told = Math.min(told, page.state().lines);
    for (const { isDone, ...entry } of page.entries(told)) {
      if (!isDone) break;
      tell("command", entry);
      told += 1;
    }
  });
}

function watchState() {
  let due;
  let known = "";
  const report = () => {
    due = undefined;
    const { lines, ...state } = page.state();
    const now = JSON.stringify(state);
    if (now !== known) tell("state", state);
    known = now;
  };
  follow(() => {
    due ??= setTimeout(report, STATE_MS);
  });
}

/** The height at which the nodes are easy to tell apart, as far as that is sensible. */
function watchHeight() {
  const CELL = 40;
  const POOL = 62;
  let known = 0;
  follow(() => {
    const stage = document.querySelector(".stage");
    const around = Array.from(stage.querySelectorAll(".nodes .bar, .nodes .legend, .time"), (part) => part.offsetHeight);
    const width = stage.querySelector(".scroller").clientWidth;
    const nodes = Object.values(page.state().nodesByState).reduce((sum, count) => sum + count, 0);
    const rows = Math.ceil(nodes / Math.max(Math.floor(width / CELL), 1));
    const picture = rows * CELL + stage.querySelectorAll(".pool-line").length * POOL + 24;
    const isStacked = getComputedStyle(stage).gridTemplateColumns.split(" ").length === 1;
    const height = around.reduce((sum, part) => sum + part, Math.min(Math.max(picture, 240), 520)) + (isStacked ? 320 : 0);
    if (Math.abs(height - known) < 8) return;
    known = height;
    tell("resize", { height });
  });
}

/** Tells that the simulator has stopped, as the crash panel then does. */
function watchCrash() {
  const panel = document.getElementById("crash");
  stopped = new Promise((_, reject) => {
    new MutationObserver(() => {
      if (panel.hidden) return;
      const message = "The simulator has stopped.";
      report(message, "crashed");
      reject(new Refusal("crashed", message));
    }).observe(panel, { attributeFilter: ["hidden"] });
  });
  stopped.catch(() => {});
}

export function begin(it) {
  page = it;
  watchCrash();
  addEventListener("message", hear);
  tell("ready", { version: PROTOCOL });
  watchCommands();
  watchState();
  document.addEventListener("goal", ({ detail }) => tell("goal", detail));
  if (isEmbedded && words.get("height") === "auto") watchHeight();
}
