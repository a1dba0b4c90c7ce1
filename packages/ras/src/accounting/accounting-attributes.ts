import { attributesFromNames, type RawAttribute } from "@sallyport/radius";
import type { AccountingRecord } from "./accounting-record.ts";

const statusTypes = { start: "Start", interim: "Interim-Update", stop: "Stop" } as const;

/**
 * A record as the attributes of an Accounting-Request (RFC 2866, RFC 2869).
 *
 * @param now the wall clock, milliseconds since the Unix epoch: Event-Timestamp
 */
export function accountingAttributes(record: AccountingRecord, now: number): RawAttribute[] {
  const { status, userName, sessionId, provider, from, address, terminateCause } = record;
  const counted =
    status === "start"
      ? {}
      : {
          "Acct-Session-Time": Math.round(record.durationMs / 1_000),
          ...octets("Input", record.octetsIn),
          ...octets("Output", record.octetsOut),
          "Acct-Input-Packets": record.packetsIn % 2 ** 32,
          "Acct-Output-Packets": record.packetsOut % 2 ** 32,
        };
  return attributesFromNames({
    "Acct-Status-Type": statusTypes[status],
    "Acct-Session-Id": sessionId,
    "User-Name": userName,
    "Acct-Authentic": provider === "RADIUS" ? "RADIUS" : "Local",
    "Service-Type": "Framed",
    "Framed-Protocol": "PPP",
    "Framed-IP-Address": address,
    "Event-Timestamp": new Date(now),
    Class: record.classes,
    ...counted,
    ...(terminateCause !== undefined && { "Acct-Terminate-Cause": terminateCause }),
    ...portAttributes(record),
    ...(from !== "" && { "Calling-Station-Id": from }),
  });
}

/** Which port a packet is about: in access requests, too. */
export function portAttributes({ port, portName }: Pick<AccountingRecord, "port" | "portName">): {
  readonly "NAS-Port": number;
  readonly "NAS-Port-Id": string;
  readonly "NAS-Port-Type": "Async";
} {
  return { "NAS-Port": port, "NAS-Port-Id": portName, "NAS-Port-Type": "Async" };
}

/** RFC 2869 section 5.1: what does not fit into 32 bits counts in the gigawords. */
function octets(direction: "Input" | "Output", count: number): Readonly<Record<string, number>> {
  const gigawords = Math.floor(count / 2 ** 32);
  return {
    [`Acct-${direction}-Octets`]: count % 2 ** 32,
    ...(gigawords > 0 && { [`Acct-${direction}-Gigawords`]: gigawords }),
  };
}
