import type { Clock } from "@sallyport/runtime";
import type { ExtensionLog } from "../contract/extension-module.ts";
import { plainError } from "../host/plain-call.ts";
import type { PlainField, PlainLogEntry } from "./worker-messages.ts";

/** How many events a worker may write in a second; the rest is counted. */
const mostEventsPerSecond = 1_000;
/** How long a message or the JSON of a field may be, in UTF-16 units. */
const longestText = 8_192;

/** The log of a module in a worker: events leave as data, not more than the host can take. */
export class WorkerLog {
  readonly #clock: Clock;
  readonly #post: (entry: PlainLogEntry) => void;
  #windowEnds = Number.NEGATIVE_INFINITY;
  #written = 0;
  #dropped = 0;

  constructor(clock: Clock, post: (entry: PlainLogEntry) => void) {
    this.#clock = clock;
    this.#post = post;
  }

  /** @param call the number of the call that writes, 0 outside of calls */
  of(call: number): ExtensionLog {
    const writer =
      (severity: PlainLogEntry["severity"]) =>
      (message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
        if (!this.#mayWrite()) {
          this.#dropped++;
          return;
        }
        const dropped = this.#dropped;
        this.#dropped = 0;
        const entry = { message: shortened(String(message)), fields: plainFields(fields), dropped };
        this.#post({ kind: "log", id: call, severity, ...entry });
      };
    return {
      error: writer("error"),
      warning: writer("warning"),
      information: writer("information"),
      debug: writer("debug"),
    };
  }

  #mayWrite(): boolean {
    const now = this.#clock.monotonic();
    if (now >= this.#windowEnds) {
      this.#windowEnds = now + 1_000;
      this.#written = 0;
    }
    return ++this.#written <= mostEventsPerSecond;
  }
}

function plainFields(fields: Readonly<Record<string, unknown>>): PlainField[] {
  return Object.entries(fields).flatMap(([name, value]): PlainField[] => {
    if (value instanceof Error) return [[name, plainError(value)]];
    const json = jsonOf(value);
    return json === undefined ? [] : [[name, { json }]];
  });
}

/** Undefined for what JSON leaves out. */
function jsonOf(value: unknown): string | undefined {
  let json: string | undefined;
  try {
    json = JSON.stringify(value);
  } catch {
    return '"something that cannot be shown"';
  }
  return json !== undefined && json.length > longestText
    ? `"JSON of ${json.length} characters, too long to be shown"`
    : json;
}

function shortened(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText)}...` : text;
}
