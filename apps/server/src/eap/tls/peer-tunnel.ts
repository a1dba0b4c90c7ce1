import { type EapMethodRegistration, peap, type TtlsProtocol, ttls } from "@sallyport/eap";
import type { TunnelName } from "../eap-methods.ts";
import type { PeerTls } from "../peer-method.ts";

/** What a peer says inside of a tunnel. */
export interface PeerInside {
  /** Of TTLS; `eap` where `method` is there. */
  readonly protocol: TtlsProtocol;
  readonly method: EapMethodRegistration | undefined;
  /** Who the user is inside. */
  readonly identity: string;
}

/** PEAP or TTLS in the role of the peer. */
export function peerTunnel(
  tunnel: TunnelName,
  { engine, client, anyServer, anyServerName, fragmentBytes }: PeerTls,
  { protocol, method, identity }: PeerInside,
): EapMethodRegistration {
  const { identity: _, ...trust } = client;
  const settings = {
    engine,
    ...trust,
    acceptAnyServer: anyServer,
    acceptAnyServerName: anyServerName,
    innerIdentity: identity,
  };
  const methods = method === undefined ? [] : [method];
  return tunnel === "peap"
    ? peap({ methods, client: settings, fragmentBytes })
    : ttls({ methods, client: { ...settings, protocol }, fragmentBytes });
}
