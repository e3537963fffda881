// The page's own scripts, held together: the buttons above the simulator, the dialogs, and the panels
// that are loaded only when they are wanted.
//
// A button with `data-panel="share"` opens the dialog of that id. Where `share.js` exists it is loaded
// first and fills the dialog. Everything they ask of the simulator goes through one object, which the
// module puts at the element #app when it is ready.

/** The dialogs that a script fills, each with the module that does. */
const FILLED = {
  share: () => import("./share.js"),
  lessons: () => import("./lessons.js"),
  files: () => import("./files.js"),
};

const root = document.documentElement;
export const words = new URLSearchParams(location.search);
export const isEmbedded = root.hasAttribute("data-embed");

let handOver;
const page = new Promise((resolve) => {
  handOver = resolve;
});
const followers = new Set();

/** Calls a function after every rendering, until what it gives back is called. */
export function follow(then) {
  followers.add(then);
  then();
  return () => followers.delete(then);
}

// The module tells when the simulator is there, or that it will not come.
document.getElementById("app").addEventListener("playground", async ({ target }) => {
  const it = target.playground;
  if (!it) {
    report("The simulator could not be downloaded.");
    return;
  }
  it.listen(() => {
    for (const then of [...followers]) {
      try {
        then();
      } catch (error) {
        // One that fails must not keep the others from knowing.
        reportError(error);
      }
    }
  });
  if (it.isPublic) window.scaleDown = it.simulator();
  handOver(it);
  // Tests wait for it; the page does without.
  root.dataset.simulator = "ready";
  it.send("restyle", "");
  if (words.has("lesson") || (!isEmbedded && !location.hash && stored("scale-down.lesson"))) {
    await (await import("./lessons.js")).resume(it);
  }
  if (parent !== window) (await import("./frame.js")).begin(it);
});

/** Tells the page around this one of a failure; `boot` is that it cannot start. */
export function report(message, code = "boot") {
  if (parent !== window) parent.postMessage({ sdp: 1, event: "error", detail: { code, message } }, "*");
}

export async function open(name) {
  const dialog = document.getElementById(name);
  if (!dialog) return;
  try {
    const panel = await FILLED[name]?.();
    await panel?.fill(dialog, await page);
  } catch (error) {
    console.error(error);
    return;
  }
  if (!dialog.open) dialog.showModal();
}

document.addEventListener("click", ({ target }) => {
  const opener = target.closest?.("[data-panel]");
  if (opener) open(opener.dataset.panel);
  // A dialog is left by a click beside it, and by choosing an example.
  else if (target instanceof HTMLDialogElement || target.closest?.("#examples li button")) target.closest("dialog")?.close();
});

/** Copies what a field shows, by the clipboard or, where there is none, by the selection. */
export async function copy(field, button) {
  field.select();
  let isCopied = false;
  try {
    await navigator.clipboard.writeText(field.value);
    isCopied = true;
  } catch {
    // Missing outside secure contexts, refused in sandboxed frames.
    isCopied = document.execCommand("copy");
  }
  button.textContent = isCopied ? "Copied" : "Press Ctrl-C";
  setTimeout(() => {
    button.textContent = "Copy";
  }, 2_000);
}

/** Reads what is stored; a frame may have no store. */
export function stored(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function store(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Full or forbidden: the page works without.
  }
}

export function forget(key) {
  try {
    localStorage.removeItem(key);
  } catch {
    // Nothing was stored.
  }
}

/** Light or dark; anything else is as the system says. */
export async function setTheme(theme) {
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  else delete root.dataset.theme;
  (await page).send("restyle", "");
}

const theme = document.getElementById("theme");
theme.value = root.dataset.theme ?? "system";
theme.addEventListener("change", () => {
  store("scale-down.theme", theme.value);
  setTheme(theme.value);
});

// A file that is dropped anywhere on the page is brought in.
addEventListener("dragover", (event) => {
  if (event.dataTransfer.types.includes("Files")) event.preventDefault();
});
addEventListener("drop", async (event) => {
  const [file] = event.dataTransfer.files;
  if (!file) return;
  event.preventDefault();
  (await import("./files.js")).drop(file);
});

// The run as it is left, waits included.
addEventListener("pagehide", async () => {
  if (isEmbedded || document.getElementById("crash").hidden === false) return;
  const it = document.getElementById("app").playground;
  if (it?.state().lines) store("scale-down.log", it.written("script"));
});
