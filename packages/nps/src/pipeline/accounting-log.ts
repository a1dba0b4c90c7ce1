import type { ReceivedRequest } from "@sallyport/radius";
import type { Milliseconds } from "@sallyport/runtime";
import type { AttributeList } from "../attribute-list.ts";
import type { EapMethodFacts } from "../eap/eap-service.ts";

/** Where accounting records go (NPS-91). */
export interface AccountingLog {
  /** Whether Access-Requests and their answers are recorded, too. */
  readonly recordsAuthentication: boolean;
  /** Resolves, or returns, when the record would survive the death of the process. */
  write(record: AccountingRecord): void | PromiseLike<void>;
}

/** One record: a request with what came in, or an answer with what goes out. */
export interface AccountingRecord {
  /** Packet-Type: the RADIUS code, 1, 2, 3, 4 or 11 (Table N-12). */
  readonly packetType: number;
  readonly receivedAt: Milliseconds;
  readonly received: ReceivedRequest;
  readonly uniqueId: number;
  readonly attributes: AttributeList;
  /** The attributes of the request, with what NPS knows itself: names, provider, policies. */
  readonly request: AttributeList;
  /** Authentication-Type (Table N-12); undefined for accounting. */
  readonly authenticationType: number | undefined;
  readonly reason: number;
  readonly connectionRequestPolicy: string | undefined;
  readonly networkPolicy: string | undefined;
  /** EAP-Friendly-Name and MS-Acct-EAP-Type (Table N-12): the method, once it is known. */
  readonly eap: EapMethodFacts | undefined;
}
