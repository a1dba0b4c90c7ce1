import type { Log, Severity } from "@sallyport/runtime";
import { eapStatusText } from "../contract/status-codes.ts";
import type { DiagnosticEffect, EapDiagnostic } from "../engine/effects.ts";
import { EapEvent, eapEventSource } from "../events.ts";

/** Writes what an engine noticed. Facts only: no packet contents, no credentials (EAP-92). */
export function logDiagnostic(log: Log, effect: DiagnosticEffect, method: string): void {
  const { diagnostic, detail } = effect;
  const [id, severity, text] = entries[diagnostic];
  const known = diagnostic === "method-error" ? eapStatusText(Number(detail)) : `${detail}`;
  log.write({
    source: eapEventSource,
    id,
    severity,
    message: `EAP method ${method}: ${text}: ${known}`,
    fields: { method, diagnostic, detail },
  });
}

/** Writes that a call of a module failed or took long. */
export function logCall(
  log: Log,
  event: EapEvent,
  severity: Severity,
  method: string,
  what: string,
  fields: Readonly<Record<string, unknown>> = {},
): void {
  log.write({
    source: eapEventSource,
    id: event,
    severity,
    message: `EAP method ${method}: ${what}`,
    fields: { method, ...fields },
  });
}

const { MethodFailed, MethodMisbehaved, PacketDropped, SessionLimit } = EapEvent;

const entries: Readonly<Record<EapDiagnostic, readonly [id: EapEvent, severity: Severity, text: string]>> = {
  "malformed-packet": [PacketDropped, "debug", "dropped what is no packet"],
  "unexpected-packet": [PacketDropped, "debug", "dropped a packet without meaning here"],
  "packet-queue-full": [PacketDropped, "debug", "the queue of packets was full; identifier"],
  "packet-discarded": [PacketDropped, "debug", "the method discarded a packet; last identifier sent"],
  "method-error": [MethodFailed, "error", "the session was disconnected"],
  "bad-send-packet": [MethodFailed, "error", "what is to be sent is no packet; code and length"],
  "bad-action": [MethodFailed, "error", "not an action for this role"],
  "bad-identity": [MethodFailed, "error", "the identity is no UTF-8, or longer than 256 characters; length"],
  "no-answer": [SessionLimit, "warning", "no answer after all resends; identifier"],
  "session-limit": [SessionLimit, "warning", "the session took longer than allowed; milliseconds"],
  "round-limit": [SessionLimit, "warning", "the session had more rounds than allowed"],
  "peer-retransmits": [MethodMisbehaved, "debug", "a peer's method uses a timeout action; action"],
  "attributes-repeated": [
    MethodMisbehaved,
    "debug",
    "attributes of begin were passed on to the provider; number",
  ],
  "no-session-keys": [MethodFailed, "error", "encryption is required and no session keys came; index"],
  "no-common-type": [SessionLimit, "information", "no type in common; types named by the peer"],
  "no-interactive-ui": [MethodFailed, "error", "a dialog is not possible"],
  "request-ignored": [MethodMisbehaved, "warning", "ignored"],
};
