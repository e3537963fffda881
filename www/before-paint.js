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

  // A frame that was sandboxed without an origin of its own may load the page's modules only where
  // their server says so. This script needs no such word, and can tell what is the matter.
  if (self.origin === "null") {
    const tell = (event) => {
      if (event.target?.tagName !== "SCRIPT") return;
      root.dataset.boot = "failed";
      const status = document.getElementById("boot-status");
      if (status) {
        status.textContent =
          "This frame is sandboxed without an origin, and the server of the playground does not send Access-Control-Allow-Origin.";
      }
      parent.postMessage({ sdp: 1, event: "blocked" }, "*");
    };
    addEventListener("error", tell, true);
  }
}
