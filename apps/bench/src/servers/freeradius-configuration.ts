import { BenchError } from "../bench-error.ts";
import type { EapMethod } from "../cases.ts";

/** Where a private FreeRADIUS keeps its things, and its ports on loopback. */
export interface FreeRadiusPlace {
  readonly configuration: string;
  readonly run: string;
  readonly log: string;
  readonly auth: number;
  readonly acct: number;
}

/**
 * The modules of Debian's set that are taken out: they write to the log, keep a table of sessions or start programs
 * for each request, which nobody who wants speed leaves in. `detail` stays: it is what accounting is compared with.
 */
export const unusedModules: readonly string[] = [
  "detail.log",
  "echo",
  "exec",
  "linelog",
  "ntlm_auth",
  "radutmp",
  "sradutmp",
  "unix",
];

/**
 * Debian's `radiusd.conf` with its own folders, nothing written to a log, rejects sent at once and no limit on
 * requests in memory that a benchmark would reach. Threads stay as they are delivered.
 *
 * @throws {BenchError} where the file has not the settings of FreeRADIUS 3.2
 */
export function mainConfiguration(delivered: string, place: FreeRadiusPlace): string {
  const changes: readonly (readonly [setting: string, value: string])[] = [
    ["raddbdir", place.configuration],
    ["run_dir", place.run],
    ["logdir", place.log],
    ["destination", "null"],
    ["reject_delay", "0"],
    ["max_requests", "2000000"],
  ];
  const changed = changes.reduce((text, [setting, value]) => {
    const line = new RegExp(`^([ \\t]*${setting}[ \\t]*=).*$`, "m");
    if (line.test(text)) return text.replace(line, (_, start: string) => `${start} ${value}`);
    throw new BenchError(
      `radiusd.conf of this FreeRADIUS has no setting ${setting}`,
      "install FreeRADIUS 3.2 from Debian or Ubuntu: apt-get install freeradius",
    );
  }, delivered);
  // The server stays the user who runs the benchmark.
  return changed.replace(/^[ \t]*(?:user|group)[ \t]*=.*$/gm, "");
}

/** One client: this machine. */
export function clientsConfiguration(secret: string): string {
  return `client bench {\n  ipaddr = 127.0.0.1\n  secret = ${secret}\n}\n`;
}

/** The file `users`: one account, with the text that the other server's extension adds. */
export function usersFile(account: { readonly name: string; readonly password: string }): string {
  return `${account.name} Cleartext-Password := "${account.password}"\n\tReply-Message = "Hello, ${account.name}"\n`;
}

/**
 * EAP without TLS, so that no certificate is needed: what is no EAP the module is asked for, too, and declines. The
 * limit on conversations is lifted like the one on requests.
 */
export function eapModule(first: EapMethod): string {
  return `eap {\n  default_eap_type = ${first}\n  max_sessions = \${max_requests}\n  md5 {\n  }\n  mschapv2 {\n  }\n}\n`;
}

/**
 * The sections that Debian's `default` site runs for each request, in its order, without sql, ldap, exec and unix;
 * one listener for authentication, a second one whose accounting writes with `detail`.
 */
export function siteConfiguration({ auth, acct }: Pick<FreeRadiusPlace, "auth" | "acct">): string {
  return `server default {
  ${listener("auth", auth)}
  ${listener("acct", acct)}
  authorize {
    filter_username
    preprocess
    chap
    mschap
    digest
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
    digest
    eap
  }
  preacct {
    preprocess
    acct_unique
    suffix
    files
  }
  accounting {
    detail
    attr_filter.accounting_response
  }
  post-auth {
    update {
      &reply: += &session-state:
    }
    remove_reply_message_if_eap
    Post-Auth-Type REJECT {
      attr_filter.access_reject
      eap
      remove_reply_message_if_eap
    }
  }
}
`;
}

function listener(type: "auth" | "acct", port: number): string {
  return `listen {\n    type = ${type}\n    ipaddr = 127.0.0.1\n    port = ${port}\n  }`;
}
