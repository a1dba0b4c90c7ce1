import { defineConfig } from "tsup";
import { library } from "../../tsup.shared.ts";

export default defineConfig({
  ...library,
  entry: ["src/index.ts", "src/main.ts", "src/extensions/import-module.ts", "src/eap/pki/laboratory.ts"],
  target: "node22.18",
});
