/** Where a node is in its life. */
export type NodeState =
  | "ready" | "starting" | "creating" | "draining" | "deallocating"
  | "deallocated" | "stopped" | "deleting" | "failed";

/** How a node came up the last time: provisioned, or started with its images on the disk. */
export type NodeSource = "new" | "cached";

/** How far a line came before it was answered. */
export type Stage =
  | "shell" | "load" | "parse" | "validator" | "prompt" | "confirmation" | "decorator"
  | "service" | "network" | "output" | "help" | "ok";

/** What a run begins with. */
export interface SimulatorOptions {
  /** Decides every duration that is drawn: a whole number from 0 to 2^53 - 1; 1 by default. */
  seed?: number;
  /** The verdict on every line is the real CLI's, without the playground's help. */
  strict?: boolean;
  /**
   * What exists at time 0: `{groups, clusters, agentPools}` as Azure Resource Manager describes
   * them, or what `az aks show -o json` or `az aks nodepool list -o json` printed.
   */
  world?: object;
  /**
   * `false`: nothing is kept for going back, so that a program may type without an end. `seek` to an earlier time and
   * `share` throw `no_history`, and there is nothing to undo. `true` by default.
   */
  history?: boolean;
}

/** One line and its answer. */
export interface LineResult {
  line: string;
  /** When it began, in milliseconds of simulated time. */
  atMs: number;
  /** Every check that needs no cloud was passed. */
  accepted: boolean;
  /** Null while the line asks a question: in a run that was loaded with a terminal, the next line answers it. */
  exitCode: number | null;
  stage: Stage;
  stdout: string;
  stderr: string;
}

/** What `exec` gives: the last exit code (0 where the last line asks), all output, and each line by itself. */
export interface ExecResult {
  exitCode: number;
  stdout: string;
  stderr: string;
  lines: LineResult[];
}

/** Money in whole micro-dollars (millionths of a US dollar). */
export interface Cost {
  perHourMicrodollars: number;
  spentMicrodollars: number;
  computeMicrodollars: number;
  diskMicrodollars: number;
  /** Compute not billed because nodes lay deallocated instead of running idle. */
  avoidedComputeMicrodollars: number;
  /** Disks paid for while deallocated: what Deallocate costs over Delete. */
  keptDiskMicrodollars: number;
}

/** How long things took: percentiles by nearest rank, in milliseconds; null where nothing was counted. */
export interface Percentiles {
  count: number;
  p50Ms: number | null;
  p90Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
  maxMs: number | null;
}

/** What a run, or a pool, has cost so far, how long it made pods and nodes wait, and what came and went. */
export interface Metrics {
  spentMicrodollars: number;
  computeMicrodollars: number;
  diskMicrodollars: number;
  /** The disks of deallocated machines. */
  keptDiskMicrodollars: number;
  /** Compute that no pod requested. */
  idleComputeMicrodollars: number;
  /** Pods but for those of daemon sets, from their creation until they run. */
  podWait: Percentiles;
  /** Pods of daemon sets; of a whole run only. */
  daemonPodWait: Percentiles;
  /** Nodes, from the request that asked for them until they are ready. */
  nodeReady: { all: Percentiles; new: Percentiles; cached: Percentiles };
  /** Operations, from the request to their end. */
  operation: Percentiles;
  /** Seconds that pods spent without a node, summed over pods. */
  unmetPodSeconds: number;
  created: number;
  started: number;
  deallocated: number;
  deleted: number;
  evictedPods: number;
}

export interface NodeSnapshot {
  name: string;
  instanceId: number;
  state: NodeState;
  source: NodeSource;
  /** How much of the transition under way is done, in thousandths; 1000 at rest. */
  progressPermille: number;
  /** How many pods are on it, those of daemon sets included. */
  pods: number;
  /** How much of it is set aside for them: of its processor time or its memory, whichever is more. */
  fillPermille: number;
  /** When it entered its state. */
  sinceMs: number;
  ageMs: number;
}

export interface PoolSnapshot {
  resourceGroup: string;
  cluster: string;
  name: string;
  mode: "System" | "User";
  vmSize: string;
  /** Whether the price of the size is known; where it is not, its machines count as free of charge. */
  isPriced: boolean;
  scaleDownMode: "Delete" | "Deallocate";
  autoscaler: { min: number; max: number } | null;
  provisioningState: string;
  powerState: "Running" | "Stopped";
  /** The number of nodes wanted. */
  count: number;
  nodesByState: Record<NodeState, number>;
  cost: Cost;
  metrics: Metrics;
  nodes: NodeSnapshot[];
}

export interface Snapshot {
  atMs: number;
  nodesByState: Record<NodeState, number>;
  /** Pods but for those of daemon sets: that run, that are on their way on a node, that have none. */
  pods: { ready: number; starting: number; pending: number };
  pools: PoolSnapshot[];
  cost: Cost;
  metrics: Metrics;
}

/** One line of the event log. */
export interface SimulatorEvent {
  sequence: number;
  atMs: number;
  kind: "Normal" | "Warning";
  reason: string;
  object: string;
  message: string;
  /** Who says it, such as `kubelet`, `default-scheduler` or `azure`. */
  source: string;
}

/** What could stand at the cursor. */
export interface Completion {
  /** The part of the line that a candidate replaces, counted as strings count: `line.slice(start, end)`. */
  start: number;
  end: number;
  candidates: { text: string; description: string }[];
}

/** An error of this package; a command that fails is a result, not an error. */
export interface SimulatorError extends Error {
  name: "SimulatorError";
  code:
    | "invalid_argument" | "invalid_world" | "invalid_link" | "invalid_script"
    /** A call would take more than 366 days of simulated time, or more work than a call may take. */
    | "out_of_budget"
    /** The run was made with `{history: false}`. */
    | "no_history"
    /** The run is more than a link may hold. */
    | "too_large"
    /** The simulator was freed. */
    | "freed"
    | "internal";
}

/** A simulated subscription with its console. */
export class Simulator {
  constructor(options?: SimulatorOptions);
  /**
   * Runs one or more lines to their end; simulated time passes while they wait. What would take more than a call may
   * take is interrupted, as by Ctrl-C, and the call throws `out_of_budget`.
   */
  exec(lines: string): ExecResult;
  /** Lets simulated time pass. */
  advance(ms: number): void;
  /** Goes to a time, past or future: the same as playing to it. */
  seek(ms: number): void;
  snapshot(): Snapshot;
  /** What the run has cost, how long it made pods and nodes wait, and what came and went: as in `snapshot()`, without the nodes. */
  metrics(): Metrics;
  /**
   * A simulator of its own: a copy of this run or, with settings, its lines run once more with other ones. The settings
   * are those of `scale-down compare --vary`: `{"scale-down-mode": "Delete"}`, `{"min-count": 5, seed: 2}`.
   */
  fork(settings?: Record<string, string | number>): Simulator;
  /** What happened, from a sequence number on. */
  events(since?: number): SimulatorEvent[];
  /** What could stand at a place of a line, which is counted as strings count. */
  complete(line: string, cursor?: number): Completion;
  /** Takes back the last thing typed; false where nothing is left. */
  undo(): boolean;
  /** Brings back what was undone; false where nothing was. */
  redo(): boolean;
  /** Begins anew with the same options. */
  reset(): void;
  /** The run so far as a link fragment, `#s1:…` or, for a long one, `#s2:…`; `load` takes whatever this gives. */
  share(): string;
  /** Begins anew and plays a script, a link of the page or its fragment, or a session in JSON. */
  load(script: string): void;
  /** The simulated time in milliseconds. */
  readonly nowMs: number;
  /** Gives the memory back. */
  free(): void;
}
