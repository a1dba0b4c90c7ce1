import type { KeyKind } from "./tls-laboratory.ts";

export const tlsVersions = ["1.2", "1.3"] as const;
export type TlsVersion = (typeof tlsVersions)[number];

export type TlsMethodName = "tls" | "peap" | "ttls";

/** One kind of login through TLS, which both servers take. */
export interface TlsCase {
  readonly name: TlsCaseName;
  readonly title: string;
  readonly method: TlsMethodName;
  readonly keyKind: KeyKind;
}

export const tlsCaseNames = ["eap-tls-rsa", "eap-tls-p256", "eap-peap", "eap-ttls-pap"] as const;
export type TlsCaseName = (typeof tlsCaseNames)[number];

export const tlsCases: readonly TlsCase[] = [
  { name: "eap-tls-rsa", title: "EAP-TLS, RSA-2048", method: "tls", keyKind: "rsa" },
  { name: "eap-tls-p256", title: "EAP-TLS, P-256", method: "tls", keyKind: "p256" },
  { name: "eap-peap", title: "PEAP with MS-CHAPv2, RSA-2048", method: "peap", keyKind: "rsa" },
  { name: "eap-ttls-pap", title: "TTLS with PAP, RSA-2048", method: "ttls", keyKind: "rsa" },
];

/** What is promised. */
export const tlsPledges = {
  /** CPU of a full login, ours divided by FreeRADIUS's, at most. */
  cpu: 0.9,
  /** CPU of a resumed login, divided by that of a full one, at most. */
  resumed: 0.5,
  /** p99 of PAP beside 100 logins by EAP-TLS a second, divided by that without, at most. */
  papLatency: 5,
  /** What so many conversations inside of TLS take, in MB, less than this. */
  halfOpen: { conversations: 2_000, megabytes: 150 },
} as const;
