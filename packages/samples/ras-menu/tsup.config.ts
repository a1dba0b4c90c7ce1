import { defineConfig } from "tsup";

export default defineConfig({
  entry: ["src/index.ts", "src/windows.ts"],
  format: "esm",
  target: "node22.12",
  clean: true,
  outExtension: () => ({ js: ".js" }),
});
