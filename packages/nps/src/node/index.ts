export { LogFiles, type LogFilesOptions } from "./log-files.ts";
export { readLogFile } from "./read-log-file.ts";
