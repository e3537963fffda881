// Lessons: the list, and the panel in which one is taken.
//
// The lessons are text files in `lessons/`, fetched when they are wanted. Reading and judging them is the
// simulator's work; here are elements, made of data and never of markup.

import { follow, forget, isEmbedded, report, store, stored, words } from "./panels.js";

const DONE_KEY = "scale-down.lessons";
/** A lesson that was pasted, for the next visit. */
const PASTED_KEY = "scale-down.lesson";
const LONGEST = 64 * 1024;

const make = (name, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
};
const button = (words, then, properties = {}) => {
  const it = make("button", { type: "button", ...properties }, words);
  it.addEventListener("click", then);
  return it;
};

/** Finished lessons, also where there is no store. */
const finished = new Set((stored(DONE_KEY) ?? "").split(" ").filter(Boolean));

let page;
let list;
/** What is being taken: its name or address, what is shown of it, and its parts in the panel. */
let taken;

/** The lessons that come with the playground. */
async function lessons() {
  if (list) return list;
  const text = await get("lessons/index.txt");
  const rows = text.split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
  list = rows.filter(([id, title]) => id && title && !id.startsWith("#")).map(([id, title, summary]) => ({ id, title, summary }));
  return list;
}

async function get(address) {
  const url = new URL(address, document.baseURI);
  // The page's policy forbids other places; a sentence is better than a network error.
  if (url.origin !== new URL(document.baseURI).origin) {
    throw new Error(`The page reads lessons from its own server only. Open ${url.href} yourself and paste the text.`);
  }
  const response = await fetch(url).catch(() => undefined);
  if (!response?.ok) throw new Error(`The lesson at ${url.href} could not be loaded${response ? `: HTTP ${response.status}` : ""}.`);
  const text = await response.text();
  if (text.length > LONGEST) throw new Error("This is more than a lesson can be (64 KiB).");
  return text;
}

const addressOf = (name) => (/^[\w-]+$/.test(name) ? `lessons/${name}.txt` : name);

function phrases(list) {
  return list.map(([name, text, address]) => {
    if (!name) return text;
    const link = name === "a" ? { href: address, target: "_blank", rel: "noopener noreferrer" } : {};
    return make(name, { textContent: text, ...link });
  });
}

function passage(it) {
  if (it.kind === "run") {
    const lines = it.lines.trim();
    // A line breaks between words, not at the hyphens of an option.
    const typed = lines.split(/([ \n]+)/).map((word) => (word.trim() ? make("span", { className: "word" }, word) : word));
    const run = button("Run", () => page.send("run", lines), { className: "small" });
    run.setAttribute("aria-label", `Run: ${lines.split("\n")[0]}`);
    return make("div", { className: "run-block" }, make("pre", { tabIndex: 0 }, ...typed), run);
  }
  if (it.kind === "pre") return make("pre", { textContent: it.lines, tabIndex: 0 });
  if (it.items) return make(it.kind, {}, ...it.items.map((item) => make("li", {}, ...phrases(item))));
  return make(it.kind, {}, ...phrases(it.phrases));
}

/** The sentence that a score makes. */
function verdict({ percent, measures }) {
  const told = measures.map(({ name, value, limit }) => `${name.replaceAll("_", " ")} ${value}, par ${limit}`).join("; ");
  const how = percent <= 100 ? "At or better than par" : "Above par: try again for less";
  return `${how} (${percent} %): ${told}.`;
}

function hints(shown) {
  const box = make("ol", { className: "hints" });
  let next = 0;
  const more = button("Hint", () => {
    if (next < shown.hints.length) {
      box.append(make("li", { tabIndex: -1 }, ...phrases(shown.hints[next])));
      next += 1;
      box.lastChild.focus();
      name();
      return;
    }
    const solution = passage({ kind: "run", lines: shown.solution });
    box.after(make("p", { className: "mute" }, "One solution; there are others."), solution);
    more.remove();
    solution.querySelector("pre").focus();
  });
  const name = () => {
    more.textContent = next < shown.hints.length ? `Hint ${next + 1} of ${shown.hints.length}` : "Show a solution";
  };
  name();
  return [box, more];
}

/** Fills the panel. */
async function show(name, shown) {
  const host = document.getElementById("lesson");
  const others = await lessons().catch(() => []);
  const place = others.findIndex(({ id }) => id === name);
  const title = make("h2", { tabIndex: -1 }, shown.title);
  const goals = shown.goals.map((goal) => make("li", {}, make("span", { className: "unseen" }, "Open: "), ...phrases(goal)));
  const news = make("p", { className: "lesson-news" });
  news.setAttribute("role", "status");
  const step = (by, words) => {
    const to = place >= 0 ? others[place + by] : undefined;
    return to && button(words, () => begin(to.id), { title: to.title });
  };
  const next = step(1, "Next lesson");
  // In sight whatever part of the text is being read.
  const foot = make("div", { className: "lesson-foot" }, make("h3", {}, "Goals"), make("ol", { className: "goals" }, ...goals), news);
  const again = button("Start again", () => begin(name, taken.text));
  host.replaceChildren(
    make(
      "div",
      { className: "bar" },
      title,
      make("div", { className: "bar-end" }, button("Leave", leave, { className: "small" })),
    ),
    make(
      "div",
      { className: "lesson-text" },
      place >= 0 ? make("p", { className: "mute" }, `Lesson ${place + 1} of ${others.length}`) : "",
      ...shown.text.map(passage),
      ...hints(shown),
      make("div", { className: "lesson-ways" }, ...[step(-1, "Previous lesson"), again, next].filter(Boolean)),
    ),
    foot,
  );
  host.setAttribute("aria-label", `Lesson: ${shown.title}`);
  host.querySelector(".lesson-text").scrollTop = 0;
  return { host, title, goals, news, next, foot };
}

/** Ticks goals as they are reached, and tells of it once. */
function watch() {
  const { name, shown, parts } = taken;
  let known = shown.goals.map(() => false);
  let wasFinished = false;
  return follow(() => {
    const progress = page.progress();
    if (!progress || taken?.parts !== parts) return;
    const told = [];
    progress.goals.forEach((isReached, index) => {
      if (isReached === known[index]) return;
      const goal = parts.goals[index];
      goal.classList.toggle("reached", isReached);
      goal.firstChild.textContent = isReached ? "Reached: " : "Open: ";
      const text = shown.goals[index].map(([, text]) => text).join("");
      told.push(`${isReached ? "Reached" : "No longer so"}: ${text}`);
      document.dispatchEvent(new CustomEvent("goal", { detail: { lesson: name, index, text, isReached, isFinished: progress.isFinished } }));
    });
    known = progress.goals;
    if (progress.isFinished && !wasFinished) {
      finished.add(name);
      store(DONE_KEY, [...finished].join(" "));
      told.push("Lesson finished.");
      if (progress.score) told.push(verdict(progress.score));
      parts.next?.classList.add("strong");
      parts.foot.append(parts.next ?? "");
    }
    wasFinished = progress.isFinished;
    parts.host.classList.toggle("finished", progress.isFinished);
    if (told.length > 0) parts.news.textContent = told.join(" ");
  });
}

/** The address says which lesson is taken, so that a reload and a link lead back to it. */
function say(name) {
  const url = new URL(location.href);
  url.hash = "";
  url.searchParams.delete("t");
  if (name) url.searchParams.set("lesson", name);
  else url.searchParams.delete("lesson");
  try {
    history.replaceState(null, "", url);
  } catch {
    // A frame without an origin may keep its address.
  }
}

/**
 * Begins a lesson by its name or address, or by its text. With `script` it goes on from a run of it.
 * Throws where it cannot be read.
 */
export async function begin(name, text, script) {
  const source = text ?? (await get(addressOf(name)));
  const state = page.state();
  const shown = page.lesson(source, script);
  taken?.stop();
  taken = { name, text: source, shown, stop: () => {} };
  taken.parts = await show(name, shown);
  taken.stop = watch();
  if (script && state.atMs < state.endMs) page.send("seek", `${state.atMs}`);
  if (text) store(PASTED_KEY, source);
  else forget(PASTED_KEY);
  if (!script) say(text ? "" : name);
  document.getElementById("lessons").close();
  if (!isEmbedded) taken.parts.title.focus({ preventScroll: true });
}

function leave() {
  taken?.stop();
  taken = undefined;
  forget(PASTED_KEY);
  say("");
  page.send("leave", "");
  document.getElementById("prompt").focus();
}

/** What the address or the last visit asks for. */
export async function resume(it) {
  page = it;
  const name = words.get("lesson");
  const pasted = name ? undefined : stored(PASTED_KEY);
  const { lines } = page.state();
  try {
    await begin(name ?? "pasted", pasted ?? undefined, lines > 0 ? page.written("script") : undefined);
  } catch (error) {
    forget(PASTED_KEY);
    tell(error.message);
  }
}

function tell(message) {
  report(message, "lesson");
  if (isEmbedded) {
    // A dialog would take the focus.
    const note = make("p", { className: "notice" });
    note.setAttribute("role", "alert");
    document.getElementById("app").before(note);
    note.textContent = message;
    return;
  }
  const dialog = document.getElementById("lessons");
  fill(dialog, page).then(() => {
    dialog.querySelector("[role=alert]").textContent = message;
    if (!dialog.open) dialog.showModal();
  });
}

/** The list of lessons. */
export async function fill(dialog, it) {
  page = it;
  const host = dialog.querySelector("#lesson-list");
  const problem = dialog.querySelector("[role=alert]");
  problem.textContent = "";
  const all = await lessons().catch((error) => {
    problem.textContent = error.message;
    return [];
  });
  const start = (...what) => begin(...what).catch((error) => {
    problem.textContent = error.message;
  });
  host.replaceChildren(
    ...all.map(({ id, title, summary }, place) => {
      const mark = finished.has(id) ? make("span", { className: "chip good" }, "finished") : "";
      const head = make("b", {}, `${place + 1}. ${title} `, mark);
      return make("li", {}, card(head, summary, () => start(id)));
    }),
  );
  const form = dialog.querySelector("#lesson-other");
  form.onsubmit = (event) => {
    event.preventDefault();
    const text = form.elements.text.value;
    if (text.trim()) start("pasted", text);
    else if (form.elements.address.value.trim()) start(form.elements.address.value.trim());
  };
}

function card(head, summary, then) {
  const it = button("", then);
  it.append(head, make("span", {}, summary));
  return it;
}
