import { defineConfig } from "tsup";

export default defineConfig({
  entry: ["src/index.ts"],
  format: "esm",
  target: "node22.12",
  clean: true,
  outExtension: () => ({ js: ".js" }),
});
