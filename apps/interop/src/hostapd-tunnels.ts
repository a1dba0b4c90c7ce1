import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TlsProtocol } from "@sallyport/tls-engine";
import { onTestFinished } from "vitest";
import { freePort } from "./free-port.ts";
import { temporaryFolder } from "./temporary-folder.ts";

export interface HostapdTunnels {
  readonly version: TlsProtocol;
  /** Files of certificate, key and authority. */
  readonly certificate: string;
  readonly key: string;
  readonly authority: string;
}

/** The RADIUS server within hostapd, with PEAP and TTLS; alice's password is wonderland, outside everybody is anonymous. */
export async function startHostapdTunnels(options: HostapdTunnels): Promise<{ readonly auth: string }> {
  const port = await freePort();
  const folder = temporaryFolder();
  const users = `"anonymous" PEAP,TTLS
"alice" MSCHAPV2,GTC,MD5,TTLS-PAP,TTLS-CHAP,TTLS-MSCHAP,TTLS-MSCHAPV2 "wonderland" [2]
`;
  writeFileSync(join(folder, "users"), users);
  writeFileSync(join(folder, "clients"), "127.0.0.1/32 testing123\n");
  const flags = options.version === "TLSv1.3" ? "[ENABLE-TLSv1.3][DISABLE-TLSv1.2]" : "[DISABLE-TLSv1.3]";
  writeFileSync(
    join(folder, "hostapd.conf"),
    `driver=none
interface=tunnels
logger_stdout=-1
logger_stdout_level=2
eap_server=1
eap_user_file=${folder}/users
ca_cert=${options.authority}
server_cert=${options.certificate}
private_key=${options.key}
radius_server_clients=${folder}/clients
radius_server_auth_port=${port}
tls_session_lifetime=3600
tls_flags=${flags}
`,
  );
  const child = spawn("hostapd", [join(folder, "hostapd.conf")], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "close");
  });
  let said = "";
  await new Promise<void>((resolve, reject) => {
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      if (said.includes("AP-ENABLED")) resolve();
    });
    child.on("error", reject).on("close", () => reject(new Error(`hostapd did not start:\n${said}`)));
  });
  return { auth: `127.0.0.1:${port}` };
}
