// Loaded into a server before its program, with --expose-gc: upon SIGUSR2 it collects all garbage and prints what is left.

process.on("SIGUSR2", () => {
  globalThis.gc?.({ type: "major", execution: "sync", flavor: "last-resort" });
  const { heapUsed, external } = process.memoryUsage();
  process.stdout.write(`memory ${heapUsed + external}\n`);
});
