// Chromium, driven by Playwright.

import { chromium } from "playwright-core";

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
/** Generous, for machines that are busy with something else: a test that passes never waits this long. */
const TIMEOUT_MS = 30_000;

export async function launch() {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    headless: true,
    args: ARGUMENTS,
  });
  return {
    async newPage(options) {
      const context = await browser.newContext(options);
      context.setDefaultTimeout(TIMEOUT_MS);
      return { page: await context.newPage(), close: () => context.close() };
    },
    close: () => browser.close(),
  };
}
