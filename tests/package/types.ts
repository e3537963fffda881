// Compiled, not run: what the types of the package allow, and what they refuse.

import { Simulator } from "scale-down-playground";
import type { Completion, ExecResult, NodeState, SimulatorError, SimulatorEvent, Snapshot } from "scale-down-playground";
import init, { Simulator as WebSimulator } from "scale-down-playground/web";

const simulator = new Simulator({ seed: 7, strict: true, world: { groups: [], clusters: [], agentPools: {} } });
const result: ExecResult = simulator.exec("az aks list");
const stage: "parse" | "ok" | string = result.lines[0]?.stage ?? "ok";
const ended: boolean = result.lines[0]?.exitCode !== null;
const snapshot: Snapshot = simulator.snapshot();
const frozen: number = snapshot.nodesByState.deallocated;
const states: NodeState[] = snapshot.pools.flatMap((pool) => pool.nodes.map((node) => node.state));
const range: number | undefined = snapshot.pools[0]?.autoscaler?.max;
const events: SimulatorEvent[] = simulator.events();
const completion: Completion = simulator.complete("az aks ", 7);
const time: number = simulator.nowMs;
const undone: boolean = simulator.undo() || simulator.redo();
simulator.load(simulator.share());
simulator.advance(1);
simulator.seek(0);
simulator.reset();
simulator.free();
try {
  new Simulator();
} catch (error) {
  const { code }: SimulatorError = error as SimulatorError;
  const known: "invalid_argument" | "invalid_world" | "invalid_link" | "invalid_script" | "out_of_budget" | "no_history" | "too_large" | "freed" | "internal" = code;
  console.log(known);
}

// @ts-expect-error A seed is a number.
new Simulator({ seed: "7" });
// @ts-expect-error There is no such option.
new Simulator({ sed: 7 });
// @ts-expect-error Time cannot be set.
simulator.nowMs = 5;
// @ts-expect-error There is no such state.
snapshot.nodesByState.frozen;
// @ts-expect-error A line that asks a question has no exit code yet.
result.lines.map(({ exitCode }): number => exitCode);
// @ts-expect-error A line is a text.
simulator.exec(["az"]);

init().then(() => new WebSimulator().exec("az version"));
console.log(stage, ended, frozen, states, range, events, completion, time, undone);
