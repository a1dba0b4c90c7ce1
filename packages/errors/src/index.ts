export { type CodeSpace, symbolOf } from "./code-space.ts";
export { WindowsError, type WindowsErrorJson, type WindowsErrorOptions } from "./windows-error.ts";
