import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { invocation, shown } from "../commands/command-line.ts";
import type { RunningServer } from "../server.ts";
import type { Settings } from "../settings/settings.ts";

/** What to paste into another terminal to see the server work. No secret appears in it. */
export function tryIt(file: string, settings: Settings, addresses: RunningServer["addresses"]): string {
  const [auth = ""] = [addresses.auth].flat();
  const user = settings.accounts[0]?.name;
  const command = invocation();
  const folder = dirname(file);
  const forRadclient = [join(folder, "radclient.secret"), join(folder, "alice.request")];
  const lines = [
    "",
    "Try it from another terminal:",
    ...Object.values(addresses.ras ?? {}).map(
      (address) => `  ${command} ras dial ${address.startsWith("/") ? `unix:${address}` : address}`,
    ),
    ...(auth === "" ? [] : [`  ${command} radius test ${user ?? "USER"} --config ${shown(file)}`]),
    ...(forRadclient.every((path) => existsSync(path))
      ? [`  radclient -x -S ${shown(forRadclient[0] ?? "")} -f ${shown(forRadclient[1] ?? "")} ${auth} auth`]
      : []),
    ...(auth === ""
      ? ["See who is there:", `  ${command} ras ports --config ${shown(file)}`]
      : ["Then see how the decision was made:", `  ${command} trace --config ${shown(file)}`]),
    "",
  ];
  return `${lines.join("\n")}\n`;
}
