import { defineConfig } from "tsup";
import { library } from "../../tsup.shared.ts";

/** Nothing but constants. */
const tables = ["win32", "hresult", "ntstatus", "lm", "inet", "tapi"];
/** One file each: opening a second one would cost more than it weighs. */
const small = ["index", "ras", "sspi", "eap", "nps", "decode"];
const large = ["lookup", "messages", "node/winerror"];

const sources = (names: readonly string[]): string[] => names.map((name) => `src/${name}.ts`);
// Most of this package is tables: their sources and source maps would outweigh it.
const shared = { ...library, sourcemap: false, clean: false };

export default defineConfig([
  { ...shared, entry: sources(large), clean: [...tables, ...small].map((name) => `!${name}.js`) },
  { ...shared, entry: sources(small), splitting: false },
  // A bundle names every constant twice, unless the inner names are short.
  { ...shared, entry: sources(tables), splitting: false, minify: true },
]);
