// The JavaScript package as Node.js loads it, built by `make package` into pkg/nodejs.
//
// The simulator itself is tested natively, and the boundary in a browser by tests/headless.rs; here
// is what only the built package can show: that it loads, and that its class is the one that its types declare. That
// they tell the truth about what the class gives, the unit tests of src/js/ hold.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../pkg/nodejs/", import.meta.url));
const { Simulator } = createRequire(import.meta.url)(folder);

const SCRIPT = [
  "az group create -n group -l eastus",
  "az aks create -g group -n cluster --node-count 3",
  "az aks nodepool add -g group --cluster-name cluster -n frozen --node-count 5 --scale-down-mode Deallocate",
  "az aks nodepool scale -g group --cluster-name cluster -n frozen --node-count 2",
];

function play(seed) {
  const simulator = new Simulator({ seed });
  for (const line of SCRIPT) {
    const { exitCode, stderr } = simulator.exec(line);
    assert.equal(exitCode, 0, `${line}\n${stderr}`);
  }
  return simulator;
}

test("commands run, and the snapshot has what they made", () => {
  const snapshot = play(1).snapshot();
  assert.equal(snapshot.nodesByState.ready, 5);
  assert.equal(snapshot.nodesByState.deallocated, 3);
});

test("the same seed gives the same bytes, another seed other times", () => {
  const events = (seed) => JSON.stringify(play(seed).events());
  assert.equal(events(7), events(7));
  assert.notEqual(events(7), events(8));
});

test("a run is forked as it is, and with other settings", () => {
  const simulator = play(1);
  const copy = simulator.fork();
  assert.deepEqual(copy.snapshot(), simulator.snapshot());
  copy.exec("az aks nodepool scale -g group --cluster-name cluster -n frozen --node-count 5");
  assert.equal(simulator.snapshot().nodesByState.deallocated, 3, "the run itself is as it was");

  const other = simulator.fork({ "scale-down-mode": "Delete", seed: 2 });
  assert.deepEqual([other.metrics().deleted, simulator.metrics().deleted], [3, 0]);
  assert.deepEqual(simulator.metrics(), simulator.snapshot().metrics);
  const code = (call) => {
    try {
      call();
    } catch (error) {
      return `${error.code}: ${error.message}`;
    }
  };
  assert.match(code(() => simulator.fork({ speed: 3 })), /^invalid_argument: 'speed' cannot be varied/);
  assert.match(code(() => simulator.fork("Delete")), /^invalid_argument: the settings must be an object/);
  assert.match(code(() => simulator.fork({ seed: {} })), /^invalid_argument: seed must be a string or a number/);
});

test("an argument that makes no sense is an Error with a code", () => {
  assert.throws(
    () => new Simulator().seek(-1),
    (error) => error instanceof Error && error.code === "invalid_argument",
  );
});

test("the types are those that were written", () => {
  // wasm-bindgen indents anew.
  const read = (path) => readFileSync(path, "utf8").replace(/^\s+/gm, "");
  const written = read(new URL("../../src/js/types.d.ts", import.meta.url)).trim();
  for (const target of ["bundler", "nodejs", "web"]) {
    assert.ok(read(`${folder}../${target}/scale_down.d.ts`).includes(written), `${target} has other types`);
  }
});

test("the class has every member that the types declare, and no other", () => {
  const types = readFileSync(`${folder}scale_down.d.ts`, "utf8");
  const [, body] = types.match(/export class Simulator \{([^]*?)\n\}/);
  const declared = [...body.matchAll(/^\s+(?:readonly )?(\w+)\??[(:]/gm)].map(([, name]) => name);
  assert.ok(declared.length > 5, "the class was not found in the types");
  // What wasm-bindgen adds for itself begins with two underscores.
  const real = Object.getOwnPropertyNames(Simulator.prototype).filter((name) => !name.startsWith("__"));
  assert.deepEqual(declared.sort(), real.sort());
});
