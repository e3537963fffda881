// Runs before the first paint: the theme and the compact form must not flash in later.
{
  const words = new URLSearchParams(location.search);
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
}
