// The element <scale-down-playground>, for pages of documentation. It depends on nothing and is
// loaded by the page around it, as a script or as a module; docs/embedding.md is its manual.
//
// What stands between its tags is shown until the playground is ready, which may be never. The playground itself
// lives in a sandboxed iframe: it is loaded by a click, never takes the focus by itself and never holds the wheel.
// The two talk by postMessage, in words that `frame.js` answers; a message counts only if it comes from this very
// frame and its origin.
(() => {
  const PROTOCOL = 1;
  const NAME = "scale-down-playground";
  // A module has no current script.
  const script = document.currentScript ?? document.querySelector('script[src$="embed.js"]');
  const HOME = script ? new URL("./", script.src).href : undefined;
  const AUTO_HEIGHT = { least: 420, most: 1200 };
  /** How long a frame may take to be ready, in seconds. */
  const TIMEOUT_S = 30;
  /** How long a frame that has loaded may say nothing: the playground speaks before that. */
  const SILENCE_MS = 1_000;

  // A constructed sheet is allowed under any Content-Security-Policy, a style element is not.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { display: block; margin-block: 1em; color-scheme: inherit; }
    :host([hidden]) { display: none; }
    .box { position: relative; box-sizing: border-box; overflow: hidden; border: var(--sdp-border, 1px solid #8b98af80); border-radius: var(--sdp-radius, 10px); background: var(--sdp-background, transparent); }
    iframe { display: block; width: 100%; height: var(--sdp-height, 480px); border: 0; }
    .box.loading iframe { position: absolute; inset: 0; opacity: 0; }
    .poster { position: relative; padding: var(--sdp-padding, 16px); }
    .bar { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 12px; margin-top: 12px; font: var(--sdp-font, 14px/1.4 system-ui, sans-serif); }
    button { display: inline-flex; align-items: center; gap: 8px; min-height: 40px; padding: 0 16px; border: 0; border-radius: 6px; background: var(--sdp-accent, #0b62cc); color: var(--sdp-on-accent, #fff); font: inherit; font-weight: 600; cursor: pointer; }
    button[aria-disabled="true"] { opacity: .6; cursor: default; }
    button:focus-visible, a:focus-visible { outline: 3px solid var(--sdp-accent, #0b62cc); outline-offset: 2px; }
    svg { width: 14px; height: 14px; fill: currentColor; }
    [hidden] { display: none; }
    .trouble { margin: 0; padding: 0 16px 16px; font: var(--sdp-font, 14px/1.4 system-ui, sans-serif); }
    .trouble a { color: inherit; }
  `);

  const make = (name, attributes = {}, ...children) => {
    const svg = name === "svg" || name === "path";
    const element = svg ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };

  /** Whether what an element stands on is dark: the nearest ground that is painted, else the system's. */
  function isOnDark(element) {
    const context = make("canvas", { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
    // Any colour that CSS can write, as bytes.
    const bytes = (colour) => {
      context.clearRect(0, 0, 1, 1);
      context.fillStyle = colour;
      context.fillRect(0, 0, 1, 1);
      return context.getImageData(0, 0, 1, 1).data;
    };
    for (let at = element; at; at = at.parentElement ?? at.getRootNode().host) {
      const [red, green, blue, alpha] = bytes(getComputedStyle(at).backgroundColor);
      if (alpha > 127) return red * 0.299 + green * 0.587 + blue * 0.114 < 128;
    }
    const scheme = getComputedStyle(document.documentElement).colorScheme;
    if (!scheme.includes("dark")) return false;
    return !scheme.includes("light") || matchMedia("(prefers-color-scheme: dark)").matches;
  }

  const failure = (code, message) => Object.assign(new Error(message), { code });

  class ScaleDownPlayground extends HTMLElement {
    static observedAttributes = ["src", "height", "theme", "view", "seed", "speed", "lesson", "controls"];

    #box = make("div", { class: "box", part: "box" });
    #poster = make("div", { class: "poster", part: "poster" });
    #button = make("button", { type: "button", part: "button" });
    #status = make("span", { role: "status" });
    #trouble = make("p", { class: "trouble", part: "trouble", role: "alert", hidden: "" });
    #frame;
    #href;
    #origin;
    #isReady = false;
    #hasSpoken = false;
    #isRelaxed = false;
    #theme;
    #calls = new Map();
    #queue = [];
    #last = 0;
    #leave = [];
    #endWait = () => {};

    constructor() {
      super();
      const root = this.attachShadow({ mode: "open" });
      root.adoptedStyleSheets = [sheet];
      const sign = make("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, make("path", { d: "M4 2v12l10-6z" }));
      this.#button.append(sign, make("slot", { name: "button" }, "Try it in the playground"));
      this.#button.addEventListener("click", () => this.#load());
      this.#poster.append(make("slot"), make("div", { class: "bar" }, this.#button, this.#status));
      this.#box.append(this.#poster, this.#trouble);
      root.append(this.#box);
    }

    connectedCallback() {
      this.#size();
      const listen = (target, type, then) => {
        target.addEventListener(type, then);
        this.#leave.push(() => target.removeEventListener(type, then));
      };
      listen(window, "message", (event) => this.#hear(event));
      const look = () => this.#followTheme();
      listen(matchMedia("(prefers-color-scheme: dark)"), "change", look);
      // Themes of sites are classes or data attributes of the root or the body, with whatever names.
      const observer = new MutationObserver(look);
      for (const place of [document.documentElement, document.body]) observer.observe(place, { attributes: true });
      this.#leave.push(() => observer.disconnect());
      if (this.#is("autoplay")) this.#loadInSight();
    }

    disconnectedCallback() {
      for (const leave of this.#leave.splice(0)) leave();
      this.#unload(failure("aborted", "The playground was taken out of the page."));
    }

    attributeChangedCallback(name, before, now) {
      if (!this.isConnected || before === now) return;
      if (name === "height") this.#size();
      else if (!this.#frame) return;
      else if (name === "theme") this.#followTheme();
      else if (["view", "speed"].includes(name) && this.#isReady) this.#tell(name, now);
      else this.#reload();
    }

    /** Types lines; resolves when the last one has answered, in the simulated time that is shown. */
    run(lines) {
      return this.#call("run", [`${lines}`]);
    }
    reset() {
      return this.#call("reset");
    }
    /** Goes to a simulated time in milliseconds and stands still there. */
    seek(ms) {
      return this.#call("seek", [Number(ms)]);
    }
    play() {
      return this.#call("play");
    }
    pause() {
      return this.#call("pause");
    }
    /** Begins anew with a script, or the fragment of a link. */
    load(script) {
      return this.#call("load", [`${script}`]);
    }
    snapshot() {
      return this.#call("snapshot");
    }
    /** The address of the whole page with this run. */
    share() {
      return this.#call("share");
    }

    #is(name) {
      return this.hasAttribute(name) && !["false", "0", "no", "none"].includes(this.getAttribute(name));
    }

    get #isAutoHeight() {
      return ["", "auto"].includes(this.getAttribute("height") ?? "auto");
    }

    #size() {
      const height = this.getAttribute("height");
      if (this.#isAutoHeight) return;
      if (this.#frame) this.#frame.style.height = "";
      this.style.setProperty("--sdp-height", /^\d+$/.test(height) ? `${height}px` : height);
    }

    #wantedTheme() {
      const theme = this.getAttribute("theme") ?? "auto";
      return theme === "auto" ? (isOnDark(this) ? "dark" : "light") : theme;
    }

    #followTheme() {
      // The style that a class brings in applies at the next frame.
      requestAnimationFrame(() => {
        const theme = this.#wantedTheme();
        if (theme === this.#theme || !this.#frame) return;
        this.#theme = theme;
        if (this.#isReady) this.#tell("theme", theme);
      });
    }

    #address() {
      const src = this.getAttribute("src") ?? HOME;
      if (!src) throw new Error(`<${NAME}> needs a src: the address of the playground`);
      const url = new URL(src, document.baseURI);
      if (!/^https?:$/.test(url.protocol)) throw new Error(`<${NAME}> cannot load ${url.protocol} addresses`);
      const set = (name, value) => value != null && url.searchParams.set(name, value);
      set("embed", 1);
      set("theme", (this.#theme = this.#wantedTheme()));
      for (const name of ["view", "seed", "speed", "lesson"]) set(name, this.getAttribute(name));
      if (this.hasAttribute("controls") && !this.#is("controls")) set("controls", 0);
      if (this.#isAutoHeight) set("height", "auto");
      if (this.#is("autoplay")) set("autorun", 1);
      // The commands of the fallback, unless the address has some.
      const lines = this.querySelector("pre")?.textContent.trim();
      if (lines && !url.hash && !this.hasAttribute("lesson")) url.hash = `run=${encodeURIComponent(lines)}`;
      return url;
    }

    #loadInSight() {
      const observer = new IntersectionObserver(
        (entries) => {
          if (!entries.some((entry) => entry.isIntersecting)) return;
          observer.disconnect();
          this.#load();
        },
        { rootMargin: "300px" },
      );
      observer.observe(this);
      this.#leave.push(() => observer.disconnect());
    }

    #load() {
      if (this.#frame || !this.isConnected) return;
      this.#href = undefined;
      let url;
      try {
        url = this.#address();
      } catch (error) {
        this.#fail("no_address", error.message);
        return;
      }
      this.#origin = url.origin;
      this.#href = url.href;
      this.#frame = make("iframe", {
        part: "frame",
        title: this.getAttribute("title") ?? "Scale-Down Playground",
        // Its own origin only where a frame without one may not load its scripts: its server does not allow
        // it, or its policy's `'self'` matches nothing then, as in WebKit.
        sandbox: `allow-scripts allow-downloads${this.#isRelaxed ? " allow-same-origin" : ""}`,
        allow: "clipboard-write",
        referrerpolicy: "no-referrer",
        inert: "",
        src: url.href,
      });
      if (this.#trouble.contains(this.shadowRoot.activeElement)) this.#button.focus();
      this.#trouble.hidden = true;
      this.#setLoading(true);
      this.#wait();
      this.#box.append(this.#frame);
    }

    #setLoading(isLoading) {
      this.#box.classList.toggle("loading", isLoading);
      this.#button.setAttribute("aria-disabled", isLoading);
      this.#status.textContent = isLoading ? "Loading …" : "";
    }

    /** Gives up on a frame that is never ready. */
    #wait() {
      const where = new URL(this.#href).host;
      const seconds = Number(this.getAttribute("timeout")) || TIMEOUT_S;
      const silent = () => this.#fail("unreachable", `The playground at ${where} does not answer.`);
      const slow = () => this.#fail("timeout", `The playground at ${where} was not ready within ${seconds} seconds.`);
      const timer = setTimeout(() => (this.#hasSpoken ? slow() : silent()), seconds * 1_000);
      let silence;
      this.#frame.addEventListener("load", () => {
        const give = () => (this.#isRelaxed ? silent() : this.#relax());
        silence = setTimeout(() => this.#hasSpoken || give(), SILENCE_MS);
      });
      const refuse = ({ blockedURI, effectiveDirective }) => {
        if (!/^(frame|child|default)-src$/.test(effectiveDirective) || !blockedURI.startsWith(this.#origin)) return;
        this.#fail("blocked", `The Content-Security-Policy of this page (${effectiveDirective}) does not let the playground at ${where} in.`);
      };
      document.addEventListener("securitypolicyviolation", refuse);
      this.#endWait = () => {
        for (const it of [timer, silence]) clearTimeout(it);
        document.removeEventListener("securitypolicyviolation", refuse);
      };
    }

    #rejectAll(reason) {
      for (const { reject } of this.#calls.values()) reject(reason);
      this.#calls.clear();
      this.#queue = [];
    }

    #removeFrame() {
      this.#endWait();
      this.#setLoading(false);
      this.#frame?.remove();
      this.#frame = undefined;
      this.#isReady = false;
      this.#hasSpoken = false;
      this.#poster.hidden = false;
    }

    /** Tries it in a frame with an origin. Calls go on waiting. */
    #relax() {
      this.#isRelaxed = true;
      this.#removeFrame();
      this.#load();
    }

    #unload(reason) {
      this.#rejectAll(reason);
      this.#removeFrame();
    }

    #reload() {
      this.#unload(failure("aborted", "The playground begins anew."));
      this.#load();
    }

    #call(method, params = []) {
      return new Promise((resolve, reject) => {
        const id = (this.#last += 1);
        this.#calls.set(id, { resolve, reject });
        const message = { sdp: PROTOCOL, id, method, params };
        if (this.#isReady) this.#post(message);
        else this.#queue.push(message);
        this.#load();
        if (!this.#frame) this.#rejectAll(failure("aborted", `<${NAME}> is not in a page`));
      });
    }

    /** A call whose answer does not matter. */
    #tell(method, ...params) {
      this.#call(method, params).catch(() => {});
    }

    #post(message) {
      // A frame without an origin can only be addressed by being this one.
      this.#frame.contentWindow?.postMessage(message, this.#isRelaxed ? this.#origin : "*");
    }

    #hear({ source, origin, data }) {
      if (!this.#frame || source !== this.#frame.contentWindow) return;
      if (origin !== (this.#isRelaxed ? this.#origin : "null") || data?.sdp !== PROTOCOL) return;
      this.#hasSpoken = true;
      if (data.event === "blocked" && !this.#isRelaxed) {
        this.#relax();
      } else if (data.event) {
        this.#happen(data.event, data.detail ?? {});
      } else if (this.#calls.has(data.id)) {
        const { resolve, reject } = this.#calls.get(data.id);
        this.#calls.delete(data.id);
        if (data.error) reject(failure(data.error.code, data.error.message));
        else resolve(data.result);
      }
    }

    #happen(event, detail) {
      if (event === "loading") return;
      if (event === "ready") {
        // A page that is loaded again, as after a crash, knows of no call from before.
        if (this.#isReady) this.#rejectAll(failure("aborted", "The playground was loaded again."));
        this.#reveal();
        this.#tell("hello");
        // It may have changed while the frame was loading.
        this.#tell("theme", (this.#theme = this.#wantedTheme()));
        for (const message of this.#queue.splice(0)) this.#post(message);
      }
      if (event === "resize" && this.#isAutoHeight) {
        const height = Math.min(Math.max(detail.height, AUTO_HEIGHT.least), AUTO_HEIGHT.most);
        if (height) this.#frame.style.height = `${height}px`;
      }
      if (event === "error" && detail.code === "boot") {
        this.#fail("boot", detail.message);
        return;
      }
      this.#dispatch(event, detail);
    }

    /** Shows the frame in the place of what was there to read. */
    #reveal() {
      this.#endWait();
      this.#setLoading(false);
      const hadFocus = this.shadowRoot.activeElement === this.#button;
      this.#isReady = true;
      this.#frame.removeAttribute("inert");
      this.#poster.hidden = true;
      // The button is gone; whoever pressed it by key goes on from the frame.
      if (hadFocus) this.#frame.focus({ preventScroll: true });
    }

    /** Says what is the matter, below the commands. */
    #fail(code, message) {
      this.#unload(failure(code, message));
      this.#trouble.hidden = false;
      this.#trouble.replaceChildren(message);
      if (this.#href) this.#trouble.append(" ", ...this.#waysOut());
      this.#dispatch("error", { code, message });
    }

    #waysOut() {
      const again = make("a", { href: this.#href }, "Try again");
      again.addEventListener("click", (event) => {
        event.preventDefault();
        this.#load();
      });
      const page = new URL(this.#href);
      for (const word of ["embed", "height", "controls"]) page.searchParams.delete(word);
      return [again, ", or ", make("a", { href: page.href, target: "_blank", rel: "noopener" }, "open it in a tab of its own"), "."];
    }

    #dispatch(event, detail) {
      this.dispatchEvent(new CustomEvent(`sdp-${event}`, { detail, bubbles: true, composed: true }));
    }
  }

  // The script may stand in a page twice.
  if (!customElements.get(NAME)) customElements.define(NAME, ScaleDownPlayground);
})();
