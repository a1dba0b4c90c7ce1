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
import type { PolicyTrial, PolicyTried } from "../policies/policy-list.ts";

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
  /** The policies that were tried, in order, and why each did or did not match. */
  readonly tried?: readonly PolicyTried[];
}

/** A step while nobody looks: what was tried is put into words on demand. */
export interface RecordedStep extends Omit<TraceStep, "tried"> {
  readonly trial?: Pick<PolicyTrial<unknown>, "tried"> | undefined;
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
  /** Whom the request is about, as `DOMAIN\\user`, once it is known: the User-Name after realm rules, or EAP's identity. */
  account: string | undefined = undefined;
  readonly #clock: Clock;
  readonly #begin: Milliseconds;
  readonly #steps: RecordedStep[] = [];
  #end: TraceEnd | undefined;

  constructor(id: number, received: ReceivedRequest, clock: Clock) {
    this.id = id;
    this.received = received;
    this.#clock = clock;
    this.#begin = clock.monotonic();
  }

  get steps(): readonly RecordedStep[] {
    return this.#steps;
  }

  /** Undefined while the request is in progress. */
  get end(): TraceEnd | undefined {
    return this.#end;
  }

  step(stage: string, outcome: string, detail?: TraceDetail, trial?: RecordedStep["trial"]): void {
    const at = this.#clock.monotonic() - this.#begin;
    if (trial !== undefined && detail !== undefined) this.#steps.push({ stage, outcome, at, detail, trial });
    else this.#steps.push(detail === undefined ? { stage, outcome, at } : { stage, outcome, at, detail });
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
  readonly account: string | undefined;
  readonly steps: readonly RecordedStep[];
  readonly end: TraceEnd | undefined;
}

export function requestTraceJson({ id, received, eap, account, steps, end }: TraceContent): RequestTraceJson {
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
    ...(account !== undefined && { account }),
    ...(eap && { eap }),
    steps: steps.map(shown),
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

/** The policies tried are told when somebody reads the property. */
function shown(step: RecordedStep): TraceStep {
  if (step.trial === undefined) return step;
  const { trial, ...rest } = step;
  return {
    ...rest,
    get tried() {
      return trial?.tried() ?? [];
    },
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
  /** Whom the request is about, as `DOMAIN\\user`: the User-Name after realm rules, or EAP's identity. */
  readonly account?: string;
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
