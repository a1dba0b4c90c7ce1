import { resolve } from "node:path";
import { Command, Option } from "commander";
import { type KeyKind, keyKinds } from "../eap/pki/key-pair.ts";
import { laboratoryFiles } from "../eap/pki/laboratory-files.ts";
import { invocation, shown, tell, UsageError } from "./command-line.ts";

interface PkiOptions {
  readonly serverName: string;
  readonly account: readonly string[];
  readonly key: KeyKind;
  readonly ssid: string;
  readonly json?: boolean;
}

/** `sallyport eap pki`: everything that a first 802.1X test needs. */
export function eapPkiCommand(): Command {
  return new Command("pki")
    .description("Make a laboratory: certificates, settings of a server, and files for supplicants.")
    .argument("<folder>", "a new or empty folder")
    .option("--server-name <name>", "the name in the server's certificate", "radius.lab.example")
    .option(
      "--account <name>",
      "an account with its certificate; may be repeated (default: alice)",
      collect,
      [],
    )
    .addOption(
      new Option("--key <kind>", "the kind of all keys: rsa has 2048 bits").choices(keyKinds).default("rsa"),
    )
    .option("--ssid <name>", "the name of the wireless network in the supplicants' files", "Sallyport-Lab")
    .option("--json", "print the files as JSON")
    .addCommand(revokeCommand())
    .addHelpText(
      "after",
      `
Folders are readable by you alone. Nothing is overwritten. The authority asks nobody anything: use it for tests, not for
a network that matters.

Exit status: 0 done, 1 it cannot be written, 2 wrong usage.

Examples:
  sallyport eap pki lab
  sallyport eap pki lab --server-name radius.corp.example --account alice --account bob --key p256
  sallyport eap pki revoke lab alice
  sallyport eap pki lab --json`,
    )
    .action((folder: string, options: PkiOptions) => tell(() => make(folder, options)));
}

function revokeCommand(): Command {
  return new Command("revoke")
    .description("Revoke the certificates of an account and write a new revocation list.")
    .argument("<folder>", "the laboratory's folder")
    .argument("[name]", "the account, or the server's name (default: only the list is renewed)")
    .option("--json", "print what was done as JSON")
    .addHelpText(
      "after",
      `
A server that runs takes the new list when it is told to: sallyport reload.

Exit status: 0 done, 1 it cannot be written, 2 wrong usage.

Examples:
  sallyport eap pki revoke lab alice
  sallyport eap pki revoke lab --json`,
    )
    .action((folder: string, name: string | undefined, _: unknown, command: Command) =>
      tell(async () => {
        const { revokeInLaboratory } = await folders();
        const revoked = await revokeInLaboratory(folder, name);
        const { json } = command.optsWithGlobals<{ json?: boolean }>();
        const list = resolve(folder, laboratoryFiles.revocationList);
        const count = revoked === 1 ? "1 certificate was" : `${revoked} certificates were`;
        process.stdout.write(
          json
            ? `${JSON.stringify({ revoked, revocationList: list })}\n`
            : `${count} revoked; ${shown(list)} is new. A server that runs takes it with: ${invocation()} reload\n`,
        );
        return 0;
      }),
    );
}

async function make(folder: string, options: PkiOptions): Promise<number> {
  const accounts = options.account.length === 0 ? ["alice"] : options.account;
  for (const name of accounts) mustBeFileName(name);
  if (new Set(accounts.map((name) => name.toLowerCase())).size < accounts.length)
    throw new UsageError("an account is named twice", "name each one once");
  if (!/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i.test(options.serverName))
    throw new UsageError(
      `--server-name ${options.serverName} is no DNS name`,
      "write for example radius.lab.example",
    );
  const ssidLength = Buffer.byteLength(options.ssid);
  if (ssidLength < 1 || ssidLength > 32 || /["\n]/.test(options.ssid))
    throw new UsageError("--ssid must be 1 to 32 octets without quotation marks", "write another name");
  const { makeLaboratory } = await folders();
  const files = await makeLaboratory({
    folder,
    accounts,
    serverName: options.serverName,
    keyKind: options.key,
    ssid: options.ssid,
  });
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ folder: resolve(folder), files })}\n`
      : nextSteps(folder, options.serverName, accounts[0]),
  );
  return 0;
}

/** What writes certificates takes a while to load: only these two commands need it. */
function folders(): Promise<typeof import("../eap/pki/laboratory-folder.ts")> {
  return import("../eap/pki/laboratory-folder.ts");
}

function nextSteps(folder: string, serverName: string, account = "alice"): string {
  const place = shown(resolve(folder));
  const settings = `${place}/${laboratoryFiles.settings}`;
  const files = `${place}/clients/${account}`;
  return `${place} holds a laboratory: an authority, the server's certificate, one for each account, and settings.

Start the server:
  ${invocation()} start --config ${settings}

In another terminal, log on with its own client or with that of wpa_supplicant:
  ${invocation()} eap test --config ${settings} --method peap --inner mschapv2 \\
    --ca ${place}/${laboratoryFiles.authority} --server-name ${serverName} ${account}
  eapol_test -c ${files}/eapol_test/peap-mschapv2.conf -s "$(cat ${place}/${laboratoryFiles.secret})"

Files for Windows are in ${files}/windows, for Apple devices in ${files}/apple; the password of
${account} is in ${files}/password.
`;
}

function mustBeFileName(name: string): void {
  if (/^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u.test(name)) return;
  throw new UsageError(
    `--account ${JSON.stringify(name)} cannot be the name of a file`,
    "write the name alone, of letters, digits, dots, hyphens and underscores",
  );
}

function collect(value: string, all: readonly string[]): readonly string[] {
  return [...all, value];
}
