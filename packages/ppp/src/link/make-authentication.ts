import { Secret } from "@sallyport/crypto";
import { ERROR_AUTH_INTERNAL } from "@sallyport/errors/ras";
import type { Clock, Log, Random } from "@sallyport/runtime";
import type { AuthenticationOptions } from "../authentication/authentication-options.ts";
import type { PppAuthenticationProtocol } from "../authentication/authentication-protocol.ts";
import { ChapAuthenticator } from "../authentication/chap-authenticator.ts";
import { ChapPeer } from "../authentication/chap-peer.ts";
import type {
  Authentication,
  AuthenticationOutcome,
  PppCredentials,
  PppVerdict,
} from "../authentication/credentials.ts";
import { PapAuthenticator } from "../authentication/pap-authenticator.ts";
import { PapPeer } from "../authentication/pap-peer.ts";
import { textOctets } from "../authentication/text.ts";
import type { Ask } from "./ask.ts";
import { eapAuthenticator, eapPeer } from "./eap-authentication.ts";
import { EapRelayAuthentication } from "./eap-relay-authentication.ts";
import type { PppCallerCredentials, PppServerAuthentication } from "./link-options.ts";
import type { CompleteLinkSettings } from "./link-settings.ts";

/** What the authentications of a link share. */
export interface AuthenticationSurroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly settings: CompleteLinkSettings;
  /** What the other side takes. */
  readonly peerMru: number;
  readonly send: (protocol: number, packet: Uint8Array) => void;
  readonly done: (outcome: AuthenticationOutcome) => void;
  readonly note: (text: string) => void;
  readonly discarded: (reason: string) => void;
  readonly ask: Ask;
}

/** Makes the side that asks. */
export function demandedAuthentication(
  protocol: PppAuthenticationProtocol,
  { provider, eap, name = "sallyport", rechallengeMs }: PppServerAuthentication,
  surroundings: AuthenticationSurroundings,
): Authentication | undefined {
  const { ask } = surroundings;
  if (protocol === "EAP") {
    if (eap === undefined) return undefined;
    const { log, peerMru } = surroundings;
    const options = { ...basis(surroundings, protocol), log, peerMru };
    return eap.kind === "relay"
      ? new EapRelayAuthentication(options, eap, ask)
      : eapAuthenticator(options, eap);
  }
  const refused = (why: string): void => {
    surroundings.note(why);
    authenticator.concluded({ kind: "refused", code: ERROR_AUTH_INTERNAL });
  };
  const answered = (verdict: PppVerdict): void => {
    if (verdict?.kind === "accepted" || verdict?.kind === "refused") authenticator.concluded(verdict);
    else refused("the authentication provider gave no verdict");
  };
  const verify = (credentials: PppCredentials): void => {
    if (provider === undefined) refused("there is no authentication provider");
    else
      ask(
        () => provider.verify(credentials),
        answered,
        () => refused("the authentication provider failed"),
      );
  };
  const options = { ...basis(surroundings, protocol), verify, name: textOctets(name, 255) };
  const authenticator: PapAuthenticator | ChapAuthenticator =
    protocol === "PAP"
      ? new PapAuthenticator(options)
      : new ChapAuthenticator({ ...options, algorithm: protocol, rechallengeMs });
  return authenticator;
}

/** Makes the side that answers. */
export function promisedAuthentication(
  protocol: PppAuthenticationProtocol,
  credentials: PppCallerCredentials,
  surroundings: AuthenticationSurroundings,
): Authentication | undefined {
  const options = basis(surroundings, protocol);
  const { userName, eap } = credentials;
  if (protocol === "EAP") {
    const { log, peerMru } = surroundings;
    return eap && eapPeer({ ...options, log, peerMru }, credentials, eap);
  }
  const password =
    credentials.password instanceof Secret ? credentials.password : new Secret(credentials.password);
  if (protocol === "PAP") return new PapPeer(options, userName, password);
  return new ChapPeer({ ...options, algorithm: protocol, userName, password });
}

/** What a caller can prove itself with: PAP, which gives the password away, only where that is wanted. */
export function offeredProtocols(
  credentials: PppCallerCredentials | undefined,
): readonly PppAuthenticationProtocol[] {
  if (credentials === undefined) return [];
  const { protocols, eap } = credentials;
  return protocols ?? (eap === undefined ? ["MS-CHAPv2", "CHAP"] : ["EAP", "MS-CHAPv2", "CHAP"]);
}

function basis(
  surroundings: AuthenticationSurroundings,
  protocol: PppAuthenticationProtocol,
): AuthenticationOptions {
  const { clock, random, settings, send, done, discarded } = surroundings;
  const number = protocolNumbers[protocol];
  return {
    clock,
    random,
    retransmission: {
      retransmitMs: settings.authenticationRetransmitMs,
      maxTransmissions: settings.authenticationTransmissions,
    },
    send: (packet) => send(number, packet),
    done,
    discarded: (reason) => discarded(`${protocol}: ${reason}`),
  };
}

const protocolNumbers: Readonly<Record<PppAuthenticationProtocol, number>> = {
  PAP: 0xc023,
  CHAP: 0xc223,
  "MS-CHAPv2": 0xc223,
  EAP: 0xc227,
};
