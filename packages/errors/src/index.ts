export { type CodeSpace, codeSpaces } from "./code-space.ts";
export { type SymbolSource, symbolOf, useSymbols } from "./symbol-source.ts";
export {
  type NamedCode,
  WindowsError,
  type WindowsErrorJson,
  type WindowsErrorOptions,
} from "./windows-error.ts";
