// The crash panel. A panic ends the wasm module, so what comes after it is a script of its own:
// it shows what happened and starts the page again with the commands of the session.

const panel = document.getElementById("crash");
const details = document.getElementById("crash-details");

/** The commands so far: handed over by the panic hook, else stored, else read off the transcript. */
function commandLog() {
  if (panel.dataset.log) return panel.dataset.log;
  const shown = document.querySelectorAll('[role="log"] .entry-line code');
  if (shown.length > 0) return Array.from(shown, (line) => line.textContent).join("\n");
  try {
    return localStorage.getItem("scale-down.log") ?? "";
  } catch {
    return "";
  }
}

function show(text) {
  if (!panel.hidden) return;
  const log = commandLog();
  details.value = `${text}\n${navigator.userAgent}\n\nCommands:\n${log}`;
  panel.hidden = false;
  document.getElementById("app").inert = true;
  const embedded = document.documentElement.hasAttribute("data-embed");
  if (!embedded) document.getElementById(log ? "crash-restore" : "crash-fresh").focus();
}

function restart(lines) {
  const script = lines.join("\n");
  const fragment = script ? `#run=${encodeURIComponent(script)}&restore=1` : "";
  try {
    // What was kept for the next visit is what has failed.
    localStorage.removeItem("scale-down.log");
  } catch {
    // There is no store.
  }
  history.replaceState(null, "", location.pathname + location.search + fragment);
  location.reload();
}

const lines = () => commandLog().split("\n").filter((line) => line.trim());

/** Everything before the last thing typed. In a script, `#@ <ms>` stands above each; in what was read
    off the transcript, each line is one. */
function withoutLast(script) {
  const mark = script.findLastIndex((line) => /^#@ \d+$/.test(line));
  return script.slice(0, mark < 0 ? -1 : mark);
}

document.getElementById("crash-restore").addEventListener("click", () => restart(lines()));
document.getElementById("crash-shorter").addEventListener("click", () => restart(withoutLast(lines())));
document.getElementById("crash-fresh").addEventListener("click", () => restart([]));
document.getElementById("crash-copy").addEventListener("click", () => {
  details.select();
  navigator.clipboard?.writeText(details.value).catch(() => {});
});

new MutationObserver(() => show(panel.dataset.details ?? "")).observe(panel, { attributeFilter: ["data-details"] });
addEventListener("error", (event) => {
  // A trap without a panic: out of memory, or the stack ran over.
  if (event.error instanceof WebAssembly.RuntimeError) show(`${event.error}`);
});
