// A page without a framework or a bundler: serve the repository's folder and open examples/web/ after
// `make package`. A project of yours has the package in node_modules.

import init, { Simulator } from "../../pkg/web/scale_down.js";

await init();
const simulator = new Simulator();
const form = document.querySelector("form");
const status = document.querySelector("[role=status]");
const output = document.querySelector("[role=log]");

function show() {
  const { nodesByState } = simulator.snapshot();
  const told = Object.entries(nodesByState).filter(([, count]) => count > 0);
  status.textContent = told.map(([state, count]) => `${count} ${state}`).join(", ") || "no nodes";
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const { line } = Object.fromEntries(new FormData(form));
  const { stdout, stderr } = simulator.exec(line);
  output.append(`$ ${line}\n${stderr}${stdout}`);
  show();
});
show();
