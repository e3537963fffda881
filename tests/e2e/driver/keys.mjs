// Keys by name, as WebDriver's actions want them: a character for each, those of keys without one from a private area
// (W3C WebDriver, "Keyboard actions").

const CODES = {
  Alt: "\uE00A",
  ArrowDown: "\uE015",
  ArrowLeft: "\uE012",
  ArrowRight: "\uE014",
  ArrowUp: "\uE013",
  Backspace: "\uE003",
  Control: "\uE009",
  Delete: "\uE017",
  End: "\uE010",
  Enter: "\uE007",
  Escape: "\uE00C",
  Home: "\uE011",
  PageDown: "\uE00F",
  PageUp: "\uE00E",
  Shift: "\uE008",
  Space: " ",
  Tab: "\uE004",
};

function code(key) {
  const value = CODES[key] ?? key;
  if ([...value].length !== 1) throw new Error(`there is no key '${key}'`);
  return value;
}

const down = (value) => ({ type: "keyDown", value });
const up = (value) => ({ type: "keyUp", value });

/** The actions of a chord such as `Control+r`. */
export function chord(keys) {
  const values = keys.split("+").map(code);
  return [...values.map(down), ...values.toReversed().map(up)];
}

/** The actions of typing a text. */
export const typing = (text) => [...text.replaceAll("\n", CODES.Enter)].flatMap((value) => [down(value), up(value)]);
