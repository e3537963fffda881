// What a person does with the page, in the words of its accessible names.

import assert from "node:assert/strict";

const STATES = [
  "creating",
  "ready",
  "draining",
  "deallocating",
  "deallocated",
  "starting",
  "stopped",
  "deleting",
  "failed",
];

export const CLUSTER = "--cluster-name myAKSCluster --resource-group myResourceGroup";

/** The lines of the source document, in its order. */
export const DOCUMENT = [
  "az extension add --name aks-preview",
  "az extension update --name aks-preview",
  `az aks create --enable-cluster-autoscaler --min-count 1 --max-count 100 --scale-down-mode delete ${CLUSTER}`,
  `az aks nodepool add --enable-cluster-autoscaler --min-count 1 --max-count 100 --scale-down-mode delete --node-pool nodepool1 ${CLUSTER}`,
  `az aks nodepool add --node-count 50 --scale-down-policy deallocate --node-pool nodepool1 ${CLUSTER}`,
  `az aks nodepool update --node-count 5 --node-pool nodepool1 ${CLUSTER} --no-wait`,
  `az aks nodepool update --scale-down-mode delete --node-pool nodepool1 ${CLUSTER}`,
];

export const [, , , , ADD_50, TO_5, TO_DELETE] = DOCUMENT;

/** The page as its user knows it. */
export class Playground {
  constructor(page) {
    this.page = page;
    this.prompt = page.getByRole("textbox", { name: "Command line" });
    this.log = page.getByRole("log", { name: "Console output" });
    this.entries = this.log.locator(":scope > *");
    this.picture = page.getByRole("img", { name: "Nodes" });
    this.table = page.getByRole("table", { name: "Nodes" });
    this.summary = page.getByRole("status", { name: "Cluster summary" });
    this.time = page.getByRole("timer", { name: "Simulated time" });
    this.speed = page.getByRole("slider", { name: "Speed" });
  }

  button(name) {
    return this.page.getByRole("button", { name, exact: true });
  }

  /** Types lines at the prompt and presses Enter. */
  async type(lines) {
    await this.prompt.fill(lines);
    await this.prompt.press("Enter");
  }

  /** Runs a line and lets simulated time pass until nothing is under way. Answers with its exit code. */
  async run(line) {
    const before = await this.entries.count();
    await this.type(line);
    await this.button("Skip to idle").click();
    const entry = this.entries.nth(before);
    await entry.and(this.page.locator("[data-exit-code]")).waitFor();
    return Number(await entry.getAttribute("data-exit-code"));
  }

  async counts() {
    const counts = JSON.parse(await this.summary.getAttribute("data-state-counts"));
    assert.deepEqual(Object.keys(counts).sort(), STATES.toSorted());
    return counts;
  }

  /** Waits until the summary says so; the page shows a change within a tenth of a second. */
  async untilSummary(text) {
    await this.page.waitForFunction(
      (text) => document.querySelector("[data-state-counts]")?.textContent === text,
      text,
    );
  }

  async ms() {
    return Number(await this.time.getAttribute("data-ms"));
  }

  /** The table's rows as objects, once it shows as many nodes as the summary counts. */
  async rows() {
    const counts = await this.counts();
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
    await this.page.waitForFunction(
      (total) => document.querySelectorAll('table[aria-label="Nodes"] tbody tr').length === total,
      total,
      { timeout: 2_000 },
    );
    const rows = await this.table.getByRole("row").evaluateAll((rows) => rows.map((row) => Array.from(row.cells, (cell) => cell.textContent)));
    const [head, ...body] = rows;
    assert.deepEqual(head, ["Name", "Pool", "State", "Source", "Age", "Cost"]);
    return body.map(([name, pool, state, source, age, cost]) => ({ name, pool, state, source, age, cost }));
  }
}
