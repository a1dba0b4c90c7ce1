import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Ended, run } from "./run.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** The methods under the names of wpa_supplicant. */
export type SupplicantMethod = "MD5" | "MSCHAPV2" | "GTC" | "OTP";
/** Those that carry another inside. */
export type SupplicantTunnel = "PEAP" | "TTLS";

/** Methods that yield session keys. */
const withKeys: ReadonlySet<SupplicantMethod | SupplicantTunnel> = new Set(["MSCHAPV2", "PEAP", "TTLS"]);

export interface EapolTestOptions {
  readonly identity: string;
  readonly password: string;
  /** Seconds; 15 by default. */
  readonly timeout?: number;
  /** Further lines of the network block. */
  readonly further?: readonly string[];
  /** Further arguments. */
  readonly args?: readonly string[];
}

export interface EapolTestResult extends Ended {
  readonly success: boolean;
  /** Whether its keys are the MS-MPPE keys of the server: only methods with keys can say. */
  readonly keysMatch: boolean;
}

/** Lets hostapd's eapol_test log on once. Methods without keys are told not to wait for any. */
export async function eapolTest(
  server: string,
  method: SupplicantMethod | SupplicantTunnel,
  { identity, password, timeout = 15, further = [], args = [] }: EapolTestOptions,
): Promise<EapolTestResult> {
  const file = join(temporaryFolder(), "network.conf");
  const lines = [
    "key_mgmt=IEEE8021X",
    `eap=${method}`,
    `identity=${quoted(identity)}`,
    `password=${quoted(password)}`,
    ...further,
  ];
  writeFileSync(file, `network={\n${lines.map((line) => `  ${line}`).join("\n")}\n}\n`);
  const [address = "", port = ""] = server.split(":");
  const ended = await run("eapol_test", [
    "-c",
    file,
    "-a",
    address,
    "-p",
    port,
    "-s",
    "testing123",
    "-t",
    String(timeout),
    ...(withKeys.has(method) ? [] : ["-n"]),
    ...args,
  ]);
  return {
    ...ended,
    success: ended.status === 0 && /^SUCCESS$/m.test(ended.stdout),
    keysMatch: /MPPE keys OK: [1-9]\d* {2}mismatch: 0/.test(ended.stdout),
  };
}

/** Octets in hexadecimal, which need no quoting; the empty string can be written in one way only. */
function quoted(text: string): string {
  return text === "" ? '""' : Buffer.from(text, "utf8").toString("hex");
}
