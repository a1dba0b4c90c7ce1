// Extensions in workers of their own.
export {
  type IsolatedExtension,
  type IsolatedExtensionOptions,
  loadIsolatedExtension,
} from "./load-isolated-extension.ts";
// Log files as NPS writes them.
export { LogFiles, type LogFilesOptions } from "./log-files.ts";
export { readLogFile } from "./read-log-file.ts";
