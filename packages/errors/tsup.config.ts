import { defineConfig } from "tsup";
import { library } from "../../tsup.shared.ts";

const entries = ["index", "ras", "sspi", "eap", "nps", "decode", "lookup", "messages", "node/winerror"];
/** Nothing but constants. */
const tables = ["win32", "hresult", "ntstatus", "lm", "inet", "tapi"];

const sources = (names: readonly string[]): string[] => names.map((name) => `src/${name}.ts`);

export default defineConfig([
  // Most of this package is tables: their sources and source maps would outweigh it.
  {
    ...library,
    entry: sources(entries),
    sourcemap: false,
    clean: tables.map((name) => `!${name}.js`),
  },
  // A bundle names every constant twice, unless the inner names are short.
  { ...library, entry: sources(tables), sourcemap: false, clean: false, minify: true },
]);
