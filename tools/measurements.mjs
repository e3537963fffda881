// Writes docs/measurements.md from what `cargo bench --bench instructions` prints, which comes on standard input.

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline";

const WHAT = { one_day: "a day", three_days: "three days", a_week_at_rest: "a week in which nothing changes" };

const rows = [];
let measured;
for await (const line of createInterface({ input: process.stdin })) {
  console.log(line);
  measured = line.match(/^instructions::\w+::(?<name>\w+) nodes_(?<nodes>\d+)/)?.groups ?? measured;
  const [, count] = line.match(/^\s+Instructions:\s+(\d+)/) ?? [];
  if (measured && count) {
    rows.push(`| ${WHAT[measured.name]} | ${Number(measured.nodes).toLocaleString("en")} | ${Number(count).toLocaleString("en")} |`);
    measured = undefined;
  }
}
if (rows.length === 0) {
  console.error("error: the bench printed no counts");
  process.exit(1);
}

const compiler = execFileSync("rustc", ["--version"], { encoding: "utf8" }).trim().replace(/ \(.*/, "");
writeFileSync(
  new URL("../docs/measurements.md", import.meta.url),
  `# Measurements

Instructions of simulated time in which the cluster autoscaler sizes a cluster, with ten pods a node at the height of office
hours (\`benches/instructions.rs\`). Written by \`make bench\`, with ${compiler}: counts repeat on the same build, and seconds do not.

| simulated | nodes | instructions |
| --- | ---: | ---: |
${rows.join("\n")}
`,
);
