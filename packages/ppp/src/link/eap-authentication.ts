import { Secret } from "@sallyport/crypto";
import {
  createEapAuthenticator,
  createEapPeer,
  type EapAuthenticatorHost,
  type EapOutcome,
  type EapPeerHost,
  type EapPeerOptions,
  eapStatusText,
} from "@sallyport/eap";
import type { Authentication, AuthenticationOutcome } from "../authentication/credentials.ts";
import { grantOf } from "../authentication/grant.ts";
import { protocolEap } from "../wire/protocols.ts";
import { type EapLinkOptions, eapPacketSize } from "./eap-link.ts";
import type { PppCallerCredentials, PppCallerEap, PppServerEap } from "./link-options.ts";

/** EAP as PPP's authentication, with the methods on this side (RFC 3748; EAP-13). */
export function eapAuthenticator(
  options: EapLinkOptions,
  eap: Extract<PppServerEap, { kind: "methods" }>,
): Authentication {
  const { clock, random, log } = options;
  const host: EapAuthenticatorHost = createEapAuthenticator({
    ...eap,
    clock,
    random,
    log,
    maxPacketSize: eapPacketSize(options.peerMru, eap.maxPacketSize),
    events: {
      send: (packet) => options.send(packet),
      finished: (outcome) => options.done(outcomeOf(outcome)),
    },
  });
  return {
    protocol: protocolEap,
    start: () => settle(host.start()),
    // A method may look at the packet later than this call.
    receive: (packet) => settle(host.receive(new Uint8Array(packet))),
    stop: () => settle(host.stop()),
  };
}

/** EAP of a caller. A packet of the network phase stands for a Success that was lost (EAP-48). */
export function eapPeer(
  options: EapLinkOptions,
  credentials: PppCallerCredentials,
  eap: PppCallerEap,
): Authentication {
  const { clock, random, log } = options;
  const { connection, callback = false, events, ...peer } = eap;
  const { password } = credentials;
  const base: EapPeerOptions = {
    ...peer,
    clock,
    random,
    log,
    maxPacketSize: eapPacketSize(options.peerMru, peer.maxPacketSize),
    identity: credentials.userName,
    password: typeof password === "string" ? password : textOf(password),
    events: {
      ...events,
      send: (packet) => options.send(packet),
      finished: (outcome) => options.done(outcomeOf(outcome)),
    },
  };
  const host: EapPeerHost = createEapPeer(connection?.link(base, { callback }) ?? base);
  return {
    protocol: protocolEap,
    start: () => settle(host.start()),
    receive: (packet) => settle(host.receive(new Uint8Array(packet))),
    networkPhaseSeen: () => settle(host.networkPhaseSeen()),
    stop: () => settle(host.stop()),
  };
}

function outcomeOf(outcome: EapOutcome): AuthenticationOutcome {
  const { result, identity, attributes } = outcome;
  if (result !== 0)
    return { kind: "refused", userName: identity, code: result, reason: eapStatusText(result) };
  return { kind: "accepted", userName: identity, grant: grantOf(attributes) };
}

/** What a host does later ends in its events: there is nothing else to wait for. */
function settle(done: Promise<void> | undefined): void {
  done?.catch(() => undefined);
}

function textOf(password: Uint8Array | Secret): string {
  return new TextDecoder().decode(password instanceof Secret ? password.reveal() : password);
}
