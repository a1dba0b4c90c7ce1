import { reasonText } from "@sallyport/errors/nps";
import type { Clock, Log } from "@sallyport/runtime";
import { auditFields } from "../audit/audit-fields.ts";
import { eventSource, NpsEvent } from "../events.ts";
import { messageOf } from "../host/load-extension.ts";
import { Reason } from "../reason.ts";
import type { NpsRequest } from "../request.ts";
import type { PipelineReports } from "./stage.ts";

/** Writes what stages report as events (Table N-11). */
export function pipelineReports(log: Log): PipelineReports {
  return {
    extensionFailed(request, extension, failure, consequence) {
      log.write({
        source: eventSource,
        id: eventId(request, consequence),
        severity: "error",
        message: `extension ${extension.name} ${failure.message}; request ${request.uniqueId} was ${consequence}`,
        fields: {
          ...about(request, Reason.ExtensionFailed),
          extension: extension.name,
          code: failure.code,
          why: failure.why,
          error: failure.error,
        },
      });
      request.eventWritten = true;
    },
    acceptNotAllowed(request, extension) {
      log.write({
        source: eventSource,
        id: NpsEvent.ProcessingError,
        severity: "warning",
        message: `extension ${extension.name} set raAccept at the authorization point, where it is not allowed; treated as raContinue`,
        fields: { request: request.uniqueId, extension: extension.name },
      });
    },
    recordNotWritten(request, error) {
      log.write({
        source: eventSource,
        id: eventId(request, "discarded"),
        severity: "error",
        message: `the accounting record of request ${request.uniqueId} could not be written: ${messageOf(error)}; the request was discarded`,
        fields: { ...about(request, Reason.RecordNotWritten), error },
      });
      request.eventWritten = true;
    },
  };
}

/** One event in ten seconds: who can start challenges could otherwise fill the log. */
export function challengeOverflowReport(log: Log, clock: Clock): () => void {
  let quietUntil = Number.NEGATIVE_INFINITY;
  return () => {
    if (clock.monotonic() < quietUntil) return;
    quietUntil = clock.monotonic() + 10_000;
    log.write({
      source: eventSource,
      id: NpsEvent.ProcessingError,
      severity: "warning",
      message: "too many challenges are open; the oldest are forgotten before their time",
    });
  };
}

function eventId(request: NpsRequest, consequence: "discarded" | "rejected"): number {
  if (!request.isAccess) return NpsEvent.AccountingDiscarded;
  return consequence === "discarded" ? NpsEvent.RequestDiscarded : NpsEvent.AccessDenied;
}

function about(request: NpsRequest, reason: number): Readonly<Record<string, unknown>> {
  return {
    client: request.received.client.name,
    user: request.userName,
    reason,
    ...auditFields(request, undefined),
    ReasonCode: reason,
    Reason: reasonText(reason),
  };
}
