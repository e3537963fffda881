// The dialog "Files": what a session can be taken away as, and what can be brought in.

import { copy, open } from "./panels.js";

const text = (selector) => document.querySelector(selector)?.textContent.trim() ?? "";
const clock = () => text("[role=timer]");
const summary = () => text("[data-state-counts]");

const make = (name, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
};

async function svg(page) {
  const { draw } = await import("./drawing.js");
  const words = { title: text(".nodes h2"), summary: summary(), clock: clock(), word: (state) => (state === "ready" ? "running" : state) };
  return draw(page, document.querySelector("canvas[role=img]"), words);
}

const dataOf = (type, body) => `data:${type};charset=utf-8,${encodeURIComponent(body)}`;

/** What can be taken away: words of the button, name of the file, and what makes its address. */
const EXPORTS = [
  ["Script", "session.az", async (page) => dataOf("text/plain", page.written("script"))],
  ["JSON", "session.json", async (page) => dataOf("application/json", page.written("json"))],
  ["Transcript (Markdown)", "transcript.md", async (page) => dataOf("text/markdown", page.written("markdown"))],
  ["Report (Markdown)", "report.md", async (page) => dataOf("text/markdown", page.written("report"))],
  ["Time series (CSV)", "series.csv", async (page) => dataOf("text/csv", page.written("series"))],
  ["Nodes (CSV)", "nodes.csv", async (page) => dataOf("text/csv", page.written("nodes"))],
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

/** Opens a session, or what `az` printed of a cluster. Throws where it cannot be read. */
export function bringIn(page, content) {
  const isSession = /"format"\s*:\s*"scale-down-session"/.test(content);
  // A script may have a world in a comment, but no line that begins with a bracket.
  if (!isSession && /^\s*[[{]/m.test(content)) {
    page.world(content);
  } else {
    page.simulator().load(content.trim());
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
