import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type LineDialog, lineDialog } from "./line-dialog.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** Samba's helpers for SPNEGO, with NTLM inside; the server's one checks the password itself. */
export function sambaSpnego(role: "client" | "server", password: string): LineDialog {
  const folder = temporaryFolder();
  for (const name of ["lock", "private", "state", "cache"]) mkdirSync(join(folder, name));
  const configuration = join(folder, "smb.conf");
  writeFileSync(
    configuration,
    `[global]
workgroup = TESTDOM
netbios name = PEER
lock directory = ${folder}/lock
private dir = ${folder}/private
state directory = ${folder}/state
cache directory = ${folder}/cache
`,
  );
  return lineDialog("ntlm_auth", [
    `--configfile=${configuration}`,
    "--username=alice",
    "--domain=TESTDOM",
    `--password=${password}`,
    `--helper-protocol=${role === "client" ? "gss-spnego-client" : "gss-spnego"}`,
  ]);
}
