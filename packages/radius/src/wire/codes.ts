/** The packet codes that this package names (RFC 2865 section 4, RFC 2866, RFC 5176, RFC 5997 and RFC 3575). */
export const RadiusCode = {
  AccessRequest: 1,
  AccessAccept: 2,
  AccessReject: 3,
  AccountingRequest: 4,
  AccountingResponse: 5,
  AccessChallenge: 11,
  StatusServer: 12,
  StatusClient: 13,
  DisconnectRequest: 40,
  DisconnectAck: 41,
  DisconnectNak: 42,
  CoaRequest: 43,
  CoaAck: 44,
  CoaNak: 45,
} as const;

/** A packet code that has a name here. Other codes from 0 to 255 may arrive all the same. */
export type RadiusCode = (typeof RadiusCode)[keyof typeof RadiusCode];

/** The name of a packet code as the RFCs write it: `"Access-Request"`; `"Code-77"` for one that has none. */
export function radiusCodeName(code: number): string {
  return names.get(code) ?? `Code-${code}`;
}

const names: ReadonlyMap<number, string> = new Map([
  [RadiusCode.AccessRequest, "Access-Request"],
  [RadiusCode.AccessAccept, "Access-Accept"],
  [RadiusCode.AccessReject, "Access-Reject"],
  [RadiusCode.AccountingRequest, "Accounting-Request"],
  [RadiusCode.AccountingResponse, "Accounting-Response"],
  [RadiusCode.AccessChallenge, "Access-Challenge"],
  [RadiusCode.StatusServer, "Status-Server"],
  [RadiusCode.StatusClient, "Status-Client"],
  [RadiusCode.DisconnectRequest, "Disconnect-Request"],
  [RadiusCode.DisconnectAck, "Disconnect-ACK"],
  [RadiusCode.DisconnectNak, "Disconnect-NAK"],
  [RadiusCode.CoaRequest, "CoA-Request"],
  [RadiusCode.CoaAck, "CoA-ACK"],
  [RadiusCode.CoaNak, "CoA-NAK"],
]);

/** Whether a code answers a request of another code (RFC 2865 section 4, RFC 2866 section 4.2, RFC 5997 section 3). */
export function isAnswerTo(request: number, code: number): boolean {
  switch (request) {
    case RadiusCode.AccessRequest:
      return (
        code === RadiusCode.AccessAccept ||
        code === RadiusCode.AccessReject ||
        code === RadiusCode.AccessChallenge
      );
    case RadiusCode.AccountingRequest:
      return code === RadiusCode.AccountingResponse;
    case RadiusCode.StatusServer:
      return code === RadiusCode.AccessAccept || code === RadiusCode.AccountingResponse;
    default:
      return false;
  }
}
