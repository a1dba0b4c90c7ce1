import { freePorts, freeRadiusPlaces, startFreeRadius } from "./freeradius.ts";

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
  const [auth] = await freePorts(1);
  const entries = Object.entries(users).map(
    ([name, password]) => `"${name}" Cleartext-Password := "${password}"`,
  );
  const log = await startFreeRadius((folder) => configuration(folder, auth, defaultType), {
    users: `${entries.join("\n")}\n`,
  });
  return { auth: `127.0.0.1:${auth}`, log };
}

function configuration(folder: string, port: number | undefined, defaultType: string): string {
  return `
${freeRadiusPlaces(folder)}
client access_server {
  ipaddr = 127.0.0.1
  secret = testing123
}
modules {
  files {
    usersfile = ${folder}/users
  }
  pap {
  }
  chap {
  }
  mschap {
    use_mppe = yes
  }
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
  authorize {
    files
    chap
    mschap
    eap
    pap
  }
  authenticate {
    Auth-Type PAP {
      pap
    }
    Auth-Type CHAP {
      chap
    }
    Auth-Type MS-CHAP {
      mschap
    }
    eap
  }
}
`;
}
