import { type FormattedAttribute, type RequestTraceJson, traceNarrative } from "@sallyport/nps";
import { type Answer, formatAttribute, radiusCodeName } from "@sallyport/radius";

/** The name of an answer's code as the RFCs write it; `"silence"` when nothing was sent. */
export type BenchCodeName =
  | "Access-Accept"
  | "Access-Reject"
  | "Access-Challenge"
  | "Accounting-Response"
  | "silence"
  | (string & {});

/** What a request came to, as the access server and the administrator see it. */
export interface BenchAnswer {
  /** The code of the answer, 2, 3, 5 or 11; undefined for silence. */
  readonly code: number | undefined;
  readonly codeName: BenchCodeName;
  /** The attributes of the answer, in order, as text; secrets, among them State, show as `***`. */
  readonly attributes: readonly FormattedAttribute[];
  /** The text of the first attribute of this name; undefined when there is none. */
  get(name: string): string | undefined;
  /** The octets of the first attribute of this name, secrets too. A tag (RFC 2868) is the first octet. */
  octets(name: string): Uint8Array<ArrayBuffer> | undefined;
  /** Why: the reason code that the event log would show (Table N-10); 0 is success. */
  readonly reason: number;
  readonly trace: RequestTraceJson;
  /** The trace as a narrative for people. */
  explain(): string;
}

/** Makes an answer readable. */
export function benchAnswer(answer: Answer | null, trace: RequestTraceJson): BenchAnswer {
  const sent = (answer?.attributes ?? []).map((attribute) => ({
    ...formatAttribute(attribute),
    value: attribute.value,
  }));
  const first = (name: string) =>
    sent.find((attribute) => attribute.name.toLowerCase() === name.toLowerCase());
  return {
    code: answer?.code,
    codeName: answer === null ? "silence" : radiusCodeName(answer.code),
    attributes: sent.map(({ name, text }) => ({ name, text })),
    get: (name) => first(name)?.text,
    octets: (name) => {
      const found = first(name);
      return found && Uint8Array.from(found.value);
    },
    reason: trace.reason?.code ?? 0,
    trace,
    explain: () => traceNarrative(trace),
  };
}
