import { reasonOf } from "@sallyport/errors/nps";
import type { EapMethodFacts } from "../eap/eap-service.ts";
import type { PolicyTried } from "../policies/policy-list.ts";
import { stepWords } from "./narrative.ts";
import type { RequestTraceJson, TraceStep } from "./request-trace.ts";

/**
 * Why a request was answered as it was, for people who did not write the settings: the outcome and its reason, what to look
 * at next, who it was about, and every stage with the policies that were tried. Lines are separated by `\n`; there is none
 * at the end.
 *
 * @example
 * ```ts
 * traceExplanation(trace.toJSON());
 * // Request #17 was rejected, reason 48: No network policy matched the request.
 * // ...
 * //   4. Network policies: none matched
 * //        "VPN" did not match: it asks that NAS-Port-Type is Virtual, but NAS-Port-Type is Ethernet
 * ```
 */
export function traceExplanation(trace: RequestTraceJson): string {
  const { request } = trace;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["Look at", trace.reason && reasonOf(trace.reason.code)?.check],
    ["User", user(trace)],
    ["From", `client ${request.client}, ${request.source}`],
    ["At", trace.receivedAt],
    ["EAP", trace.eap && eapWords(trace.eap)],
    ...Object.entries(trace.eap?.details ?? {}).map(([name, text]) => ["", `${name}: ${text}`] as const),
  ];
  return [
    headline(trace),
    ...facts.flatMap(([name, text]) => (text === undefined ? [] : [`  ${name.padEnd(8)} ${text}`])),
    "",
    `${request.type} asked with`,
    ...request.attributes.map(({ name, text }) => `    ${name} = ${text}`),
    "",
    "What happened",
    ...trace.steps.flatMap(stepLines),
    ...answerLines(trace),
  ].join("\n");
}

function headline(trace: RequestTraceJson): string {
  const { reason } = trace;
  if (reason === undefined) return `Request #${trace.id} is in progress.`;
  const why = reason.code === 0 ? "." : `, reason ${reason.code}: ${reason.text}`;
  return `Request #${trace.id} ${outcomes[trace.answer?.type ?? ""] ?? "got no answer"}${why}`;
}

const outcomes: Readonly<Record<string, string>> = {
  "Access-Accept": "was accepted",
  "Access-Reject": "was rejected",
  "Access-Challenge": "was answered with a challenge",
  "Accounting-Response": "was recorded",
};

/** "PEAP, inside of it mschapv2". */
function eapWords({ name, inner }: EapMethodFacts): string {
  return inner === undefined ? name : `${name}, inside of it ${inner}`;
}

/** The identity before and after realm rules and EAP. */
function user({ account, request }: RequestTraceJson): string | undefined {
  const received = request.attributes.find(({ name }) => name === "User-Name")?.text;
  if (account === undefined) return received;
  return `${received ?? "(no User-Name)"}, looked up as ${account}`;
}

function stepLines(step: TraceStep, index: number): string[] {
  const number = `${index + 1}.`.padStart(4);
  return [`${number} ${step.stage}: ${stepWords(step)}`, ...(step.tried ?? []).map(triedLine)];
}

function triedLine({ policy, matched, condition, seen }: PolicyTried): string {
  const name = `       ${JSON.stringify(policy)}`;
  if (matched) return `${name} matched: all its conditions hold`;
  return `${name} did not match: it asks that ${condition}, but ${seen}`;
}

function answerLines({ answer }: RequestTraceJson): string[] {
  if (answer === undefined || answer.attributes.length === 0) return [];
  return [
    "",
    `${answer.type} sent with`,
    ...answer.attributes.map(({ name, text }) => `    ${name} = ${text}`),
  ];
}
