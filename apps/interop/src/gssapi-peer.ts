import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { lineDialog } from "./line-dialog.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** One end of a context of MIT Kerberos' SPNEGO, with gss-ntlmssp as its mechanism. */
export interface GssapiPeer {
  /** Takes a token, none to begin; empty when there is none to send. */
  step(token?: Uint8Array): Promise<{ readonly token: Uint8Array; readonly isComplete: boolean }>;
  /** Any other call: wrap, unwrap, sign, verify (signature and message), key, name. */
  call(verb: string, data?: Uint8Array): Promise<Uint8Array>;
}

/** Starts one; it is ended when the test has finished. */
export function gssapiPeer(
  role: "initiate" | "accept",
  { password = "alicepw", confidential = true } = {},
): GssapiPeer {
  const users = join(temporaryFolder(), "users");
  writeFileSync(users, `TESTDOM:alice:${password}\n`);
  const program = fileURLToPath(new URL("gssapi-peer.py", import.meta.url));
  const args = [
    program,
    role,
    "TESTDOM\\alice",
    "HTTP@localhost",
    confidential ? "confidential" : "integrity",
  ];
  const { ask } = lineDialog("/usr/bin/python3", args, { ...process.env, NTLM_USER_FILE: users });
  const answered = async (line: string) => {
    const [state, text = ""] = splitOnce(await ask(line));
    if (state === "error") throw new Error(text);
    return { state, data: new Uint8Array(Buffer.from(text, "base64")) };
  };
  return {
    async step(token = new Uint8Array(0)) {
      const { state, data } = await answered(`step ${Buffer.from(token).toString("base64")}`);
      return { token: data, isComplete: state === "complete" };
    },
    call: async (verb, data = new Uint8Array(0)) =>
      (await answered(`${verb} ${Buffer.from(data).toString("base64")}`)).data,
  };
}

function splitOnce(line: string): [string, string] {
  const at = line.indexOf(" ");
  return at < 0 ? [line, ""] : [line.slice(0, at), line.slice(at + 1)];
}
