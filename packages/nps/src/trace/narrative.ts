import type { FormattedAttribute, RequestTraceJson, TraceStep } from "./request-trace.ts";

/**
 * A trace as one readable line: what was answered, to whom, and why.
 *
 * @example
 * ```ts
 * traceLine(trace.toJSON());
 * // "#17 Access-Reject alice@lab 127.0.0.1:40112  reason 16: Authentication failed: ...  1.2 ms"
 * ```
 */
export function traceLine(trace: RequestTraceJson): string {
  const user = attributeNamed(trace, "User-Name");
  const who = [user, trace.request.client].filter(Boolean).join("@");
  return [
    `#${trace.id} ${outcome(trace)}`,
    [who, trace.request.source].join(" "),
    ...accountingWords(trace),
    ...(trace.eap === undefined
      ? []
      : [`EAP ${[trace.eap.name, trace.eap.inner].filter(Boolean).join("/")}`]),
    ...why(trace),
    duration(trace.durationMs),
  ].join("  ");
}

/**
 * A trace as a narrative: the request with its attributes, each stage with what it did and when, the answer.
 * Lines are separated by `\n`; there is none at the end.
 */
export function traceNarrative(trace: RequestTraceJson): string {
  const { request } = trace;
  const width = Math.max(0, ...trace.steps.map((step) => step.stage.length));
  return [
    `Request #${trace.id}: ${request.type} (identifier ${request.identifier}) from client ${request.client}, ${request.source}, at ${trace.receivedAt}`,
    ...request.attributes.map(attributeLine),
    "",
    ...trace.steps.map((step) => stepLine(step, width)),
    "",
    answerLine(trace),
    ...(trace.answer?.attributes.map(attributeLine) ?? []),
  ].join("\n");
}

/** What a stage did, with what it did it to: `matched (policy "staff")`. */
export function stepWords(step: TraceStep): string {
  const detail = Object.entries(step.detail ?? {})
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${typeof value === "string" ? JSON.stringify(value) : value}`)
    .join(", ");
  return detail === "" ? step.outcome : `${step.outcome} (${detail})`;
}

function stepLine(step: TraceStep, width: number): string {
  return `${duration(step.at).padStart(10)}  ${step.stage.padEnd(width)}  ${stepWords(step)}`;
}

function answerLine(trace: RequestTraceJson): string {
  const reason = trace.reason && `reason ${trace.reason.code}: ${trace.reason.text}`;
  if (trace.answer !== undefined) {
    // A challenge decides nothing yet: there is no reason to tell.
    const undecided = trace.answer.type === "Access-Challenge" && trace.reason?.code === 0;
    return `Answer: ${trace.answer.type} after ${duration(trace.durationMs)}.${undecided ? "" : ` ${reason}`}`;
  }
  return reason === undefined ? "In progress." : `No answer was sent. ${reason}`;
}

function attributeLine({ name, text }: FormattedAttribute): string {
  return `    ${name} = ${text}`;
}

function outcome(trace: RequestTraceJson): string {
  return trace.answer?.type ?? (trace.reason === undefined ? "in progress" : "discarded");
}

function why(trace: RequestTraceJson): string[] {
  if (trace.reason === undefined || trace.reason.code === 0) return [];
  return [`reason ${trace.reason.code}: ${trace.reason.text}`];
}

function accountingWords(trace: RequestTraceJson): string[] {
  const status = attributeNamed(trace, "Acct-Status-Type");
  if (status === undefined) return [];
  const session = attributeNamed(trace, "Acct-Session-Id");
  return [session === undefined ? status : `${status} session ${session}`];
}

function attributeNamed(trace: RequestTraceJson, name: string): string | undefined {
  return trace.request.attributes.find((attribute) => attribute.name === name)?.text;
}

function duration(milliseconds: number | undefined): string {
  return `${(milliseconds ?? 0).toFixed(1)} ms`;
}
