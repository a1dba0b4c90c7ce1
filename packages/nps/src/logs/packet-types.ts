import { radiusCodeName } from "@sallyport/radius";

/** Packet-Type of a log (Table N-12): `Access-Reject` for 3; `Packet-Type 99` where the number means nothing. */
export function packetTypeName(packetType: number): string {
  return named.get(packetType) ?? `Packet-Type ${packetType}`;
}

const named: ReadonlyMap<number, string> = new Map(
  [1, 2, 3, 4, 5, 11].map((code) => [code, radiusCodeName(code)]),
);

/** Authentication-Type of a log (Table N-12). */
export const LogAuthenticationType = {
  Pap: 1,
  Chap: 2,
  MsChap: 3,
  MsChapV2: 4,
  Eap: 5,
  Arap: 6,
  None: 7,
  /** An extension authenticated. */
  Custom: 8,
  MsChapPasswordChange: 9,
  MsChapV2PasswordChange: 10,
  Peap: 11,
} as const;
