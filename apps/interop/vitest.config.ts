import { defineConfig, mergeConfig } from "vitest/config";
import { shared } from "../../vitest.shared.ts";

/** Peers are processes: two test files at a time are what two cores can serve. */
export default mergeConfig(shared, defineConfig({ test: { maxWorkers: 2 } }));
