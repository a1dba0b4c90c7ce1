import type { TlsMethodName, TlsVersion } from "../tls/tls-cases.ts";

export interface FreeRadiusTls {
  /** What it offers first. */
  readonly method: TlsMethodName;
  /** The only version of TLS that it speaks. */
  readonly version: TlsVersion;
  /** Files of certificate, key and authority. */
  readonly certificate: string;
  readonly key: string;
  readonly authority: string;
}

/**
 * EAP with TLS as Debian delivers it: fragments of 1024 octets, no revocation lists, sessions kept in memory and resumed.
 * What is left out costs time: OCSP, and the check of certificates by a program.
 */
export function tlsEapModule({ method, version, certificate, key, authority }: FreeRadiusTls): string {
  return `eap {
  default_eap_type = ${method}
  max_sessions = \${max_requests}
  mschapv2 {
  }
  tls-config tls-common {
    private_key_file = ${key}
    certificate_file = ${certificate}
    ca_file = ${authority}
    tls_min_version = "${version}"
    tls_max_version = "${version}"
    ecdh_curve = ""
    fragment_size = 1024
    cache {
      enable = yes
      name = "bench"
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
    default_eap_type = mschapv2
    copy_request_to_tunnel = no
    use_tunneled_reply = no
    virtual_server = "inner-tunnel"
  }
  peap {
    tls = tls-common
    default_eap_type = mschapv2
    copy_request_to_tunnel = no
    use_tunneled_reply = no
    virtual_server = "inner-tunnel"
  }
}
`;
}

/** The sections of Debian's site `inner-tunnel` that decide about what comes inside of PEAP and TTLS, in their order. */
export const innerTunnelSite = `server inner-tunnel {
  authorize {
    filter_username
    chap
    mschap
    suffix
    eap {
      ok = return
    }
    files
    expiration
    logintime
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
    mschap
    eap
  }
}
`;
