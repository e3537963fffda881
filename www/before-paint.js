// Runs before the first paint: the theme and the compact form must not flash in later.
{
  // Words may also follow the commands of a link that was written by hand.
  const [, behind = ""] = /^#run=[^&]*&(.*)/s.exec(location.hash) ?? [];
  const words = new URLSearchParams(`${location.search}&${behind}`);
  const root = document.documentElement;
  const on = (word) => words.has(word) && !["0", "false", "no"].includes(words.get(word));
  let theme = words.get("theme");
  try {
    theme ??= localStorage.getItem("scale-down.theme");
  } catch {
    // No store in this frame: the system's theme it is.
  }
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  if (on("embed")) root.dataset.embed = "";
  if (on("readonly")) root.dataset.readonly = "";
  if (words.has("controls") && !on("controls")) root.dataset.controls = "none";
  const height = Number(words.get("height"));
  if (height > 0) root.style.setProperty("--height", `${height}px`);

  // The page around this one learns that it is here, and waits for it from then on.
  const tell = (event, detail) => {
    if (parent !== window) parent.postMessage({ sdp: 1, event, detail }, "*");
  };
  tell("loading");

  // What keeps boot.js from running, it cannot tell itself. A frame that was sandboxed without an origin of its
  // own may load the page's modules only where their server says so; this script needs no such word.
  const home = new URL("./", location.href).href;
  const explain = ({ target, filename, message }) => {
    const isScript = target?.tagName === "SCRIPT";
    // Extensions of the browser have scripts and errors of their own.
    if (root.dataset.boot || !`${isScript ? target.src : filename}`.startsWith(home)) return;
    root.dataset.boot = "failed";
    const isBlocked = isScript && self.origin === "null";
    const loaded = isScript ? "A script of the page could not be loaded. Reload the page." : `The page could not start: ${message}`;
    const sentence = isBlocked
      ? "This frame is sandboxed without an origin, and the server of the playground does not send Access-Control-Allow-Origin."
      : loaded;
    const status = document.getElementById("boot-status");
    if (status) status.textContent = sentence;
    if (isBlocked) tell("blocked");
    else tell("error", { code: "boot", message: sentence });
  };
  addEventListener("error", explain, true);
}
