// Whatever is passed to the package, as JavaScript lets anything be passed: every misuse is an error with a code, and
// none takes other simulators with it.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../pkg/nodejs/", import.meta.url));
const { Simulator } = createRequire(import.meta.url)(folder);

const ID = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/c";
const world = (count) => ({ id: `${ID}/agentPools/p`, name: "p", vmSize: "Standard_D4s_v5", count });

const cyclic = { id: ID };
cyclic.self = cyclic;
let deep = {};
for (let depth = 0; depth < 5_000; depth += 1) deep = { id: ID, deep };

function refused(code, misuse, words = /./) {
  assert.throws(misuse, (error) => {
    assert.ok(error instanceof Error, `${misuse}: ${error}`);
    assert.equal(error.name, "SimulatorError", `${misuse}: ${error.stack}`);
    assert.equal(error.code, code, `${misuse}: ${error.message}`);
    assert.match(error.message, words);
    // The words of JavaScript, not of what it is made of.
    assert.doesNotMatch(error.message, /\bstruct\b|usize|u64|f64|unit value|JsValue|Rust|pointer/i);
    return true;
  });
}

test("every misuse of the constructor is refused with a code", () => {
  for (const options of [5, "seed", true, () => 0, Symbol("x"), 10n]) refused("invalid_argument", () => new Simulator(options), /options must be an object/);
  refused("invalid_argument", () => new Simulator({ nosuch: 1 }), /there is no option 'nosuch'/);
  for (const seed of [NaN, -1, 1.5, Infinity, 2 ** 53, "1", null, {}, 1n]) refused("invalid_argument", () => new Simulator({ seed }), /seed must be a whole number/);
  for (const history of [0, "no", null]) refused("invalid_argument", () => new Simulator({ history }), /history must be true or false/);
  for (const strict of [1, "yes", null, {}]) refused("invalid_argument", () => new Simulator({ strict }), /strict must be true or false/);
  for (const given of [5, "text", null, true]) refused("invalid_argument", () => new Simulator({ world: given }), /world must be an object/);
  refused("invalid_world", () => new Simulator({ world: cyclic }), /circular/i);
  refused("invalid_world", () => new Simulator({ world: deep }));
  for (const count of ["5", -1, 1.5, null, NaN, 2 ** 32]) refused("invalid_world", () => new Simulator({ world: world(count) }), /pool 'p' has no usable 'count'/);
  refused("invalid_world", () => new Simulator({ world: { huge: "x".repeat(9 * 1024 * 1024) } }), /longer/);
  assert.equal(new Simulator({ seed: undefined, strict: undefined, world: undefined }).nowMs, 0);
  assert.equal(new Simulator({ world: world(5) }).snapshot().nodesByState.ready, 5);
});

test("every misuse of a method is refused with a code, and changes nothing", () => {
  const simulator = new Simulator();
  simulator.exec("wait 5s");
  for (const value of [5, {}, null, undefined, [], Symbol("x")]) {
    refused("invalid_argument", () => simulator.exec(value), /lines must be a string/);
    refused("invalid_argument", () => simulator.load(value), /script must be a string/);
    refused("invalid_argument", () => simulator.complete(value), /line must be a string/);
  }
  for (const value of ["5", NaN, -1, 1.5, {}, null, undefined]) {
    refused("invalid_argument", () => simulator.advance(value), /ms must be a whole number/);
    refused("invalid_argument", () => simulator.seek(value), /ms must be a whole number/);
  }
  refused("invalid_argument", () => simulator.events("0"), /since must be/);
  refused("invalid_argument", () => simulator.complete("az", "1"), /cursor must be/);
  refused("out_of_budget", () => simulator.advance(2 ** 53 - 1), /366 days/);
  refused("out_of_budget", () => simulator.seek(2 ** 53 - 1), /366 days/);
  refused("out_of_budget", () => simulator.exec("wait 300d\nwait 300d"), /366 days/);
  refused("invalid_link", () => simulator.load("#s1:////"));
  refused("invalid_script", () => simulator.load("{\"format\": 5}"));
  assert.equal(simulator.exec("wait 1s").exitCode, 0);
});

test("a simulator that was freed says so", () => {
  const [simulator, other] = [new Simulator(), new Simulator()];
  simulator.free();
  const methods = ["exec", "advance", "seek", "snapshot", "events", "complete", "undo", "redo", "reset", "share", "load"];
  for (const method of methods) refused("freed", () => simulator[method]("x"), /was freed/);
  refused("freed", () => simulator.nowMs, /was freed/);
  simulator.free();
  assert.equal(other.exec("wait 1s").exitCode, 0);
});

test("completions count as strings do", () => {
  const simulator = new Simulator();
  const line = "A='é😀'; az aks nodep";
  const { start, end, candidates } = simulator.complete(line, line.length);
  assert.equal(line.slice(start, end), "nodep");
  assert.ok(candidates.some(({ text }) => text.startsWith("nodepool")), JSON.stringify(candidates));
  assert.deepEqual(simulator.complete(line), simulator.complete(line, 10_000));
});

test("what is shared is loaded, also by its address, and every line of a long text runs", () => {
  const simulator = new Simulator();
  const { lines, exitCode } = simulator.exec("wait 1s\n".repeat(2_100));
  assert.equal(exitCode, 0);
  assert.equal(lines.length, 2_100);
  const copy = new Simulator();
  copy.load(simulator.share());
  assert.equal(copy.nowMs, 2_100_000);
  copy.load(`https://example.com/playground/?embed=1${simulator.share()}`);
  assert.equal(copy.nowMs, 2_100_000);
  copy.load("#run=wait%202s;wait%203s");
  assert.equal(copy.nowMs, 5_000);
  refused("invalid_link", () => copy.load("#s2:AAAA"));
  assert.equal(copy.nowMs, 5_000);
  simulator.exec("az group list -o none # something long that does not compress to nothing\n".repeat(6_000));
  refused("too_large", () => simulator.share());
});
