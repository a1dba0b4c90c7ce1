import { NO_ERROR } from "@sallyport/errors/win32";
import { RAS_EAP_ROLE_AUTHENTICATEE, RAS_EAP_ROLE_AUTHENTICATOR } from "../contract/constants.ts";
import type { PppEapInfo } from "../contract/ppp-eap.ts";
import { ERROR_NOT_SUPPORTED } from "../contract/status-codes.ts";
import { checkMethodType } from "../wire/eap-type.ts";
import { AuthenticatorCoroutine } from "./authenticator-coroutine.ts";
import { PeerCoroutine } from "./peer-coroutine.ts";
import type { DefinedEapMethod, EapMethodDefinition } from "./session.ts";

/**
 * Makes a method of two coroutines. It is written against the contract of `RasEapMakeMessage`, so that the host knows
 * one contract only; a module exports the result as its default.
 *
 * @throws {RangeError} for a type that no method can have
 *
 * @example
 * ```ts
 * import { defineEapMethod } from "@sallyport/eap";
 *
 * export default defineEapMethod({
 *   type: 255,
 *   name: "Echo",
 *   async authenticator(session) {
 *     const secret = session.random(8);
 *     const reply = await session.request(secret);
 *     return reply.data.every((octet, index) => octet === secret[index]) ? session.succeed() : session.fail();
 *   },
 *   async peer(session) {
 *     const request = await session.receive();
 *     if (request.kind !== "request") return session.fail();
 *     const end = await session.respond(request.data);
 *     return end.kind === "success" ? session.succeed() : session.fail();
 *   },
 * });
 * ```
 */
export function defineEapMethod(definition: EapMethodDefinition): DefinedEapMethod {
  const { type, name, authenticator, peer, keys = false, userInterface } = definition;
  checkMethodType(type);
  const RasEapGetInfo = (_eapTypeId: number, info: PppEapInfo<Coroutine>): number => {
    info.begin = (workBuffer, input) => {
      if (input.authenticator) {
        if (authenticator === undefined) return ERROR_NOT_SUPPORTED;
        workBuffer.value = new AuthenticatorCoroutine(type, input, (session) =>
          authenticator.call(definition, session),
        );
      } else {
        if (peer === undefined) return ERROR_NOT_SUPPORTED;
        workBuffer.value = new PeerCoroutine(type, input, (session) => peer.call(definition, session));
      }
      return NO_ERROR;
    };
    info.makeMessage = (coroutine, received, sendPacket, output, input) =>
      coroutine.makeMessage(received, sendPacket, output, input);
    info.end = (coroutine) => {
      coroutine.end();
      return NO_ERROR;
    };
    return NO_ERROR;
  };
  return {
    type,
    friendlyName: name,
    mppeEncryptionSupported: keys,
    rolesSupported:
      (authenticator === undefined ? 0 : RAS_EAP_ROLE_AUTHENTICATOR) |
      (peer === undefined ? 0 : RAS_EAP_ROLE_AUTHENTICATEE),
    module: { RasEapGetInfo },
    RasEapGetInfo,
    ...(userInterface === undefined
      ? {}
      : { configUI: userInterface, identity: userInterface, interactiveUI: userInterface }),
  };
}

type Coroutine = AuthenticatorCoroutine | PeerCoroutine;
