// Starts the page: loads the wasm module and runs it, or says in the page why it cannot.
//
// Trunk fills in the names of the files, see `pattern_script` in Trunk.toml. What the page shows
// until the module runs is the static shell in index.html; its #boot-status line is ours.
//
// `data-boot` on the root element tells styles and tests how far the start has come: absent while
// this file is loading, then "begun", and in the end "ready" or "failed".

import "./crash.js";
import { report } from "./panels.js";

const { module: moduleName, wasm: wasmName } = document.querySelector("script[data-wasm]").dataset;

document.documentElement.dataset.boot = "begun";

/** A start that failed for a reason which a person can act on; the message is what they read. */
class BootError extends Error {}

// A forbidden fetch or compilation throws an error that does not say so; this event does.
let blockedBy = "";
addEventListener("securitypolicyviolation", (event) => {
  blockedBy ||= event.effectiveDirective;
});

async function fetchWasm() {
  const response = await fetch(new URL(wasmName, document.baseURI)).catch((cause) => {
    throw new BootError("The simulator could not be downloaded: the connection failed. Check it and reload the page.", {
      cause,
    });
  });
  if (response.status === 404) {
    // The page's files carry a hash in their names, and a new release replaces them.
    throw new BootError("The simulator's file is gone (HTTP 404): this page may be an older copy. Reload the page.");
  }
  if (!response.ok) {
    throw new BootError(`The simulator could not be downloaded: the server answered HTTP ${response.status}.`);
  }
  return response;
}

async function importModule() {
  return import(new URL(moduleName, document.baseURI)).catch((cause) => {
    throw new BootError("A script of the page could not be loaded. Reload the page.", { cause });
  });
}

async function start() {
  if (typeof WebAssembly !== "object") {
    throw new BootError(
      "This browser has no WebAssembly, which the simulator needs. It may be switched off, as in a lockdown mode.",
    );
  }
  const [module, response] = await Promise.all([importModule(), fetchWasm()]);
  await module.default({ module_or_path: response });
}

function sentence(error) {
  // WebKit fires no event where it refuses WebAssembly; its error says why.
  blockedBy ||= /Content Security Policy directive: "([\w-]+)/.exec(error.message)?.[1] ?? "";
  if (blockedBy) {
    return `This site's Content-Security-Policy (${blockedBy}) keeps the simulator from running.`;
  }
  if (error instanceof BootError) return error.message;
  if (error instanceof WebAssembly.CompileError || error instanceof WebAssembly.LinkError) {
    return "This browser cannot run the simulator's WebAssembly: it may be too old, or the download was damaged.";
  }
  return `The simulator could not start: ${error.message ?? error}`;
}

function fail(error) {
  document.documentElement.dataset.boot = "failed";
  console.error(error);
  let status = document.getElementById("boot-status");
  if (!status) {
    status = document.body.appendChild(document.createElement("p"));
    status.setAttribute("role", "status");
  }
  status.textContent = sentence(error);
  report(status.textContent);
}

start().then(
  () => {
    document.documentElement.dataset.boot = "ready";
  },
  async (error) => {
    if (typeof WebAssembly === "object" && error instanceof WebAssembly.RuntimeError) {
      // The module did load, and trapped: that is for the crash panel, which listens for errors.
      reportError(error);
      report("The simulator has stopped.");
      return;
    }
    // The violation is reported after the error that it causes.
    await new Promise((resolve) => setTimeout(resolve, 50));
    fail(error);
  },
);
