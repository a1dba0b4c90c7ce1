import { freePort } from "./free-port.ts";
import {
  freeRadiusPlaces,
  passwordModules,
  passwordSections,
  startFreeRadius,
  usersFile,
} from "./freeradius.ts";

export interface FreeRadiusEap {
  /** "127.0.0.1:50000"; the secret is "testing123". */
  readonly auth: string;
  log(): string;
}

/** A FreeRADIUS that authenticates by EAP; `users` are names with their clear passwords. */
export async function startFreeRadiusEap(
  defaultType: "md5" | "mschapv2" | "gtc",
  users: Readonly<Record<string, string>>,
): Promise<FreeRadiusEap> {
  const auth = await freePort();
  const log = await startFreeRadius((folder) => configuration(folder, auth, defaultType), {
    users: usersFile(users),
  });
  return { auth: `127.0.0.1:${auth}`, log };
}

function configuration(folder: string, port: number, defaultType: string): string {
  return `
${freeRadiusPlaces(folder)}
client access_server {
  ipaddr = 127.0.0.1
  secret = testing123
}
modules {
${passwordModules(folder)}
  eap {
    default_eap_type = ${defaultType}
    timer_expire = 60
    md5 {
    }
    gtc {
      auth_type = PAP
    }
    mschapv2 {
    }
  }
}
server eap {
  listen {
    type = auth
    ipaddr = 127.0.0.1
    port = ${port}
  }
${passwordSections}
}
`;
}
