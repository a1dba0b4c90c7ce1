import {
  decodeRadiusPacket,
  keepAnswer,
  keptAnswer,
  keptAnswerLength,
  type RadiusClientSettings,
} from "@sallyport/radius";
import type { EapMethodFacts } from "../eap/eap-service.ts";
import {
  type RecordedStep,
  type RequestTrace,
  type RequestTraceJson,
  requestTraceJson,
  type TraceDetail,
  type TraceEnd,
} from "./request-trace.ts";

/**
 * The traces of the last requests, so that a decision can be explained afterwards; when full, the oldest goes.
 *
 * A trace is copied into memory that stays and is written over: thousands of young objects that live for a moment
 * longer than their request are what a garbage collector is slowest at.
 *
 * @example
 * ```ts
 * const traces = new TraceMemory(1_000);
 * const nps = new Nps({ ...options, onTrace: (trace) => traces.add(trace) });
 * traces.last(1); // the newest request, as data
 * ```
 */
export class TraceMemory {
  readonly #slots: KeptTrace[] = [];
  readonly #size: number;
  #next = 0;

  /** @param size how many traces it keeps, a whole number of at least 1 */
  constructor(size: number) {
    if (!Number.isSafeInteger(size) || size < 1) {
      throw new RangeError(`size must be a whole number of at least 1, found ${size}`);
    }
    this.#size = size;
  }

  /** Keeps a trace that is finished. */
  add(trace: RequestTrace): void {
    let slot = this.#slots[this.#next];
    if (slot === undefined) {
      slot = new KeptTrace();
      this.#slots.push(slot);
    }
    slot.keep(trace);
    this.#next = (this.#next + 1) % this.#size;
  }

  /** The trace of one request; undefined when it is too long ago, or was never there. */
  find(id: number): RequestTraceJson | undefined {
    return this.#slots.find((slot) => slot.id === id)?.toJSON();
  }

  /** The newest traces, oldest first. */
  last(count: number): RequestTraceJson[] {
    const inOrder = [...this.#slots.slice(this.#next), ...this.#slots.slice(0, this.#next)];
    return inOrder.slice(-count).map((slot) => slot.toJSON());
  }
}

/** One place of the memory. Everything here is written over by the next trace that gets the place. */
class KeptTrace {
  id = 0;
  #receivedAt = 0;
  #client: RadiusClientSettings | undefined;
  #address = "";
  #port = 0;
  #eap: EapMethodFacts | undefined;
  #account: string | undefined;
  /** The request, then the answer, if there was one. */
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(512);
  #requestLength = 0;
  #length = 0;
  /** Stage, outcome, detail and trial of each step, one behind the other; `#times` holds when. */
  readonly #steps: (string | TraceDetail | RecordedStep["trial"])[] = [];
  #times: Float64Array<ArrayBuffer> = new Float64Array(16);
  #stepCount = 0;
  #ended = false;
  #reason = 0;
  #duration = 0;

  keep(trace: RequestTrace): void {
    const { packet, client, source, receivedAt } = trace.received;
    this.id = trace.id;
    this.#receivedAt = receivedAt;
    this.#client = client;
    this.#address = source.address;
    this.#port = source.port;
    this.#eap = trace.eap;
    this.#account = trace.account;
    this.#reserve(packet.length);
    this.#bytes.set(packet.bytes);
    this.#requestLength = packet.length;
    this.#length = packet.length;
    this.#keepSteps(trace.steps);
    this.#keepEnd(trace.end);
  }

  toJSON(): RequestTraceJson {
    const { id } = this;
    if (this.#client === undefined) throw new Error("nothing was kept here");
    return requestTraceJson({
      id,
      received: {
        packet: decodeRadiusPacket(this.#bytes.slice(0, this.#requestLength)),
        client: this.#client,
        source: { address: this.#address, port: this.#port },
        receivedAt: this.#receivedAt,
      },
      eap: this.#eap,
      account: this.#account,
      steps: this.#keptSteps(),
      end: this.#keptEnd(),
    });
  }

  #keepSteps(steps: readonly RecordedStep[]): void {
    const before = this.#stepCount;
    this.#stepCount = steps.length;
    if (steps.length > this.#times.length) this.#times = new Float64Array(2 * steps.length);
    for (let index = 0; index < steps.length; index++) {
      const step = steps[index] as RecordedStep;
      this.#times[index] = step.at;
      this.#steps[4 * index] = step.stage;
      this.#steps[4 * index + 1] = step.outcome;
      this.#steps[4 * index + 2] = step.detail;
      this.#steps[4 * index + 3] = step.trial;
    }
    this.#steps.fill(undefined, 4 * steps.length, 4 * before);
  }

  #keptSteps(): RecordedStep[] {
    return Array.from({ length: this.#stepCount }, (_, index) => {
      const [stage, outcome, detail, trial] = this.#steps.slice(4 * index, 4 * index + 4);
      const at = this.#times[index] as number;
      return {
        stage: stage as string,
        outcome: outcome as string,
        at,
        ...(detail && { detail: detail as TraceDetail }),
        ...(trial && { trial: trial as RecordedStep["trial"] }),
      };
    });
  }

  #keepEnd(end: TraceEnd | undefined): void {
    this.#ended = end !== undefined;
    this.#reason = end?.reason ?? 0;
    this.#duration = end?.duration ?? 0;
    if (end?.answer === undefined) return;
    this.#reserve(this.#length + keptAnswerLength(end.answer));
    this.#length = keepAnswer(end.answer, this.#bytes, this.#length);
  }

  #keptEnd(): TraceEnd | undefined {
    if (!this.#ended) return undefined;
    const sent = this.#length > this.#requestLength;
    const answer = sent ? keptAnswer(this.#bytes.subarray(this.#requestLength, this.#length)) : undefined;
    return { answer, reason: this.#reason, duration: this.#duration };
  }

  #reserve(length: number): void {
    if (length <= this.#bytes.length) return;
    const larger = new Uint8Array(2 * length);
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}
