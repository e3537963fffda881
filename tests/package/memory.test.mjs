// A program that types all day: memory grows with what is kept, and not with its square.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

// The package keeps its memory to itself; it is taken where it is made.
let memory;
const { Instance } = WebAssembly;
WebAssembly.Instance = class extends Instance {
  constructor(...args) {
    super(...args);
    memory = this.exports.memory;
  }
};
const { Simulator } = createRequire(import.meta.url)(fileURLToPath(new URL("../../pkg/nodejs/", import.meta.url)));
WebAssembly.Instance = Instance;

const megabytes = () => memory.buffer.byteLength / 1e6;

const POOL = "-g rg --cluster-name c";
const CLUSTER = "az group create -n rg -l eastus\naz aks create -g rg -n c --node-count 50";

test("ten thousand commands on fifty nodes", (t) => {
  const simulator = new Simulator();
  simulator.exec(CLUSTER);
  for (let call = 0; call < 10_000; call += 1) {
    const { exitCode, stdout } = simulator.exec("kubectl get nodes");
    assert.equal(exitCode, 0);
    // However much was printed before, what a call prints is there.
    assert.equal(stdout.trimEnd().split("\n").length, 51);
  }
  t.diagnostic(`${megabytes()} MB`);
  assert.ok(megabytes() < 100, `${megabytes()} MB`);
  simulator.free();
});

test("a thousand changes of five thousand nodes", (t) => {
  const simulator = new Simulator();
  simulator.exec(`sim quota 100000\n${CLUSTER}`);
  for (let pool = 0; pool < 5; pool += 1) simulator.exec(`az aks nodepool add ${POOL} -n pool${pool} -c 990 -o none`);
  assert.equal(simulator.snapshot().nodesByState.ready, 5_000);
  const before = megabytes();
  for (let call = 0; call < 1_000; call += 1) {
    const { exitCode, stderr } = simulator.exec(`az aks nodepool scale ${POOL} -n pool0 -c ${989 + (call % 2)} -o none`);
    assert.equal(exitCode, 0, stderr);
  }
  t.diagnostic(`${before} MB, then ${megabytes()} MB`);
  assert.ok(megabytes() - before < 60, `${before} MB, then ${megabytes()} MB`);
  // Going back through all of it is going back to a copy near by.
  const end = simulator.nowMs;
  simulator.seek(Math.floor(end / 3));
  simulator.seek(end);
  assert.equal(simulator.snapshot().nodesByState.ready, 5_000);
});

test("a program that types without an end, and without a history", (t) => {
  const simulator = new Simulator({ history: false });
  const kept = new Simulator();
  const type = (calls) => {
    for (let call = 0; call < calls; call += 1) {
      // What the service does is an event, of which any run keeps so many; here is nothing but typing.
      simulator.exec("az aks list -o table");
      assert.equal(simulator.exec("kubectl get nodes").lines.length, 1);
    }
  };
  for (const one of [simulator, kept]) one.exec(CLUSTER);
  type(2_000);
  const before = megabytes();
  type(4_000);
  t.diagnostic(`${before} MB, then ${megabytes()} MB`);
  assert.equal(megabytes(), before);

  // The run itself is the same.
  kept.exec(`az aks nodepool scale ${POOL} -n nodepool1 -c 51 -o none`);
  const again = new Simulator({ history: false });
  again.exec(CLUSTER);
  again.exec(`az aks nodepool scale ${POOL} -n nodepool1 -c 51 -o none`);
  again.advance(1_000);
  kept.advance(1_000);
  assert.deepEqual(again.snapshot(), kept.snapshot());

  const code = (call) => {
    try {
      call();
    } catch (error) {
      return error.code;
    }
  };
  assert.equal(code(() => simulator.seek(0)), "no_history");
  assert.equal(code(() => simulator.share()), "no_history");
  assert.equal(simulator.undo(), false);
  simulator.seek(simulator.nowMs + 1);
});
