import { defineConfig, mergeConfig } from "vitest/config";
import { shared } from "../../vitest.shared.ts";

/** The load generator is compiled and run: one test file at a time is kind to the machine. */
export default mergeConfig(shared, defineConfig({ test: { maxWorkers: 1 } }));
