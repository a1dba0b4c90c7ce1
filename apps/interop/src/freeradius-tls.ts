import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import {
  freeRadiusPlaces,
  passwordModules,
  passwordSections,
  startFreeRadius,
  usersFile,
} from "./freeradius.ts";
import { temporaryFolder } from "./temporary-folder.ts";

export interface FreeRadiusTlsOptions {
  /** What it offers first. */
  readonly first: "tls" | "peap" | "ttls";
  /** What it offers first in tunnels; mschapv2 by default. */
  readonly inner?: "mschapv2" | "gtc" | "md5" | "tls";
  /** In PEM. */
  readonly certificate: string;
  readonly key: string;
  readonly authority: string;
  /** With it, revocation is checked. */
  readonly revocationList?: string;
  /** Names with their clear passwords; nobody by default. */
  readonly users?: Readonly<Record<string, string>>;
  /** 1.2 by default, both. */
  readonly minVersion?: "1.2" | "1.3";
  readonly maxVersion?: "1.2" | "1.3";
  readonly fragmentSize?: number;
  /** Sessions can be resumed; false by default. */
  readonly resumption?: boolean;
}

export interface FreeRadiusTls {
  /** "127.0.0.1:50000"; the secret is "testing123". */
  readonly auth: string;
  log(): string;
}

/** A FreeRADIUS that does EAP-TLS, PEAP and TTLS with every inner method that it knows. */
export async function startFreeRadiusTls(options: FreeRadiusTlsOptions): Promise<FreeRadiusTls> {
  const auth = await freePort();
  const sessions = join(temporaryFolder(), "sessions");
  mkdirSync(sessions, { mode: 0o700 });
  const material = temporaryFolder();
  writeFileSync(join(material, "ca.pem"), options.authority + (options.revocationList ?? ""));
  const log = await startFreeRadius(
    (folder) => configuration({ ...options, folder, material, sessions, port: auth }),
    {
      users: usersFile(options.users ?? {}),
      "server.pem": options.certificate,
      "server.key": options.key,
    },
  );
  return { auth: `127.0.0.1:${auth}`, log };
}

interface Place extends FreeRadiusTlsOptions {
  readonly folder: string;
  readonly material: string;
  readonly sessions: string;
  readonly port: number;
}

function configuration(place: Place): string {
  const { folder, material, sessions, port, first, inner = "mschapv2" } = place;
  const {
    minVersion = "1.2",
    maxVersion = "1.2",
    fragmentSize = 1_024,
    revocationList,
    resumption = false,
  } = place;
  return `
${freeRadiusPlaces(folder)}
max_requests = 16384
client access_server {
  ipaddr = 127.0.0.1
  secret = testing123
}
modules {
${passwordModules(folder)}
  eap {
    default_eap_type = ${first}
    timer_expire = 60
    md5 {
    }
    gtc {
      auth_type = PAP
    }
    mschapv2 {
    }
    tls-config tls-common {
      certificate_file = ${folder}/server.pem
      private_key_file = ${folder}/server.key
      ca_file = ${material}/ca.pem
      check_crl = ${revocationList === undefined ? "no" : "yes"}
      tls_min_version = "${minVersion}"
      tls_max_version = "${maxVersion}"
      fragment_size = ${fragmentSize}
      cache {
        enable = ${resumption ? "yes" : "no"}
        name = "sallyport"
        lifetime = 1
        persist_dir = "${sessions}"
      }
    }
    tls {
      tls = tls-common
    }
    peap {
      tls = tls-common
      default_eap_type = ${inner}
      virtual_server = "inner"
    }
    ttls {
      tls = tls-common
      default_eap_type = ${inner}
      virtual_server = "inner"
    }
  }
}
server outer {
  listen {
    type = auth
    ipaddr = 127.0.0.1
    port = ${port}
  }
  authorize {
    eap
  }
  authenticate {
    eap
  }
}
server inner {
${passwordSections}
}
`;
}
