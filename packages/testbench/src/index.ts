// The bench, what it is made of, and what a request on it comes to.
export type { BenchAnswer, BenchCodeName } from "./bench-answer.ts";
export type { BenchExtension, BenchModule, ImportedExtension } from "./bench-extension.ts";
export type { BenchSender } from "./bench-request.ts";
export { createNpsBench, type NpsBench, type NpsBenchOptions } from "./nps-bench.ts";
