// Codes of PPP_EAP_PACKET (Table E-1, RFC 3748 section 4) under their names in raseapif.h.

/** The authenticator asks. */
export const EAPCODE_Request = 1;
/** The peer answers. */
export const EAPCODE_Response = 2;
/** The authenticator admits the peer. */
export const EAPCODE_Success = 3;
/** The authenticator refuses the peer. */
export const EAPCODE_Failure = 4;
/** The Code of an EAP packet. */
export type EapCode =
  | typeof EAPCODE_Request
  | typeof EAPCODE_Response
  | typeof EAPCODE_Success
  | typeof EAPCODE_Failure;

/** "Request", "Response", "Success", "Failure"; any other number as it is. */
export function eapCodeName(code: number): string {
  return names[code] ?? `code ${code}`;
}

const names: readonly (string | undefined)[] = [undefined, "Request", "Response", "Success", "Failure"];
