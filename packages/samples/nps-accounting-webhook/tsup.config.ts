import { defineConfig } from "tsup";

export default defineConfig({
  entry: ["src/index.ts"],
  format: "esm",
  target: "node22.12",
  clean: true,
  // It would make "sqlite" of "node:sqlite", which is another package.
  removeNodeProtocol: false,
  outExtension: () => ({ js: ".js" }),
});
