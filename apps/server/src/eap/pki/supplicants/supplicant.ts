/** What the files of a supplicant are made of. */
export interface SupplicantFacts {
  /** The account: `alice`. */
  readonly account: string;
  readonly password: string;
  /** `alice@lab.example`: the user principal name of the client's certificate. */
  readonly principalName: string;
  /** `anonymous@lab.example`: what everybody on the way may read. */
  readonly anonymousIdentity: string;
  /** The name in the server's certificate. */
  readonly serverName: string;
  /** The name of the wireless network. */
  readonly ssid: string;
  /** The root certificate: a file, and its octets. */
  readonly authority: { readonly file: string; readonly der: Uint8Array };
  readonly client: { readonly certificateFile: string; readonly keyFile: string };
  readonly pkcs12: { readonly der: Uint8Array; readonly password: string };
}

/** The outer methods with their inner ones, under the names of settings and commands. */
export const supplicantMethods = [
  "tls",
  "peap-mschapv2",
  "peap-gtc",
  "peap-tls",
  "ttls-pap",
  "ttls-chap",
  "ttls-mschap",
  "ttls-mschapv2",
  "ttls-eap-md5",
  "ttls-eap-mschapv2",
  "ttls-eap-gtc",
] as const;
export type SupplicantMethod = (typeof supplicantMethods)[number];
