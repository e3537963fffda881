// The dialog "Files": what a session can be taken away as, and what can be brought in.

import { copy, open } from "./panels.js";
import { address } from "./share.js";

const LARGEST = 8 * 1024 * 1024;

const text = (selector) => document.querySelector(selector)?.textContent.trim() ?? "";
const clock = () => text("[role=timer]");
const summary = () => text("[data-state-counts]");

const make = (name, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
};

/** A fence that is longer than any inside. */
function fenced(body, language) {
  const longest = Math.max(2, ...Array.from(body.matchAll(/^`{3,}/gm), ([fence]) => fence.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${body}${body.endsWith("\n") ? "" : "\n"}${fence}`;
}

/** The console's output as a document. */
export function transcript(page) {
  const entries = page.entries(0).map(({ line, stdout, stderr }) => fenced(`$ ${line.trimEnd()}\n${stderr}${stdout}`, "console"));
  const link = `[Open this session in the Scale-Down Playground](${address(page).href})`;
  return [`# ${text(".nodes h2")}: ${summary()}`, `Simulated time ${clock()}. ${link}`, ...entries].join("\n\n") + "\n";
}

async function svg(page) {
  const { draw } = await import("./drawing.js");
  const words = { title: text(".nodes h2"), summary: summary(), clock: clock(), word: (state) => (state === "ready" ? "running" : state) };
  return draw(page, document.querySelector("canvas[role=img]"), words);
}

const dataOf = (type, body) => `data:${type};charset=utf-8,${encodeURIComponent(body)}`;

/** What can be taken away: words of the button, name of the file, and what makes its address. */
const EXPORTS = [
  ["Script", "session.az", async (page) => dataOf("text/plain", page.script())],
  ["Transcript (Markdown)", "transcript.md", async (page) => dataOf("text/markdown", transcript(page))],
  ["Picture (SVG)", "nodes.svg", async (page) => dataOf("image/svg+xml", await svg(page))],
  ["Picture (PNG)", "nodes.png", async (page) => (await import("./drawing.js")).toPng(await svg(page))],
];

/** Shows what was taken away, for frames in which nothing can be downloaded. */
function show(name, url) {
  const host = document.getElementById("file-shown");
  if (url.startsWith("data:image")) {
    host.replaceChildren(make("img", { src: url, alt: name }));
  } else {
    const field = make("textarea", { value: decodeURIComponent(url.slice(url.indexOf(",") + 1)), readOnly: true, rows: 8, spellcheck: false });
    field.setAttribute("aria-label", name);
    const button = make("button", { type: "button", className: "small" }, "Copy");
    button.addEventListener("click", () => copy(field, button));
    host.replaceChildren(make("div", { className: "copyable" }, field, button));
  }
  host.hidden = false;
}

async function take(page, [, name, addressOf]) {
  const url = await addressOf(page);
  show(name, url);
  // A frame may be forbidden to download; what is shown can still be copied.
  make("a", { href: url, download: name }).click();
}

/** Opens JSON as a world and anything else as a script. Throws where it cannot be read. */
export function bringIn(page, content) {
  if (content.length > LARGEST) throw new Error("This is more than a session can be (8 MiB).");
  if (/^\s*[[{]/.test(content)) {
    page.world(content);
  } else {
    page.simulator().load(content);
    page.send("begin", "");
  }
}

let isFilled = false;

export function fill(dialog, page) {
  document.getElementById("file-shown").hidden = true;
  document.getElementById("file-problem").textContent = "";
  if (isFilled) return;
  isFilled = true;
  const buttons = EXPORTS.map((one) => {
    const button = make("button", { type: "button" }, one[0]);
    button.addEventListener("click", () => take(page, one));
    return button;
  });
  document.getElementById("file-exports").append(...buttons);
  const field = document.getElementById("file-text");
  const problem = document.getElementById("file-problem");
  const read = (content) => {
    try {
      bringIn(page, content);
      field.value = "";
      dialog.close();
    } catch (error) {
      problem.textContent = `This could not be opened: ${error.message}`;
    }
  };
  document.getElementById("file-open").addEventListener("click", () => read(field.value));
  document.getElementById("file-pick").addEventListener("change", async ({ target }) => {
    if (target.files[0]) read(await target.files[0].text());
    target.value = "";
  });
  dialog.addEventListener("file", async ({ detail }) => read(await detail.text()));
}

/** A file was dropped on the page. */
export async function drop(file) {
  await open("files");
  document.getElementById("files").dispatchEvent(new CustomEvent("file", { detail: file }));
}
