// Tells what Scale-down Mode saves and costs: the same commands in three ways, by the JavaScript package.
//
//   node examples/node/what-it-saves.mjs     after `make package`

import { createRequire } from "node:module";

const { Simulator } = createRequire(import.meta.url)("../../pkg/nodejs");

const pool = "-g rg --cluster-name c -n user -o none";
const yours = new Simulator();
yours.exec(`sim cluster rg/c
az aks nodepool add ${pool} -c 20 --scale-down-mode Deallocate
az aks nodepool scale ${pool} -c 2
wait 12h
az aks nodepool scale ${pool} -c 20`);

for (const mode of ["Deallocate", "Delete", "always-on"]) {
  const { spentMicrodollars, nodeReady } = yours.fork({ "scale-down-mode": mode }).metrics();
  const seconds = Math.round((nodeReady.cached.p50Ms ?? nodeReady.new.p50Ms) / 1000);
  console.log(`${mode.padEnd(10)} $${(spentMicrodollars / 1e6).toFixed(2).padStart(5)}, nodes ready after ${seconds} s`);
}
