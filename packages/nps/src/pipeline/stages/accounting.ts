import { isThenable } from "@sallyport/runtime";
import { ratCRPPolicyName, ratPolicyName } from "../../contract/attribute-types.ts";
import {
  rcAccessChallenge,
  rcAccessRequest,
  rcAccountingRequest,
  rcAccountingResponse,
} from "../../contract/constants.ts";
import { Reason } from "../../reason.ts";
import { finalReason, type NpsRequest } from "../../request.ts";
import type { AccountingRecord } from "../accounting-log.ts";
import { authenticationType } from "../authentication-type.ts";
import { type Disposition, discard, next, type PipelineContext, type Stage } from "../stage.ts";

const stage = "Accounting log";

/**
 * Records the request before it is answered: accounting requests always, Access-Requests and their answers where the
 * log wants them (NPS-43, NPS-91). A challenge is no answer that is recorded. What cannot be recorded is not answered.
 */
export const accounting: Stage = (request, context) => {
  if (!request.isAccess) {
    if (request.responseType === 0) request.decide(rcAccountingResponse, "server");
    return write(request, context, [record(request, rcAccountingRequest)]);
  }
  if (!context.accountingLog.recordsAuthentication) return next;
  const records = [record(request, rcAccessRequest)];
  if (request.responseType !== rcAccessChallenge) records.push(record(request, request.responseType));
  return write(request, context, records);
};

function record(request: NpsRequest, packetType: number): AccountingRecord {
  const incoming = packetType === rcAccessRequest || packetType === rcAccountingRequest;
  const { responseType } = request;
  const outgoing = responseType === 0 ? undefined : request.response(responseType);
  return {
    packetType,
    receivedAt: request.received.receivedAt,
    received: request.received,
    uniqueId: request.uniqueId,
    attributes: incoming || outgoing === undefined ? request.attributes : outgoing,
    request: request.attributes,
    authenticationType: request.isAccess ? authenticationType(request) : undefined,
    reason: incoming ? Reason.Success : finalReason(request),
    connectionRequestPolicy: request.attributes.first(ratCRPPolicyName)?.text,
    networkPolicy: request.attributes.first(ratPolicyName)?.text,
    eap: request.eap?.method,
  };
}

function write(
  request: NpsRequest,
  context: PipelineContext,
  records: readonly AccountingRecord[],
): Disposition | PromiseLike<Disposition> {
  const recorded = (): Disposition => {
    request.trace.step(stage, "recorded");
    return next;
  };
  const failed = (error: unknown): Disposition => {
    request.trace.step(stage, "the record could not be written");
    context.report.recordNotWritten(request, error);
    return discard(Reason.RecordNotWritten);
  };
  try {
    const writes = records.map((one) => context.accountingLog.write(one)).filter(isThenable);
    if (writes.length === 0) return recorded();
    return Promise.all(writes).then(recorded, failed);
  } catch (error) {
    return failed(error);
  }
}
