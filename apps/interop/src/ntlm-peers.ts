import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { lineDialog } from "./line-dialog.ts";
import { sambaConfiguration } from "./samba-configuration.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** One end of an NTLM context in another program. */
export interface NtlmPeer {
  /** Takes a token, none to begin, and gives the one to send, which may be empty. */
  step(token?: Uint8Array): Promise<Uint8Array>;
  /** The session key that the other program exports. */
  key(): Promise<Uint8Array>;
}

/** One that protects messages too. */
export interface NtlmMessagePeer extends NtlmPeer {
  wrap(data: Uint8Array): Promise<Uint8Array>;
  unwrap(data: Uint8Array): Promise<Uint8Array>;
  sign(data: Uint8Array): Promise<Uint8Array>;
  verify(signature: Uint8Array, data: Uint8Array): Promise<Uint8Array>;
}

export interface NtlmPeerOptions {
  readonly password?: string;
  /** What it asks for: integrity, confidentiality. */
  readonly flags?: readonly string[];
  /** Application data of channel bindings. */
  readonly bindings?: Uint8Array;
}

const toBase64 = (data: Uint8Array): string => Buffer.from(data).toString("base64");
const fromBase64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "base64"));

/** gss-ntlmssp behind MIT's GSS-API or inside its SPNEGO, or the client of impacket; it is ended when the test has finished. */
export function pythonNtlm(
  mechanism: "gss-ntlmssp" | "gss-spnego" | "impacket",
  role: "initiate" | "accept",
  { password = "alicepw", flags = [], bindings = new Uint8Array(0) }: NtlmPeerOptions = {},
): NtlmMessagePeer {
  const users = join(temporaryFolder(), "users");
  writeFileSync(users, `TESTDOM:alice:${password}\n`);
  const program = fileURLToPath(new URL("ntlm-peer.py", import.meta.url));
  const { ask } = lineDialog(
    "/usr/bin/python3",
    [program, mechanism, role, password, flags.join(","), toBase64(bindings)],
    { ...process.env, NTLM_USER_FILE: users },
  );
  const call = async (verb: string, data: Uint8Array = new Uint8Array(0)): Promise<Uint8Array> => {
    const [, state, text = ""] = /^(\S+) ?(.*)$/.exec(await ask(`${verb} ${toBase64(data)}`)) ?? [];
    if (state === "error") throw new Error(text);
    return fromBase64(text);
  };
  return {
    step: (token) => call("step", token),
    key: () => call("key"),
    wrap: (data) => call("wrap", data),
    unwrap: (data) => call("unwrap", data),
    sign: (data) => call("sign", data),
    verify: (signature, data) => call("verify", Uint8Array.of(...signature, ...data)),
  };
}

/** Samba's helpers for bare NTLM; the server's one checks the password itself. */
export async function sambaNtlm(
  role: "initiate" | "accept",
  { password = "alicepw", flags = [] }: NtlmPeerOptions = {},
): Promise<NtlmPeer & { /** `DOMAIN\user`, once the server's helper has said so. */ user(): string }> {
  const { ask } = lineDialog("ntlm_auth", [
    `--configfile=${sambaConfiguration()}`,
    "--username=alice",
    "--domain=TESTDOM",
    `--password=${password}`,
    `--helper-protocol=${role === "initiate" ? "ntlmssp-client-1" : "squid-2.5-ntlmssp"}`,
  ]);
  for (const flag of flags) {
    const answer = await ask(`SF NTLMSSP_FEATURE_${flag}`);
    if (answer !== "OK") throw new Error(`ntlm_auth does not know ${flag}: ${answer}`);
  }
  let isFirst = true;
  let user = "";
  return {
    async step(token) {
      const verb = role === "initiate" ? (isFirst ? "YR" : "TT") : isFirst ? "YR" : "KK";
      isFirst = false;
      const [, code = "", text = ""] =
        /^(\S+) ?(.*)$/.exec(await ask(`${verb} ${toBase64(token ?? new Uint8Array(0))}`.trim())) ?? [];
      if (code === "NA" || code === "BH") throw new Error(text);
      if (role === "initiate" || code === "TT") return fromBase64(text);
      user = text;
      return new Uint8Array(0);
    },
    async key() {
      const [, code, text = ""] = /^(\S+) ?(.*)$/.exec(await ask("GK")) ?? [];
      if (code !== "GK") throw new Error(`no session key: ${text}`);
      return fromBase64(text);
    },
    user: () => user,
  };
}
