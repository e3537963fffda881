// The elements of a page as a person knows them: by role and name, by text, by selector. Runs inside the page, where it
// is sent as source, so it stands on its own. It follows Playwright's rules as far as the tests need them.

/**
 * Returns functions on elements: `find(steps)`, `isVisible(element)`, `spot(element)`.
 *
 * A locator is a list of steps; each goes from the elements so far to others: `{css}`, `{role, name, exact, level}`,
 * `{text, exact}`, `{hasText}`, `{hasNotText}`, `{and: steps}` or `{nth}`. A text to match is a string, or
 * `{source, flags}` of a regular expression.
 */
export function finder() {
  const NAMED_BY_CONTENT = ["button", "cell", "columnheader", "heading", "link", "option", "row", "rowheader", "summary"];
  const INPUT_ROLES = { button: "button", checkbox: "checkbox", radio: "radio", range: "slider", submit: "button" };
  const ROLES = {
    ASIDE: "complementary",
    BUTTON: "button",
    DIALOG: "dialog",
    IMG: "img",
    LI: "listitem",
    MAIN: "main",
    OL: "list",
    OPTION: "option",
    OUTPUT: "status",
    SELECT: "combobox",
    TABLE: "table",
    TD: "cell",
    TEXTAREA: "textbox",
    TR: "row",
    UL: "list",
  };

  const plain = (text) => text.replace(/\s+/g, " ").trim();
  function matches(wanted, text, exact) {
    if (wanted.source !== undefined) return new RegExp(wanted.source, wanted.flags).test(text);
    return exact ? plain(text) === plain(wanted) : plain(text).toLowerCase().includes(plain(wanted).toLowerCase());
  }

  /** Every element below a root, also in the shadow of others. */
  function below(root) {
    const found = [];
    for (const element of root.querySelectorAll("*")) {
      found.push(element);
      if (element.shadowRoot) found.push(...below(element.shadowRoot));
    }
    return found;
  }
  const all = (scope) => [...(scope.shadowRoot ? below(scope.shadowRoot) : []), ...below(scope)];

  const isRendered = (element) => element.checkVisibility({ visibilityProperty: true });
  function isVisible(element) {
    const { width, height } = element.getBoundingClientRect();
    return isRendered(element) && width > 0 && height > 0;
  }

  function roleOf(element) {
    const given = element.getAttribute("role")?.split(" ")[0];
    if (given) return given;
    const tag = element.tagName;
    if (/^H[1-6]$/.test(tag)) return "heading";
    if (tag === "A") return element.hasAttribute("href") ? "link" : "";
    if (tag === "INPUT") return INPUT_ROLES[element.type] ?? (element.type === "file" ? "" : "textbox");
    if (tag === "TH") return element.closest("thead") ? "columnheader" : "rowheader";
    if (tag === "HEADER") return element.closest("article, aside, main, nav, section") ? "" : "banner";
    if (tag === "SECTION") return nameOf(element) ? "region" : "";
    return ROLES[tag] ?? "";
  }

  function contentOf(element) {
    let text = "";
    const given = element.localName === "slot" ? element.assignedNodes() : [];
    for (const node of given.length > 0 ? given : element.childNodes) {
      if (node.nodeType === Node.TEXT_NODE) text += node.nodeValue;
      if (node.nodeType !== Node.ELEMENT_NODE || node.ariaHidden === "true") continue;
      const { display } = getComputedStyle(node);
      // What has no box of its own may have content that has one.
      if (display !== "contents" && !isRendered(node)) continue;
      const isInline = /^(inline|contents)/.test(display);
      const inner = node.getAttribute("aria-label") ?? node.getAttribute("alt") ?? contentOf(node);
      text += isInline ? inner : ` ${inner} `;
    }
    return text;
  }
  function nameOf(element) {
    const ids = element.getAttribute("aria-labelledby")?.split(" ") ?? [];
    const labels = ids.map((id) => element.getRootNode().getElementById(id)).filter(Boolean);
    if (labels.length > 0) return plain(labels.map((label) => contentOf(label)).join(" "));
    const own = element.getAttribute("aria-label") ?? element.getAttribute("alt");
    if (own) return plain(own);
    if (element.labels?.length > 0) return plain(Array.from(element.labels, contentOf).join(" "));
    const content = NAMED_BY_CONTENT.includes(roleOf(element)) ? plain(contentOf(element)) : "";
    return content || plain(element.title || element.placeholder || "");
  }

  const isForReaders = (element) => !element.closest('[aria-hidden="true"]') && isRendered(element);
  const levelOf = (element) => Number(element.getAttribute("aria-level") ?? element.tagName.slice(1));

  function byRole(scope, { role, name, exact, level }) {
    const found = all(scope).filter((element) => roleOf(element) === role && isForReaders(element));
    const levelled = level ? found.filter((element) => levelOf(element) === level) : found;
    return name === undefined ? levelled : levelled.filter((element) => matches(name, nameOf(element), exact));
  }

  const IS_NO_TEXT = ["SCRIPT", "STYLE", "NOSCRIPT", "HEAD", "TITLE"];
  const textOf = (element) => element.textContent + (element.shadowRoot?.textContent ?? "");
  /** The innermost elements that have a text. */
  function byText(scope, { text, exact }) {
    const has = (element) => !IS_NO_TEXT.includes(element.tagName) && matches(text, textOf(element), exact);
    const inner = (element) => [...element.children, ...(element.shadowRoot?.children ?? [])];
    return all(scope).filter((element) => has(element) && !inner(element).some(has));
  }

  function byCss(scope, { css }) {
    const selector = css.replaceAll(":visible", "") || "*";
    const select = (root) => [...root.querySelectorAll(selector), ...all(root).flatMap(({ shadowRoot }) => (shadowRoot ? select(shadowRoot) : []))];
    let found = select(scope);
    // What is in the shadow of an element counts as below it.
    const parts = selector.match(/(?:\[[^\]]*\]|[^\s[])+/g);
    if (found.length === 0 && parts.length > 1 && !/[>+~,]( |$)/.test(selector)) {
      found = parts.reduce((scopes, part) => scopes.flatMap((one) => all(one).filter((element) => element.matches(part))), [scope]);
    }
    return css.includes(":visible") ? found.filter(isVisible) : found;
  }

  function step(elements, one) {
    if (one.css !== undefined) return elements.flatMap((element) => byCss(element, one));
    if (one.role !== undefined) return elements.flatMap((element) => byRole(element, one));
    if (one.text !== undefined) return elements.flatMap((element) => byText(element, one));
    if (one.hasText !== undefined) return elements.filter((element) => matches(one.hasText, textOf(element)));
    if (one.hasNotText !== undefined) return elements.filter((element) => !matches(one.hasNotText, textOf(element)));
    if (one.and !== undefined) {
      const others = find(one.and);
      return elements.filter((element) => others.includes(element));
    }
    return elements.slice(one.nth, one.nth === -1 ? undefined : one.nth + 1);
  }
  const find = (steps) => steps.reduce((elements, one) => [...new Set(step(elements, one))], [document]);

  /** What lies at a point, also in a shadow. */
  function topmost(x, y) {
    let at = document.elementFromPoint(x, y);
    for (let next = at; next; ) {
      at = next;
      next = at.shadowRoot?.elementFromPoint(x, y);
      if (next === at) break;
    }
    return at;
  }
  const above = (element) => element.assignedSlot ?? element.parentElement ?? element.getRootNode().host;
  function isWithin(inner, outer) {
    for (let at = inner; at; at = above(at)) if (at === outer) return true;
    return false;
  }

  /** The point at which a pointer meets an element: `{x, y}`, or `{wait}` with what is in the way of it. */
  function spot(element) {
    if (!isVisible(element)) return { wait: "it is not visible" };
    if (element.disabled) return { wait: "it is disabled" };
    const { left, top, width, height } = element.getBoundingClientRect();
    const [x, y] = [left + width / 2, top + height / 2];
    if (x < 0 || y < 0 || x >= innerWidth || y >= innerHeight) {
      element.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
      return { wait: "it is out of sight" };
    }
    const hit = topmost(x, y);
    if (!isWithin(hit, element) && hit?.closest("label")?.control !== element) {
      element.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
      return { wait: `${hit?.outerHTML.slice(0, 80)} lies on it` };
    }
    return { x, y };
  }

  return { find, isVisible, spot };
}
