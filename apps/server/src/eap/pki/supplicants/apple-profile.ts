import { randomUUID } from "node:crypto";
import type { SupplicantFacts, SupplicantMethod } from "./supplicant.ts";
import { xmlText } from "./xml.ts";

/** What iPhones, iPads and Macs can be told by a profile. */
export type AppleMethod = Extract<SupplicantMethod, "tls" | "peap-mschapv2" | "ttls-pap">;

/** A profile for iOS, iPadOS and macOS: open it, then install it in the settings. */
export function appleProfile(method: AppleMethod, facts: SupplicantFacts): string {
  const root = { id: randomUUID().toUpperCase(), kind: "root" };
  const client = { id: randomUUID().toUpperCase(), kind: "client" };
  const identifier = `sallyport.laboratory.${facts.account.toLowerCase()}.${method}`;
  const payloads: PlistValue[] = [
    {
      PayloadType: "com.apple.security.root",
      PayloadVersion: 1,
      PayloadIdentifier: `${identifier}.${root.kind}`,
      PayloadUUID: root.id,
      PayloadDisplayName: "Laboratory root",
      PayloadContent: facts.authority.der,
    },
    ...(method === "tls"
      ? [
          {
            PayloadType: "com.apple.security.pkcs12",
            PayloadVersion: 1,
            PayloadIdentifier: `${identifier}.${client.kind}`,
            PayloadUUID: client.id,
            PayloadDisplayName: facts.principalName,
            PayloadContent: facts.pkcs12.der,
            Password: facts.pkcs12.password,
          },
        ]
      : []),
    {
      PayloadType: "com.apple.wifi.managed",
      PayloadVersion: 1,
      PayloadIdentifier: `${identifier}.network`,
      PayloadUUID: randomUUID().toUpperCase(),
      PayloadDisplayName: facts.ssid,
      SSID_STR: facts.ssid,
      HIDDEN_NETWORK: false,
      AutoJoin: true,
      EncryptionType: "WPA2",
      ...(method === "tls" && { PayloadCertificateUUID: client.id }),
      EAPClientConfiguration: {
        AcceptEAPTypes: [types[method]],
        PayloadCertificateAnchorUUID: [root.id],
        TLSTrustedServerNames: [facts.serverName],
        TLSMinimumVersion: "1.2",
        TLSMaximumVersion: method === "tls" ? "1.3" : "1.2",
        UserName: method === "tls" ? facts.principalName : facts.account,
        ...(method !== "tls" && { OuterIdentity: facts.anonymousIdentity }),
        ...(method === "ttls-pap" && { TTLSInnerAuthentication: "PAP" }),
      },
    },
  ];
  return plist({
    PayloadType: "Configuration",
    PayloadVersion: 1,
    PayloadIdentifier: identifier,
    PayloadUUID: randomUUID().toUpperCase(),
    PayloadDisplayName: `${facts.ssid}, ${facts.account}`,
    PayloadContent: payloads,
  });
}

const types = { tls: 13, "ttls-pap": 21, "peap-mschapv2": 25 } as const;

type PlistValue =
  | string
  | number
  | boolean
  | Uint8Array
  | readonly PlistValue[]
  | { readonly [key: string]: PlistValue };

function plist(value: PlistValue): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
${element(value, "")}
</plist>
`;
}

function element(value: PlistValue, indent: string): string {
  if (typeof value === "string") return `${indent}<string>${xmlText(value)}</string>`;
  if (typeof value === "number") return `${indent}<integer>${value}</integer>`;
  if (typeof value === "boolean") return `${indent}<${value}/>`;
  if (value instanceof Uint8Array) {
    return `${indent}<data>${Buffer.from(value).toString("base64")}</data>`;
  }
  const deeper = `${indent}  `;
  if (Array.isArray(value)) {
    const items = (value as readonly PlistValue[]).map((item) => element(item, deeper));
    return [`${indent}<array>`, ...items, `${indent}</array>`].join("\n");
  }
  const entries = Object.entries(value as { readonly [key: string]: PlistValue }).map(
    ([key, item]) => `${deeper}<key>${key}</key>\n${element(item, deeper)}`,
  );
  return [`${indent}<dict>`, ...entries, `${indent}</dict>`].join("\n");
}
