// The dialog "Share": the run, or its commands, as a link and in the forms that documents want.

import { copy } from "./panels.js";

const SIZE = 'width="100%" height="480"';

const escaped = (text) => text.replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;");

/** The address without the words that belong to this view of the page only. */
function here() {
  const url = new URL(location.href);
  url.hash = "";
  for (const word of ["embed", "t", "autorun", "height", "theme", "api", "compare"]) url.searchParams.delete(word);
  const { compare } = document.querySelector("main").dataset;
  if (compare) url.searchParams.set("compare", compare);
  return url;
}

/** Every form of a link, by its name. */
export function forms(url) {
  const framed = new URL(url);
  framed.searchParams.set("embed", "1");
  const src = escaped(url.href);
  return {
    Link: url.href,
    Markdown: `[Open in the Scale-Down Playground](${url.href.replace(/[()]/g, encodeURIComponent)})`,
    "iframe for a page": `<iframe src="${escaped(framed.href)}" title="Scale-Down Playground" ${SIZE} loading="lazy" allow="clipboard-write"></iframe>`,
    "Element for a page": `<script src="${escaped(new URL("embed.js", document.baseURI).href)}" defer></script>\n<scale-down-playground src="${src}"><a href="${src}">Open in the Scale-Down Playground</a></scale-down-playground>`,
  };
}

/** The address of this run. */
export function address(page, { isAtMoment = false, isLinesOnly = false } = {}) {
  const url = here();
  if (isLinesOnly) {
    const lines = page.entries(0).map((entry) => entry.line.trim());
    url.hash = `run=${encodeURIComponent(lines.join("\n"))}`;
    return url;
  }
  const { atMs, endMs } = page.state();
  // A link holds the whole run; looking at its past needs a word more.
  if (isAtMoment || atMs < endMs) url.searchParams.set("t", atMs);
  url.hash = page.simulator().share();
  return url;
}

function field(name) {
  const id = `share-${name.split(" ")[0].toLowerCase()}`;
  const row = document.createElement("div");
  const label = document.createElement("label");
  const text = document.createElement("textarea");
  const button = document.createElement("button");
  row.className = "copyable";
  Object.assign(label, { htmlFor: id, textContent: name });
  Object.assign(text, { id, readOnly: true, rows: name.startsWith("Element") ? 3 : 2, spellcheck: false });
  Object.assign(button, { type: "button", className: "small", textContent: "Copy" });
  button.setAttribute("aria-label", `Copy: ${name}`);
  button.addEventListener("click", () => copy(text, button));
  text.addEventListener("focus", () => text.select());
  row.append(label, text, button);
  return { row, text };
}

let write;

export function fill(dialog, page) {
  if (!write) {
    const fields = Object.keys(forms(here())).map((name) => ({ name, ...field(name) }));
    dialog.querySelector("#share-fields").append(...fields.map(({ row }) => row));
    const [moment, lines] = ["#share-moment", "#share-lines"].map((id) => dialog.querySelector(id));
    write = (it) => {
      moment.disabled = lines.checked;
      const problem = dialog.querySelector("#share-problem");
      let texts = {};
      problem.textContent = "";
      try {
        texts = forms(address(it, { isAtMoment: moment.checked, isLinesOnly: lines.checked }));
      } catch (error) {
        // A run can be more than a link may hold.
        problem.textContent = `${error.message}. Save it as a file instead.`;
      }
      dialog.querySelector("#share-fields").hidden = problem.textContent !== "";
      for (const { name, text } of fields) text.value = texts[name] ?? "";
    };
    for (const choice of [moment, lines]) choice.addEventListener("change", () => write(page));
  }
  dialog.querySelector("#share-clock").textContent = document.querySelector("[role=timer]").textContent;
  write(page);
  // Selected, for copying by hand, once the dialog is there.
  requestAnimationFrame(() => dialog.querySelector("#share-link").select());
}
