import { defineConfig, type ViteUserConfig } from "vitest/config";

/** What every package's tests have in common. The JSON report is what scripts/test-all.mjs counts. */
export const shared: ViteUserConfig = defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    typecheck: { enabled: true, include: ["test/**/*.test-d.ts"] },
    reporters: ["default", "json"],
    outputFile: { json: "test-results/vitest.json" },
    // Only against a test that hangs: properties with many cases take their time on a busy machine.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
