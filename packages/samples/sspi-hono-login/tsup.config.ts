import { defineConfig } from "tsup";

export default defineConfig({
  entry: ["src/index.ts", "src/main.ts"],
  format: "esm",
  target: "node22.12",
  clean: true,
  outExtension: () => ({ js: ".js" }),
});
