import { md5 } from "@sallyport/crypto";
import { raatMD5CHAPChallenge, raatMD5CHAPPassword } from "../../contract/auth-attribute-types.ts";
import { EAPACTION_SendWithTimeout } from "../../contract/constants.ts";
import type { PppEapBeginInput } from "../../contract/ppp-eap.ts";
import type { EapMethodRegistration } from "../../contract/registration.ts";
import { AnswerPeer } from "../answer-peer.ts";
import { MethodPacketError } from "../method-packet-error.ts";
import { identityOctets, type MethodSide, methodModule } from "../method-side.ts";
import { ProviderAuthenticator } from "../provider-authenticator.ts";
import { dataOffset } from "../requests.ts";
import { questionUserInterface } from "../user-question.ts";
import { decodeMd5ChallengeData, encodeMd5ChallengeData } from "./md5-challenge-data.ts";

/** RFC 3748 section 5.4. */
export const eapTypeMd5Challenge = 4;
const challengeSize = 16;
const digestSize = 16;
const encoder = new TextEncoder();

export interface Md5ChallengeOptions {
  /** How the authenticator calls itself; at most 255 octets in UTF-8. Default: `sallyport`. */
  readonly name?: string | undefined;
}

/**
 * MD5-Challenge (type 4, RFC 3748 section 5.4) for both roles. The authenticator hands challenge and answer to the
 * authentication provider, which knows the password (EAP-50, EAP-53); the user is the one of the identity exchange,
 * whatever name the peer puts into its answer. It proves nothing about the authenticator and yields no keys.
 *
 * @throws {RangeError} when the name is too long
 *
 * @example
 * ```ts
 * import { md5Challenge } from "@sallyport/eap";
 *
 * const methods = [md5Challenge({ name: "vpn.example" })];
 * ```
 */
export function md5Challenge(options: Md5ChallengeOptions = {}): EapMethodRegistration {
  const name = encoder.encode(options.name ?? "sallyport");
  if (name.length > 255) throw new RangeError(`name must have at most 255 octets, not ${name.length}`);
  return {
    type: eapTypeMd5Challenge,
    friendlyName: "MD5-Challenge",
    module: methodModule(eapTypeMd5Challenge, { authenticator: (input) => authenticator(input, name), peer }),
    interactiveUI: questionUserInterface,
    mppeEncryptionSupported: false,
  };
}

function authenticator(input: PppEapBeginInput, name: Uint8Array): MethodSide {
  const challenge = input.random(challengeSize);
  return new ProviderAuthenticator(eapTypeMd5Challenge, input, {
    action: EAPACTION_SendWithTimeout,
    write: (target) => encodeMd5ChallengeData(target, { value: challenge, name }),
    credentials(data, identifier) {
      const { value } = decodeMd5ChallengeData(data);
      if (value.length !== digestSize) throw new MethodPacketError("bad-length", 0);
      const password = new Uint8Array(1 + digestSize);
      password[0] = identifier;
      password.set(value, 1);
      return [
        { type: raatMD5CHAPPassword, value: password },
        { type: raatMD5CHAPChallenge, value: challenge },
      ];
    },
  });
}

function peer(input: PppEapBeginInput): MethodSide | number {
  const name = identityOctets(input, dataOffset + 1 + digestSize);
  if (typeof name === "number") return name;
  const password = input.password === null ? undefined : encoder.encode(input.password);
  const question = { purpose: "password", text: `Password of ${input.identity}:`, echo: false } as const;
  let challenge = new Uint8Array(0);
  return new AnswerPeer(eapTypeMd5Challenge, input, {
    read(data) {
      challenge = decodeMd5ChallengeData(data).value.slice();
      return password ?? question;
    },
    write(answer, identifier, target) {
      // RFC 1994 section 4.1.
      const value = md5(Uint8Array.of(identifier), answer, challenge);
      return encodeMd5ChallengeData(target, { value, name });
    },
  });
}
