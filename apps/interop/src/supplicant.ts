import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ClientCertificate, Laboratory } from "./laboratory.ts";
import { run } from "./run.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** Every TLS method with what may be inside, as settings name them. */
export const tlsMethods = [
  "tls",
  "peap/mschapv2",
  "peap/gtc",
  "peap/tls",
  "ttls/pap",
  "ttls/chap",
  "ttls/mschap",
  "ttls/mschapv2",
  "ttls/eap-md5",
  "ttls/eap-mschapv2",
  "ttls/eap-gtc",
] as const;
export type TlsMethod = (typeof tlsMethods)[number];

export interface SupplicantOptions {
  readonly method: TlsMethod;
  readonly version?: "1.2" | "1.3";
  readonly password?: string;
  /** The client's certificate; alice's by default, none with null. */
  readonly certificate?: ClientCertificate | null;
  /** The file of the authority that is trusted; `ca.pem` by default. */
  readonly authority?: string;
  /** The name that the server must have. */
  readonly serverName?: string;
  readonly fragmentSize?: number;
  /** How often it logs on again, which resumes the session. */
  readonly again?: number;
  /** Distinguishes this log-on from others: a MAC address. */
  readonly station?: string;
}

export interface SupplicantResult {
  readonly success: boolean;
  /** How often its keys were the MS-MPPE keys of the server. */
  readonly keysMatch: number;
  readonly keysDiffer: number;
  /** The version of TLS that was used. */
  readonly version: string | undefined;
  readonly output: string;
}

/** Lets eapol_test log on, with the keys compared. */
export async function supplicant(
  server: string,
  laboratory: Laboratory,
  options: SupplicantOptions,
): Promise<SupplicantResult> {
  const { again = 0, station = "02:00:00:00:00:01" } = options;
  const file = join(temporaryFolder(), "network.conf");
  writeFileSync(file, `network={\n  ${networkLines(laboratory, options).join("\n  ")}\n}\n`);
  const [address = "", port = ""] = server.split(":");
  const place = ["-c", file, "-a", address, "-p", port, "-s", "testing123"];
  const ended = await run("eapol_test", [...place, "-t", "8", "-M", station, "-r", String(again)]);
  const [, match = "0", differ = "0"] = /MPPE keys OK: (\d+) {2}mismatch: (\d+)/.exec(ended.stdout) ?? [];
  return {
    success: ended.status === 0 && /^SUCCESS$/m.test(ended.stdout),
    keysMatch: Number(match),
    keysDiffer: Number(differ),
    version: /SSL: Using TLS version (\S+)/.exec(ended.stdout)?.[1],
    output: ended.stdout,
  };
}

function networkLines(laboratory: Laboratory, options: SupplicantOptions): string[] {
  const { method, version = "1.2", password = "wonderland", certificate = "alice" } = options;
  const { authority = "ca.pem", serverName = laboratory.serverName, fragmentSize } = options;
  const [outer = "", inner = ""] = method.split("/");
  const certificates = method === "tls" || inner === "tls";
  const second = inner === "tls" ? "2" : "";
  const phase1 = [`tls_disable_tlsv1_3=${version === "1.3" ? 0 : 1}`, "tls_disable_session_ticket=0"];
  return [
    "key_mgmt=IEEE8021X",
    `eap=${outer.toUpperCase()}`,
    `identity="${certificates ? "alice@lab.example" : "alice"}"`,
    ...(outer === "tls" ? [] : ['anonymous_identity="anonymous@lab.example"', `phase2="${phase2(inner)}"`]),
    `phase1="${phase1.join(" ")}"`,
    `ca_cert="${laboratory.file(authority)}"`,
    `domain_match="${serverName}"`,
    ...(second === "" ? [] : [`ca_cert2="${laboratory.file("ca.pem")}"`]),
    ...(fragmentSize === undefined ? [] : [`fragment_size=${fragmentSize}`]),
    ...(certificates && certificate !== null
      ? [
          `client_cert${second}="${laboratory.file(`${certificate}.pem`)}"`,
          `private_key${second}="${laboratory.file(`${certificate}.key`)}"`,
        ]
      : []),
    ...(certificates ? [] : [`password="${password}"`]),
  ];
}

/** "gtc" as auth=GTC, "eap-md5" as autheap=MD5. */
function phase2(inner: string): string {
  return inner.startsWith("eap-") ? `autheap=${inner.slice(4).toUpperCase()}` : `auth=${inner.toUpperCase()}`;
}
