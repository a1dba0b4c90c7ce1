import { readFileSync } from "node:fs";
import {
  type EapMethodRegistration,
  eapTls,
  genericTokenCard,
  md5Challenge,
  msChapV2,
  openEapMethods,
  peap,
  type TtlsProtocol,
  ttls,
} from "@sallyport/eap";
import type { EapConversationResult } from "@sallyport/eap-radius";
import { runEapConversation } from "@sallyport/eap-radius/node";
import { attributesFromNames } from "@sallyport/radius";
import { silentLog } from "@sallyport/runtime";
import { createInlineTlsEngine } from "@sallyport/tls-engine/node";
import type { ClientCertificate, Laboratory } from "./laboratory.ts";
import type { TlsMethod } from "./supplicant.ts";

export interface OwnPeerOptions {
  readonly method: TlsMethod;
  readonly version?: "1.2" | "1.3";
  readonly password?: string;
  readonly certificate?: ClientCertificate;
  /** The file of the authority that is trusted. */
  readonly authority?: string;
  readonly serverName?: string;
  readonly fragmentBytes?: number;
  /** How often it logs on again, which resumes the session. */
  readonly again?: number;
}

const engine = createInlineTlsEngine();

/** Lets Sallyport's own peer log on, in this process; the results of the first time and of those after it. */
export async function ownPeer(
  server: string,
  laboratory: Laboratory,
  options: OwnPeerOptions,
): Promise<readonly EapConversationResult[]> {
  const { method, password = "wonderland", again = 0 } = options;
  const { methods } = await openEapMethods([registration(laboratory, options)], { log: silentLog });
  const results: EapConversationResult[] = [];
  for (let time = 0; time <= again; time++) {
    const { result } = await runEapConversation({
      server,
      secret: "testing123",
      methods,
      identity: method === "tls" ? "alice@lab.example" : "anonymous@lab.example",
      password,
      attributes: attributesFromNames({ "NAS-Port-Type": "Wireless-802.11", "Framed-MTU": 1_400 }),
      timeout: 5_000,
    });
    results.push(result);
  }
  return results;
}

function registration(laboratory: Laboratory, options: OwnPeerOptions): EapMethodRegistration {
  const { method, version, certificate = "alice", authority = "ca.pem", fragmentBytes } = options;
  const { serverName = laboratory.serverName } = options;
  const read = (name: string): string => readFileSync(laboratory.file(name), "utf8");
  const [outer = "", inner = ""] = method.split("/");
  const trust = (file: string) => ({
    engine,
    trustedAuthorities: [read(file)],
    serverNames: [serverName],
    ...(version !== undefined && {
      minVersion: `TLSv${version}` as const,
      maxVersion: `TLSv${version}` as const,
    }),
  });
  const identity = { certificateChain: read(`${certificate}.pem`), key: read(`${certificate}.key`) };
  const byCertificate = (file: string) => eapTls({ client: { ...trust(file), identity }, fragmentBytes });
  if (outer === "tls") return byCertificate(authority);
  const innerIdentity = inner === "tls" ? "alice@lab.example" : "alice";
  const client = { ...trust(authority), innerIdentity };
  const eapName = outer === "peap" ? inner : inner.replace(/^eap-/, "");
  const makers: Readonly<Record<string, () => EapMethodRegistration>> = {
    mschapv2: msChapV2,
    gtc: genericTokenCard,
    md5: md5Challenge,
    tls: () => byCertificate("ca.pem"),
  };
  const isEap = outer === "peap" || inner.startsWith("eap-");
  const maker = isEap ? makers[eapName] : undefined;
  const methods = maker === undefined ? [] : [maker()];
  if (outer === "peap") return peap({ methods, client, fragmentBytes });
  const protocol = isEap ? "eap" : (inner as TtlsProtocol);
  return ttls({ methods, client: { ...client, protocol }, fragmentBytes });
}
