// The browser that the tests drive: Chromium, Firefox or WebKit, as the variable ENGINE says.
//
// Playwright drives Chromium. Firefox and WebKit are as a distribution packages them, which Playwright cannot drive:
// page.mjs gives the part of its interface that the tests use. So a test reads the same for all of them, and what an
// engine cannot do is named by `lacks()`.

import { after } from "node:test";

const LAUNCHERS = {
  chromium: () => import("./chromium.mjs"),
  firefox: () => import("./firefox.mjs"),
  webkit: () => import("./webkit.mjs"),
};

export const engine = process.env.ENGINE || "chromium";
if (!Object.hasOwn(LAUNCHERS, engine)) {
  throw new Error(`ENGINE is '${engine}': ${Object.keys(LAUNCHERS).join(", ")} are known`);
}

const OTHERS = ["firefox", "webkit"];
/** What some engines cannot do, or cannot be made to do, and why. */
const LACKING = {
  clipboard: [OTHERS, "only Chromium lets a driver grant the clipboard"],
  colours: [OTHERS, "only Chromium emulates forced colours"],
  devtools: [OTHERS, "only Chromium has its DevTools protocol"],
  downloads: [OTHERS, "only Chromium tells a driver of downloads"],
  originless: [["webkit"], "in a frame without an origin, WebKit lets 'self' in a policy match nothing"],
  scriptless: [OTHERS, "only Chromium lets a driver switch JavaScript off for a page"],
  touch: [OTHERS, "only Chromium emulates a touch screen"],
};

/** The reason why a test is skipped in this engine, or false; for the option `skip` of a test. */
export function lacks(ability) {
  const [engines, why] = LACKING[ability];
  return engines.includes(engine) && why;
}

const browsers = new Map();
/** One browser for each test file, and for each theme and wish for motion where these are settings of the whole browser. */
async function launch({ colorScheme = "light", reducedMotion = "no-preference" } = {}) {
  const media = { colorScheme, reducedMotion };
  const key = engine === "chromium" ? "" : JSON.stringify(media);
  if (!browsers.has(key)) browsers.set(key, LAUNCHERS[engine]().then((it) => it.launch(media)));
  return browsers.get(key);
}
after(async () => {
  for (const browser of browsers.values()) await (await browser).close();
});

const VIEWPORT = { width: 1280, height: 720 };

/**
 * Gives a `page` with an empty store, `close()`, and `routed(prefix, html, route)`, by which its server answers: it adds
 * to a route what the engine needs in the page. `options` are those of Playwright's contexts.
 */
export async function newPage({ viewport = VIEWPORT, ...options } = {}) {
  const browser = await launch(options);
  return { routed: (prefix, html, route) => route, ...(await browser.newPage({ viewport, ...options })) };
}
