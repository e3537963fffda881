// The colours keep the contrast that www/tokens.css promises, in both themes.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const css = readFileSync(new URL("../../www/tokens.css", import.meta.url), "utf8");
const pairs = [...css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)];
const tokens = { light: {}, dark: {} };
for (const [, name, light, dark] of pairs) {
  tokens.light[name] = light;
  tokens.dark[name] = dark;
}

/** Relative luminance as WCAG defines it. */
function luminance(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
  const [light, dark] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

const STATES = ["ready", "creating", "starting", "draining", "deallocating", "deallocated", "stopped", "deleting", "failed"];

for (const [theme, colours] of Object.entries(tokens)) {
  test(`contrast, ${theme}`, () => {
    const low = [];
    const check = (front, back, least) => {
      const ratio = contrast(colours[front], colours[back]);
      if (ratio < least) low.push(`${front} on ${back}: ${ratio.toFixed(2)} < ${least}`);
    };
    for (const text of ["text", "mute", "good", "warn", "bad"]) {
      for (const ground of ["ground", "panel", "raised"]) check(text, ground, 4.5);
    }
    check("on-accent", "accent", 4.5);
    check("text", "pressed", 4.5);
    for (const state of STATES) check(state, "panel", 3);
    check("focus", "panel", 3);
    check("line-strong", "panel", 3);
    assert.deepEqual(low, []);
  });
}
