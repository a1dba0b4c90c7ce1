import type { SupplicantFacts, SupplicantMethod } from "./supplicant.ts";

/** A network of wpa_supplicant, which eapol_test reads, too. */
export function wpaSupplicantConfiguration(method: SupplicantMethod, facts: SupplicantFacts): string {
  const lines = [
    `ssid=${quoted(facts.ssid)}`,
    "# On a wire: key_mgmt=IEEE8021X",
    "key_mgmt=WPA-EAP",
    ...identityLines(method, facts),
    "# Only this authority, and only this name: whoever leaves one out gives passwords to strangers.",
    `ca_cert=${quoted(facts.authority.file)}`,
    `domain_match=${quoted(facts.serverName)}`,
    ...methodLines(method, facts),
  ];
  return `network={\n${lines.map((line) => `  ${line}`).join("\n")}\n}\n`;
}

function identityLines(method: SupplicantMethod, facts: SupplicantFacts): string[] {
  if (method === "tls") return ["eap=TLS", `identity=${quoted(facts.principalName)}`];
  const outer = method.startsWith("peap") ? "PEAP" : "TTLS";
  return [
    `eap=${outer}`,
    `identity=${quoted(method === "peap-tls" ? facts.principalName : facts.account)}`,
    `anonymous_identity=${quoted(facts.anonymousIdentity)}`,
  ];
}

function methodLines(method: SupplicantMethod, facts: SupplicantFacts): string[] {
  const { client, password } = facts;
  switch (method) {
    case "tls":
      return [
        `client_cert=${quoted(client.certificateFile)}`,
        `private_key=${quoted(client.keyFile)}`,
        allowTls13,
      ];
    case "peap-tls":
      return [
        'phase2="auth=TLS"',
        `ca_cert2=${quoted(facts.authority.file)}`,
        `domain_match2=${quoted(facts.serverName)}`,
        `client_cert2=${quoted(client.certificateFile)}`,
        `private_key2=${quoted(client.keyFile)}`,
      ];
    default:
      return [`phase2="${phase2(method)}"`, `password=${quoted(password)}`];
  }
}

/** wpa_supplicant leaves TLS 1.3 out unless it is asked for. */
const allowTls13 = 'phase1="tls_disable_tlsv1_3=0"';

/** "peap-gtc" as auth=GTC, "ttls-pap" as auth=PAP, "ttls-eap-md5" as autheap=MD5. */
function phase2(method: SupplicantMethod): string {
  const [, first = "", second] = method.split("-");
  return second === undefined ? `auth=${first.toUpperCase()}` : `autheap=${second.toUpperCase()}`;
}

/** wpa_supplicant takes what stands between the first and the last quotation mark as it is. */
function quoted(text: string): string {
  return `"${text}"`;
}
