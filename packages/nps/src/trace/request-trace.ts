import { reasonText } from "@sallyport/errors/nps";
import {
  type Answer,
  formatAttribute,
  type RawAttribute,
  type ReceivedRequest,
  radiusCodeName,
} from "@sallyport/radius";
import type { Clock, Milliseconds } from "@sallyport/runtime";
import type { EapMethodFacts } from "../eap/eap-service.ts";

/** What one stage did with a request, in the words of the Windows documentation. */
export interface TraceStep {
  /** The stage, as the documentation names it: "Authentication extensions". */
  readonly stage: string;
  /** What happened: "Continue", "matched", "skipped: already decided". */
  readonly outcome: string;
  /** Milliseconds since the request was received. */
  readonly at: Milliseconds;
  /** What it happened to or with: names, codes, a duration. */
  readonly detail?: TraceDetail;
}

export type TraceDetail = Readonly<Record<string, string | number | undefined>>;

/** How a request ended. */
export interface TraceEnd {
  /** The code of the answer; undefined when none was sent. */
  readonly answer: Answer | undefined;
  readonly reason: number;
  readonly duration: Milliseconds;
}

/**
 * The trace of one request: what every stage did, and how it ended. Rendering is done when somebody looks; secrets
 * show as `***` in every rendering (NPS-88).
 */
export class RequestTrace {
  readonly id: number;
  readonly received: ReceivedRequest;
  /** The EAP method of the conversation, once it is known. */
  eap: EapMethodFacts | undefined = undefined;
  readonly #clock: Clock;
  readonly #begin: Milliseconds;
  readonly #steps: TraceStep[] = [];
  #end: TraceEnd | undefined;

  constructor(id: number, received: ReceivedRequest, clock: Clock) {
    this.id = id;
    this.received = received;
    this.#clock = clock;
    this.#begin = clock.monotonic();
  }

  get steps(): readonly TraceStep[] {
    return this.#steps;
  }

  /** Undefined while the request is in progress. */
  get end(): TraceEnd | undefined {
    return this.#end;
  }

  step(stage: string, outcome: string, detail?: TraceDetail): void {
    const at = this.#clock.monotonic() - this.#begin;
    this.#steps.push(detail === undefined ? { stage, outcome, at } : { stage, outcome, at, detail });
  }

  finish(answer: Answer | undefined, reason: number): void {
    this.#end = { answer, reason, duration: this.#clock.monotonic() - this.#begin };
  }

  /** The same object for the log, the command line and the test bench. */
  toJSON(): RequestTraceJson {
    return requestTraceJson(this);
  }

  static {
    // What console.log shows is what JSON.stringify shows: without secrets.
    Object.defineProperty(RequestTrace.prototype, Symbol.for("nodejs.util.inspect.custom"), {
      value: RequestTrace.prototype.toJSON,
    });
  }
}

/** What the data of a trace is made of. */
export interface TraceContent {
  readonly id: number;
  readonly received: Pick<ReceivedRequest, "packet" | "client" | "source" | "receivedAt">;
  readonly eap: EapMethodFacts | undefined;
  readonly steps: readonly TraceStep[];
  readonly end: TraceEnd | undefined;
}

export function requestTraceJson({ id, received, eap, steps, end }: TraceContent): RequestTraceJson {
  const { packet, client, source, receivedAt } = received;
  return {
    id,
    receivedAt: new Date(receivedAt).toISOString(),
    request: {
      type: radiusCodeName(packet.code),
      identifier: packet.identifier,
      client: client.name,
      source: `${source.address}:${source.port}`,
      attributes: Array.from(packet, formatted),
    },
    ...(eap && { eap }),
    steps,
    ...(end && {
      answer: end.answer && {
        type: radiusCodeName(end.answer.code),
        attributes: end.answer.attributes.map(formatted),
      },
      reason: { code: end.reason, text: reasonText(end.reason) },
      durationMs: end.duration,
    }),
  };
}

/** A trace as data. An `answer` that is missing although there is a `reason` was not sent: silence. */
export interface RequestTraceJson {
  readonly id: number;
  readonly receivedAt: string;
  readonly request: {
    readonly type: string;
    readonly identifier: number;
    readonly client: string;
    readonly source: string;
    readonly attributes: readonly FormattedAttribute[];
  };
  /** The EAP method, where there is one. */
  readonly eap?: EapMethodFacts;
  readonly steps: readonly TraceStep[];
  readonly answer?: { readonly type: string; readonly attributes: readonly FormattedAttribute[] } | undefined;
  readonly reason?: { readonly code: number; readonly text: string };
  readonly durationMs?: Milliseconds;
}

export interface FormattedAttribute {
  readonly name: string;
  readonly text: string;
}

function formatted(attribute: RawAttribute): FormattedAttribute {
  return formatAttribute(attribute);
}
