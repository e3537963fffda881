
// A simulator that was freed has no memory behind it. Calls of it are refused here, before they reach the wasm; to free
// it again does nothing.
for (const [name, member] of Object.entries(Object.getOwnPropertyDescriptors(Simulator.prototype))) {
  const kind = member.get ? "get" : "value";
  const call = member[kind];
  if (name === "constructor" || name.startsWith("__") || typeof call !== "function") continue;
  member[kind] = function (...args) {
    if (this.__wbg_ptr) return call.apply(this, args);
    if (name === "free") return undefined;
    throw Object.assign(new Error("this simulator was freed"), { name: "SimulatorError", code: "freed" });
  };
  Object.defineProperty(Simulator.prototype, name, member);
}
