import { type LineDialog, lineDialog } from "./line-dialog.ts";
import { sambaConfiguration } from "./samba-configuration.ts";

/** Samba's helpers for SPNEGO, with NTLM inside; the server's one checks the password itself. */
export function sambaSpnego(role: "client" | "server", password: string): LineDialog {
  return lineDialog("ntlm_auth", [
    `--configfile=${sambaConfiguration()}`,
    "--username=alice",
    "--domain=TESTDOM",
    `--password=${password}`,
    `--helper-protocol=${role === "client" ? "gss-spnego-client" : "gss-spnego"}`,
  ]);
}
