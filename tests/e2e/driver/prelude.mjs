// A script that runs in a page before the page's own, put there by the server: for browsers whose driver neither runs
// scripts beforehand nor says what a page reports.

/** Reports what a developer would see in the console, by addresses that the page asks for. Runs in the page. */
function reporter() {
  const { origin, pathname } = new URL(document.currentScript.src);
  const report = (it) => {
    const words = encodeURIComponent(JSON.stringify(it)).slice(0, 4_000);
    fetch(`${origin}${pathname.replace(/[^/]*$/, "")}report/${words}`, { keepalive: true }).catch(() => {});
  };
  for (const type of ["error", "warn"]) {
    const say = console[type];
    console[type] = (...values) => {
      say.call(console, ...values);
      const [, url = ""] = /(https?:\S+?):\d+:\d+\s*$/.exec(new Error().stack) ?? [];
      report({ event: "console", type, url, text: values.map((value) => (value instanceof Error ? `${value.constructor.name}: ${value.message}` : `${value}`)).join(" ") });
    };
  }
  addEventListener("error", ({ message, filename, error }) => {
    // That an observer is called again at the next frame is no fault, and other drivers do not report it.
    if (message && !message.startsWith("ResizeObserver loop")) report({ event: "pageerror", text: `${error?.stack ?? ""} ${message} (${filename})` });
  });
  addEventListener("unhandledrejection", ({ reason }) => report({ event: "pageerror", text: `${reason}` }));
  addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
    report({ event: "console", type: "error", text: `Content Security Policy: ${violatedDirective} refuses ${blockedURI}` }),
  );
  new PerformanceObserver((list) => {
    for (const { name: url, responseStatus: status } of list.getEntries()) {
      if (!url.includes("/report/")) report({ event: "response", url, status });
    }
  }).observe({ type: "resource", buffered: true });
}

export class Prelude {
  #sources = [`(${reporter})();`];
  #emit;

  /** `emit(event, it)` hears what the page reports, in the words of Playwright. */
  constructor(emit) {
    this.#emit = emit;
  }

  add(source) {
    this.#sources.push(source);
  }

  #hear({ event, type, text, url, status }) {
    if (event === "console") this.#emit(event, { type: () => (type === "warn" ? "warning" : type), text: () => text, location: () => ({ url }) });
    if (event === "pageerror") this.#emit(event, { stack: text });
    if (event !== "response") return;
    this.#emit("request", { url: () => url });
    this.#emit("response", { url: () => url, status: () => status });
  }

  /** Answers with the script and for the reports, and puts the script into the page, `html()`. */
  route(prefix, html, route) {
    return async (pathname) => {
      if (pathname === `${prefix}prelude.js`) return { type: ".js", body: this.#sources.join("\n") };
      if (pathname.startsWith(`${prefix}report/`)) {
        try {
          this.#hear(JSON.parse(pathname.slice(`${prefix}report/`.length)));
        } catch {
          this.#hear({ event: "console", type: "error", text: pathname });
        }
        return { status: 204, body: "" };
      }
      const answer = await route?.(pathname);
      if (pathname !== prefix) return answer;
      const body = `${answer?.body ?? html()}`.replace("<script", '<script src="prelude.js"></script>\n<script');
      return { ...answer, body };
    };
  }
}
