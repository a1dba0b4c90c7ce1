import { readFileSync } from "node:fs";
import type { TlsProtocol } from "@sallyport/tls-engine";
import { freePorts, freeRadiusPlaces, startFreeRadius } from "./freeradius.ts";
import type { FreeRadiusEap } from "./freeradius-eap.ts";

export interface FreeRadiusTunnels {
  readonly version: TlsProtocol;
  /** Files of certificate, key and authority. */
  readonly certificate: string;
  readonly key: string;
  readonly authority: string;
  /** The inner method that PEAP, or EAP inside TTLS, begins with. */
  readonly inner: "md5" | "mschapv2" | "gtc" | "tls";
}

/** A FreeRADIUS with PEAP and TTLS; alice's password is wonderland. */
export async function startFreeRadiusTunnels(options: FreeRadiusTunnels): Promise<FreeRadiusEap> {
  const [auth] = await freePorts(1);
  const files = {
    users: '"alice" Cleartext-Password := "wonderland"\n',
    "server.pem": readFileSync(options.certificate, "utf8"),
    "server.key": readFileSync(options.key, "utf8"),
    "authority.pem": readFileSync(options.authority, "utf8"),
  };
  const log = await startFreeRadius((folder) => configuration(folder, auth, options), files);
  return { auth: `127.0.0.1:${auth}`, log };
}

function configuration(
  folder: string,
  port: number | undefined,
  { version, inner }: FreeRadiusTunnels,
): string {
  const number = version === "TLSv1.3" ? "1.3" : "1.2";
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
    default_eap_type = peap
    timer_expire = 60
    tls-config tls-common {
      private_key_file = ${folder}/server.key
      certificate_file = ${folder}/server.pem
      ca_file = ${folder}/authority.pem
      tls_min_version = "${number}"
      tls_max_version = "${number}"
      ecdh_curve = ""
      cache {
        enable = yes
        name = "tunnels"
        lifetime = 1
        store {
          Tunnel-Private-Group-Id
        }
      }
    }
    tls {
      tls = tls-common
    }
    ttls {
      tls = tls-common
      default_eap_type = ${inner}
      virtual_server = inner
      copy_request_to_tunnel = no
    }
    peap {
      tls = tls-common
      default_eap_type = ${inner}
      virtual_server = inner
    }
  }
  eap inner_eap {
    default_eap_type = ${inner}
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
  authorize {
    files
    chap
    mschap
    inner_eap
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
    inner_eap
  }
}
`;
}
