import { readFile } from "node:fs/promises";
import { type EapMethodRegistration, eapTls, type TtlsProtocol } from "@sallyport/eap";
import type { TlsClientSettings, TlsIdentity } from "@sallyport/tls-engine";
import { createInlineTlsEngine } from "@sallyport/tls-engine/node";
import { UsageError } from "../commands/command-line.ts";
import {
  builtInMethod,
  type EapMethodName,
  innerMethodNames,
  isTunnelName,
  type PlainMethodName,
  plainMethodNames,
  type TunnelName,
} from "./eap-methods.ts";
import { peerTunnel } from "./tls/peer-tunnel.ts";

/** What a peer is told on the command line. */
export interface PeerMethodOptions {
  readonly method: EapMethodName | TunnelName;
  readonly inner?: string;
  readonly ca?: readonly string[];
  readonly serverName?: readonly string[];
  readonly anyServer?: boolean;
  readonly anyServerName?: boolean;
  readonly cert?: string;
  readonly key?: string;
  readonly passphraseFile?: string;
  readonly tlsVersion?: "1.2" | "1.3";
  readonly fragmentSize?: string;
}

/** What a peer's TLS works with, whatever the method. */
export interface PeerTls {
  readonly engine: ReturnType<typeof createInlineTlsEngine>;
  readonly client: TlsClientSettings;
  /** Looks at no certificate. */
  readonly anyServer: boolean;
  readonly anyServerName: boolean;
  readonly fragmentBytes: number | undefined;
}

/** A method as a peer has it, and whether it asks for a password. */
export interface PeerMethod {
  readonly registration: EapMethodRegistration;
  readonly needsPassword: boolean;
}

/**
 * The method of the options in the role of the peer.
 *
 * @param identity who the user is; inside of a tunnel where there is one
 * @throws {UsageError} when something is missing that the method cannot do without
 */
export async function peerMethod(options: PeerMethodOptions, identity: string): Promise<PeerMethod> {
  const { method } = options;
  const plain = plainMethodNames.find((name) => name === method);
  if (plain !== undefined) {
    refuseTlsOptions(options);
    return { registration: builtInMethod(plain), needsPassword: true };
  }
  const tls = await peerTls(options);
  if (isTunnelName(method)) return tunnelPeer(method, tls, options, identity);
  if (tls.client.identity === undefined)
    throw new UsageError("EAP-TLS needs the client's certificate", "use --cert FILE and --key FILE");
  return { registration: tlsPeer(tls), needsPassword: false };
}

function tunnelPeer(
  tunnel: TunnelName,
  tls: PeerTls,
  options: PeerMethodOptions,
  identity: string,
): PeerMethod {
  const inner = innerMethodNames[tunnel].find((name) => name === (options.inner ?? "mschapv2"));
  if (inner === undefined) {
    throw new UsageError(
      `--inner ${options.inner} cannot be inside of ${tunnel}`,
      `write one of ${innerMethodNames[tunnel].join(", ")}`,
    );
  }
  const eapName = inner.startsWith("eap-") ? inner.slice(4) : tunnel === "peap" ? inner : undefined;
  const method = eapName === undefined ? undefined : innerRegistration(eapName, tls);
  return {
    registration: peerTunnel(tunnel, tls, {
      protocol: method === undefined ? (inner as TtlsProtocol) : "eap",
      method,
      identity,
    }),
    needsPassword: eapName !== "tls",
  };
}

function innerRegistration(name: string, tls: PeerTls): EapMethodRegistration {
  const plain: PlainMethodName | undefined = plainMethodNames.find((known) => known === name);
  if (plain !== undefined) return builtInMethod(plain);
  if (tls.client.identity === undefined)
    throw new UsageError("EAP-TLS inside needs the client's certificate", "use --cert FILE and --key FILE");
  return tlsPeer(tls);
}

function tlsPeer({
  engine,
  client,
  anyServer,
  anyServerName,
  fragmentBytes,
}: PeerTls): EapMethodRegistration {
  return eapTls({
    client: { engine, ...client, acceptAnyServer: anyServer, acceptAnyServerName: anyServerName },
    fragmentBytes,
  });
}

async function peerTls(options: PeerMethodOptions): Promise<PeerTls> {
  const { ca = [], serverName = [], anyServer = false, anyServerName = false, tlsVersion } = options;
  if (!anyServer && ca.length === 0) {
    throw new UsageError(
      "nothing says which authority to trust: whoever poses as the server would learn what you send",
      "use --ca FILE, or --any-server for a test where nothing is at stake",
    );
  }
  if (!anyServer && !anyServerName && serverName.length === 0) {
    throw new UsageError(
      "nothing says which server is meant: any other with a certificate of that authority would do",
      "use --server-name NAME, or --any-server-name",
    );
  }
  const fragmentBytes = options.fragmentSize === undefined ? undefined : Number(options.fragmentSize);
  if (fragmentBytes !== undefined && !(Number.isInteger(fragmentBytes) && fragmentBytes >= 100))
    throw new UsageError(`--fragment-size ${options.fragmentSize} is too small`, "write 100 or more");
  return {
    engine: createInlineTlsEngine(),
    anyServer,
    anyServerName,
    fragmentBytes,
    client: {
      trustedAuthorities: await Promise.all(ca.map((file) => readFile(file, "utf8"))),
      serverNames: serverName,
      identity: await identityOf(options),
      ...(tlsVersion !== undefined && {
        minVersion: `TLSv${tlsVersion}` as const,
        maxVersion: `TLSv${tlsVersion}` as const,
      }),
    },
  };
}

async function identityOf({
  cert,
  key,
  passphraseFile,
}: PeerMethodOptions): Promise<TlsIdentity | undefined> {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined)
    throw new UsageError("a certificate and its key go together", "use both --cert FILE and --key FILE");
  const passphrase =
    passphraseFile === undefined ? undefined : (await readFile(passphraseFile, "utf8")).split(/\r?\n/)[0];
  return {
    certificateChain: await readFile(cert, "utf8"),
    key: await readFile(key, "utf8"),
    ...(passphrase !== undefined && { passphrase }),
  };
}

function refuseTlsOptions({ inner, ca, cert, method }: PeerMethodOptions): void {
  if (inner === undefined && (ca ?? []).length === 0 && cert === undefined) return;
  throw new UsageError(
    `${method} knows no certificates and no method inside`,
    "use --method tls, peap or ttls",
  );
}
