import { raatUserPassword } from "../../contract/auth-attribute-types.ts";
import { EAPACTION_SendWithTimeoutInteractive } from "../../contract/constants.ts";
import type { PppEapBeginInput } from "../../contract/ppp-eap.ts";
import type { EapMethodRegistration } from "../../contract/registration.ts";
import { AnswerPeer } from "../answer-peer.ts";
import { DialogAuthenticator, type DialogVerdict } from "../dialog-authenticator.ts";
import { MethodPacketError } from "../method-packet-error.ts";
import { type MethodSide, methodModule } from "../method-side.ts";
import { ProviderAuthenticator } from "../provider-authenticator.ts";
import { questionUserInterface, shownText } from "../user-question.ts";

/** RFC 3748 section 5.6. */
export const eapTypeGenericTokenCard = 6;
const encoder = new TextEncoder();
const longestPrompt = 512;

/** Somebody who verifies tokens and may ask further, for a new PIN or the next code. */
export interface TokenVerifier {
  /**
   * Takes what the user typed. Called once for each answer of one session, in order.
   *
   * @param answer `identity` is that of the identity exchange; `token` is valid until the verdict is there; `round`
   *   counts from 1
   * @returns the verdict; a `challenge` asks the user once more, at most 15 times
   */
  verify(answer: {
    readonly identity: string;
    readonly token: Uint8Array;
    readonly round: number;
  }): DialogVerdict | PromiseLike<DialogVerdict>;
}

export interface GenericTokenCardOptions {
  /** What the user is shown first; 1 to 512 octets in UTF-8. Default: `Password:`. */
  readonly prompt?: string | undefined;
  /** Who verifies. Default: the authentication provider, as a password in clear (EAP-53). */
  readonly tokens?: TokenVerifier | undefined;
}

/**
 * Generic Token Card (type 6, RFC 3748 section 5.6) for both roles: text to the user and back. Passwords cross the link
 * in clear, so it belongs inside a tunnel. It proves nothing about the authenticator and yields no keys.
 *
 * As peer it answers the first request with the password of the connection, when there is one; everything else it asks
 * the user.
 *
 * @throws {RangeError} when the prompt is empty or too long
 *
 * @example
 * ```ts
 * import { genericTokenCard } from "@sallyport/eap";
 *
 * const methods = [
 *   genericTokenCard({
 *     prompt: "Code from your token:",
 *     tokens: { verify: ({ token }) => token.length === 6 ? { kind: "accepted" } : { kind: "refused", code: 691 } },
 *   }),
 * ];
 * ```
 */
export function genericTokenCard(options: GenericTokenCardOptions = {}): EapMethodRegistration {
  const { prompt = "Password:", tokens } = options;
  const promptOctets = encoder.encode(prompt);
  if (promptOctets.length < 1 || promptOctets.length > longestPrompt) {
    throw new RangeError(`prompt must have 1 to ${longestPrompt} octets, not ${promptOctets.length}`);
  }
  return {
    type: eapTypeGenericTokenCard,
    friendlyName: "Generic Token Card",
    module: methodModule(eapTypeGenericTokenCard, {
      authenticator: (input) =>
        tokens === undefined
          ? providerAuthenticator(input, promptOctets)
          : tokenAuthenticator(input, prompt, tokens),
      peer,
    }),
    interactiveUI: questionUserInterface,
    mppeEncryptionSupported: false,
  };
}

function providerAuthenticator(input: PppEapBeginInput, prompt: Uint8Array): MethodSide {
  return new ProviderAuthenticator(eapTypeGenericTokenCard, input, {
    action: EAPACTION_SendWithTimeoutInteractive,
    write(target) {
      target.set(prompt);
      return prompt.length;
    },
    credentials: (data) => (data.length === 0 ? [] : [{ type: raatUserPassword, value: data.slice() }]),
  });
}

function tokenAuthenticator(input: PppEapBeginInput, prompt: string, tokens: TokenVerifier): MethodSide {
  let round = 0;
  return new DialogAuthenticator(eapTypeGenericTokenCard, input, {
    open: () => prompt,
    answer(token) {
      round += 1;
      return tokens.verify({ identity: input.identity, token, round });
    },
  });
}

function peer(input: PppEapBeginInput): MethodSide {
  let password = input.password === null ? undefined : encoder.encode(input.password);
  return new AnswerPeer(eapTypeGenericTokenCard, input, {
    read(data) {
      if (data.length === 0) throw new MethodPacketError("truncated", 0);
      const known = password;
      password = undefined;
      return known ?? { purpose: "token", text: shownText(data), echo: false };
    },
    write(answer, _identifier, target) {
      if (answer.length === 0 || answer.length > target.length) return undefined;
      target.set(answer);
      return answer.length;
    },
  });
}
