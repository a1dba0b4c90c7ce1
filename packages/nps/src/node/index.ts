export { readLogFile } from "./read-log-file.ts";
