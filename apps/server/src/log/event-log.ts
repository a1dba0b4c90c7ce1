import { styleText } from "node:util";
import type { Log, LogEvent, Severity } from "@sallyport/runtime";
import { pino, stdTimeFunctions } from "pino";

/** Where events and request lines go: standard error, as readable text or as JSON. */
export interface ServerLog extends Log {
  /** One finished request; `line` is made only when text is wanted, `data` only for JSON. */
  request(line: () => string, data: () => object): void;
  /** Writes what is held back. */
  flush(): void;
}

export interface ServerLogOptions {
  readonly format: "text" | "json";
  readonly requests: boolean;
  /** Whether the text may be coloured. */
  readonly colours: boolean;
  readonly write: (text: string) => void;
  readonly now: () => number;
}

/** Makes the server's log. Lines of one turn of the event loop are written together. */
export function createServerLog(options: ServerLogOptions): ServerLog {
  let held = "";
  const flush = (): void => {
    if (held === "") return;
    const text = held;
    held = "";
    options.write(text);
  };
  const append = (text: string): void => {
    if (held === "") setImmediate(flush);
    held += text;
  };
  return options.format === "json" ? jsonLog(options, append, flush) : textLog(options, append, flush);
}

function textLog(options: ServerLogOptions, append: (text: string) => void, flush: () => void): ServerLog {
  const time = (): string => new Date(options.now()).toISOString().slice(11, 23);
  const paint = (severity: Severity, text: string): string => {
    const colour = colours[severity];
    return options.colours && colour !== undefined
      ? styleText(colour, text, { validateStream: false })
      : text;
  };
  return {
    flush,
    write: (event) => {
      if (event.severity === "debug") return;
      const id = event.id === 0 ? "" : ` ${event.id}`;
      append(
        `${time()} ${paint(event.severity, event.severity)} ${event.source}${id}: ${event.message}${stack(event)}\n`,
      );
    },
    request: (line) => {
      if (options.requests) append(`${time()} ${line()}\n`);
    },
  };
}

/** pino's JSON lines; `source` and `id` are those of the Windows event logs. */
function jsonLog(options: ServerLogOptions, append: (text: string) => void, flush: () => void): ServerLog {
  const logger = pino(
    { base: null, timestamp: stdTimeFunctions.isoTime, serializers: { error: pino.stdSerializers.err } },
    { write: append },
  );
  return {
    flush,
    write: ({ source, id, severity, message, fields }) =>
      logger[levels[severity]]({ source, id, severity, ...fields }, message),
    request: (_, data) => {
      if (options.requests) logger.info({ source: "NPS", trace: data() }, "request");
    },
  };
}

const levels = {
  error: "error",
  warning: "warn",
  information: "info",
  "audit-success": "info",
  "audit-failure": "info",
  debug: "debug",
} as const satisfies Record<Severity, string>;

const colours: Partial<Record<Severity, "red" | "yellow" | "cyan">> = {
  error: "red",
  warning: "yellow",
  information: "cyan",
};

/** The stack of a module's exception belongs to the event: the module's author looks for it here. */
function stack(event: LogEvent): string {
  const error = event.fields?.["error"];
  if (!(error instanceof Error) || error.stack === undefined) return "";
  return `\n${error.stack
    .split("\n")
    .slice(1)
    .map((line) => `    ${line.trim()}`)
    .join("\n")}`;
}
