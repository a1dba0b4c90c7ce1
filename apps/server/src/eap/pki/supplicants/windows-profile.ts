import { createHash } from "node:crypto";
import type { SupplicantFacts } from "./supplicant.ts";
import { xmlText } from "./xml.ts";

/** What Windows does by itself. */
export type WindowsMethod = "tls" | "peap-mschapv2" | "ttls-pap";

/** A profile for wireless networks: `netsh wlan add profile filename=...` puts it in force. */
export function windowsWlanProfile(method: WindowsMethod, facts: SupplicantFacts): string {
  const name = xmlText(facts.ssid);
  return `<?xml version="1.0"?>
<WLANProfile xmlns="http://www.microsoft.com/networking/WLAN/profile/v1">
  <name>${name}</name>
  <SSIDConfig>
    <SSID>
      <hex>${Buffer.from(facts.ssid, "utf8").toString("hex").toUpperCase()}</hex>
      <name>${name}</name>
    </SSID>
  </SSIDConfig>
  <connectionType>ESS</connectionType>
  <connectionMode>auto</connectionMode>
  <MSM>
    <security>
      <authEncryption>
        <authentication>WPA2</authentication>
        <encryption>AES</encryption>
        <useOneX>true</useOneX>
      </authEncryption>
${indented(oneX(method, facts), 6)}
    </security>
  </MSM>
</WLANProfile>
`;
}

/** A profile for wired networks: `netsh lan add profile filename=...` puts it in force. */
export function windowsLanProfile(method: WindowsMethod, facts: SupplicantFacts): string {
  return `<?xml version="1.0"?>
<LANProfile xmlns="http://www.microsoft.com/networking/LAN/profile/v1">
  <MSM>
    <security>
      <OneXEnforced>false</OneXEnforced>
      <OneXEnabled>true</OneXEnabled>
${indented(oneX(method, facts), 6)}
    </security>
  </MSM>
</LANProfile>
`;
}

function oneX(method: WindowsMethod, facts: SupplicantFacts): string {
  return `<OneX xmlns="http://www.microsoft.com/networking/OneX/v1">
  <authMode>user</authMode>
  <EAPConfig>
    <EapHostConfig xmlns="http://www.microsoft.com/provisioning/EapHostConfig">
      <EapMethod>
        <Type xmlns="http://www.microsoft.com/provisioning/EapCommon">${types[method]}</Type>
        <VendorId xmlns="http://www.microsoft.com/provisioning/EapCommon">0</VendorId>
        <VendorType xmlns="http://www.microsoft.com/provisioning/EapCommon">0</VendorType>
        <AuthorId xmlns="http://www.microsoft.com/provisioning/EapCommon">${method === "ttls-pap" ? 311 : 0}</AuthorId>
      </EapMethod>
      <Config xmlns="http://www.microsoft.com/provisioning/EapHostConfig">
${indented(configurations[method](facts), 8)}
      </Config>
    </EapHostConfig>
  </EAPConfig>
</OneX>`;
}

const types = { tls: 13, "peap-mschapv2": 25, "ttls-pap": 21 } as const;

const configurations: Readonly<Record<WindowsMethod, (facts: SupplicantFacts) => string>> = {
  tls: (facts) => `<Eap xmlns="http://www.microsoft.com/provisioning/BaseEapConnectionPropertiesV1">
  <Type>13</Type>
  <EapType xmlns="http://www.microsoft.com/provisioning/EapTlsConnectionPropertiesV1">
    <CredentialsSource>
      <CertificateStore>
        <SimpleCertSelection>true</SimpleCertSelection>
      </CertificateStore>
    </CredentialsSource>
${indented(serverValidation(facts), 4)}
    <DifferentUsername>false</DifferentUsername>
  </EapType>
</Eap>`,
  "peap-mschapv2": (
    facts,
  ) => `<Eap xmlns="http://www.microsoft.com/provisioning/BaseEapConnectionPropertiesV1">
  <Type>25</Type>
  <EapType xmlns="http://www.microsoft.com/provisioning/MsPeapConnectionPropertiesV1">
${indented(serverValidation(facts), 4)}
    <FastReconnect>true</FastReconnect>
    <InnerEapOptional>false</InnerEapOptional>
    <Eap xmlns="http://www.microsoft.com/provisioning/BaseEapConnectionPropertiesV1">
      <Type>26</Type>
      <EapType xmlns="http://www.microsoft.com/provisioning/MsChapV2ConnectionPropertiesV1">
        <UseWinLogonCredentials>false</UseWinLogonCredentials>
      </EapType>
    </Eap>
    <EnableQuarantineChecks>false</EnableQuarantineChecks>
    <RequireCryptoBinding>true</RequireCryptoBinding>
    <PeapExtensions>
      <IdentityPrivacy xmlns="http://www.microsoft.com/provisioning/MsPeapConnectionPropertiesV2">
        <EnableIdentityPrivacy>true</EnableIdentityPrivacy>
        <AnonymousUserName>${xmlText(facts.anonymousIdentity)}</AnonymousUserName>
      </IdentityPrivacy>
    </PeapExtensions>
  </EapType>
</Eap>`,
  "ttls-pap": (
    facts,
  ) => `<EapTtls xmlns="http://www.microsoft.com/provisioning/EapTtlsConnectionPropertiesV1">
  <ServerValidation>
    <ServerNames>${xmlText(facts.serverName)}</ServerNames>
    <TrustedRootCAHash>${thumbprint(facts)}</TrustedRootCAHash>
    <DisablePrompt>true</DisablePrompt>
  </ServerValidation>
  <Phase2Authentication>
    <PAPAuthentication/>
  </Phase2Authentication>
  <Phase1Identity>
    <IdentityPrivacy>true</IdentityPrivacy>
    <AnonymousIdentity>${xmlText(facts.anonymousIdentity)}</AnonymousIdentity>
  </Phase1Identity>
</EapTtls>`,
};

function serverValidation(facts: SupplicantFacts): string {
  return `<ServerValidation>
  <DisableUserPromptForServerValidation>true</DisableUserPromptForServerValidation>
  <ServerNames>${xmlText(facts.serverName)}</ServerNames>
  <TrustedRootCA>${thumbprint(facts)}</TrustedRootCA>
</ServerValidation>`;
}

/** The SHA-1 of the root, as Windows shows it. */
function thumbprint({ authority }: SupplicantFacts): string {
  const hash = createHash("sha1").update(authority.der).digest("hex");
  return (hash.match(/../g) ?? []).join(" ");
}

function indented(text: string, by: number): string {
  return text
    .split("\n")
    .map((line) => `${" ".repeat(by)}${line}`)
    .join("\n");
}
