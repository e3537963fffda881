// What an idle hour costs, by scale-down mode: 50 nodes, scaled to 5, an hour later to 20.
//
//   node examples/node/frozen-hour.mjs     after `make package`; a project of yours imports "scale-down-playground"

import { createRequire } from "node:module";

const { Simulator } = createRequire(import.meta.url)("../../pkg/nodejs");

const POOL = "--name nodepool1 --cluster-name myAKSCluster --resource-group myResourceGroup";

/** Runs a line that has to work. */
function run(simulator, line) {
  const { exitCode, stderr } = simulator.exec(line);
  if (exitCode !== 0) throw new Error(`${line}\n${stderr}`);
}

for (const mode of ["Delete", "Deallocate"]) {
  const simulator = new Simulator({ seed: 1 });
  run(simulator, `az aks nodepool add --node-count 50 --scale-down-mode ${mode} ${POOL}`);
  run(simulator, `az aks nodepool scale --node-count 5 ${POOL}`);
  simulator.advance(3_600_000);
  const begun = simulator.nowMs;
  run(simulator, `az aks nodepool scale --node-count 20 ${POOL}`);
  const { cost } = simulator.snapshot();
  const seconds = Math.round((simulator.nowMs - begun) / 1000);
  const dollars = (cost.spentMicrodollars / 1e6).toFixed(2);
  console.log(`${mode.padEnd(10)}  $${dollars} spent, 15 more nodes in ${seconds} s`);
  simulator.free();
}
