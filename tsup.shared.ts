import type { Options } from "tsup";

/** What every package's build has in common; a package adds its entries, one per export. */
export const library: Options = {
  format: "esm",
  target: "node22.12",
  platform: "node",
  sourcemap: true,
  clean: true,
  silent: true,
  dts: false,
  // "sqlite" without "node:" is no module.
  removeNodeProtocol: false,
  outExtension: () => ({ js: ".js" }),
};
