import type { Log } from "@sallyport/runtime";
import type { ModuleLog } from "../contract/security-module.ts";

/** The log that a module writes to: events under its own name. */
export function moduleLog(source: string, log: Log): ModuleLog {
  const writer =
    (severity: "error" | "warning" | "information" | "debug") =>
    (message: string, fields: Readonly<Record<string, unknown>> = {}): void =>
      log.write({ source, id: 0, severity, message, fields });
  return {
    error: writer("error"),
    warning: writer("warning"),
    information: writer("information"),
    debug: writer("debug"),
  };
}
