import type { EapMethodRegistration } from "@sallyport/eap";
import type { TunnelName } from "../eap-methods.ts";
import type { PeerTls } from "../peer-method.ts";

export function peerTunnel(
  _: TunnelName,
  __: PeerTls,
  ___: { protocol: string; method: EapMethodRegistration | undefined; identity: string },
): EapMethodRegistration {
  throw new Error("later");
}
