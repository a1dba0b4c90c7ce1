import { constantTimeEqual, md5 } from "@sallyport/crypto";
import type { Random } from "@sallyport/runtime";
import type { PppEapBeginInput } from "../../contract/ppp-eap.ts";
import type { EapMethodRegistration } from "../../contract/registration.ts";
import { ERROR_AUTHENTICATION_FAILURE } from "../../contract/status-codes.ts";
import { AnswerPeer } from "../answer-peer.ts";
import { DialogAuthenticator, type DialogVerdict } from "../dialog-authenticator.ts";
import { MethodPacketError } from "../method-packet-error.ts";
import { type MethodSide, methodModule } from "../method-side.ts";
import { questionUserInterface, shownText } from "../user-question.ts";
import { whenKnown } from "../when-known.ts";
import { nextOneTimePassword, type OneTimePasswordAlgorithm, oneTimePassword } from "./one-time-password.ts";
import {
  formatOneTimePassword,
  formatOneTimePasswordChallenge,
  type OneTimePasswordChallenge,
  parseOneTimePassword,
  parseOneTimePasswordChallenge,
} from "./one-time-password-text.ts";

/** RFC 3748 section 5.5. */
export const eapTypeOneTimePassword = 5;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What a server knows of a user: the password that was used last, and how it came about (RFC 2289 section 7). */
export interface OneTimePasswordState extends OneTimePasswordChallenge {
  /** The password with this sequence number, 8 bytes; the first one is made with `oneTimePassword`. */
  readonly password: Uint8Array;
}

/** Where the states of the users are kept. */
export interface OneTimePasswordStore {
  /** The state of a user of this identity; undefined when there is none. */
  find(identity: string): OneTimePasswordState | undefined | PromiseLike<OneTimePasswordState | undefined>;
  /**
   * Puts the state after a password in the place of the one before, if it is still there: so that a password that two
   * sessions give at once admits one of them (RFC 2289 section 9).
   *
   * @returns whether it was
   */
  advance(
    identity: string,
    before: OneTimePasswordState,
    after: OneTimePasswordState,
  ): boolean | PromiseLike<boolean>;
}

export interface OneTimePasswordOptions {
  /** Needed by the authenticator; without it every user is refused. */
  readonly store?: OneTimePasswordStore | undefined;
  /** What users who do not exist are asked for: what most users have, so that they do not stand out. Default: `md5`. */
  readonly decoyAlgorithm?: OneTimePasswordAlgorithm | undefined;
}

/**
 * One-Time Password (type 5, RFC 3748 section 5.5) for both roles, with passwords after RFC 2289 in words or in
 * hexadecimal digits. Users who do not exist are asked, too. It proves nothing about the authenticator and yields no
 * keys.
 *
 * As peer it computes the password when the connection has one, which is then the passphrase; otherwise the user types
 * what a calculator shows. Whoever can pretend to be the authenticator may ask for a password far down the sequence and
 * compute those before it: give the passphrase to connections only that are trusted to be to the right one.
 *
 * @example
 * ```ts
 * import { oneTimePassword, oneTimePasswordMethod, type OneTimePasswordState } from "@sallyport/eap";
 *
 * const first = { algorithm: "md5", seed: "dog2", sequence: 500 } as const;
 * const alice = { ...first, password: oneTimePassword({ ...first, passphrase: "A Valid Pass Phrase" }) };
 * const states = new Map<string, OneTimePasswordState>([["alice", alice]]);
 * const methods = [
 *   oneTimePasswordMethod({
 *     store: {
 *       find: (identity) => states.get(identity),
 *       advance: (identity, before, after) => states.get(identity) === before && Boolean(states.set(identity, after)),
 *     },
 *   }),
 * ];
 * ```
 */
export function oneTimePasswordMethod(options: OneTimePasswordOptions = {}): EapMethodRegistration {
  const { store = { find: () => undefined, advance: () => false }, decoyAlgorithm = "md5" } = options;
  const decoy = new Decoy(decoyAlgorithm);
  return {
    type: eapTypeOneTimePassword,
    friendlyName: "One-Time Password",
    module: methodModule(eapTypeOneTimePassword, {
      authenticator: (input) => authenticator(input, store, decoy),
      peer,
    }),
    interactiveUI: questionUserInterface,
    mppeEncryptionSupported: false,
  };
}

function authenticator(input: PppEapBeginInput, store: OneTimePasswordStore, decoy: Decoy): MethodSide {
  const { identity } = input;
  const refused: DialogVerdict = { kind: "refused", code: ERROR_AUTHENTICATION_FAILURE };
  let own: OneTimePasswordState | undefined;
  return new DialogAuthenticator(eapTypeOneTimePassword, input, {
    open: () =>
      whenKnown(store.find(identity), (found) => {
        // Below number 0 there is no password: the user has to begin a new sequence.
        own = found !== undefined && found.sequence > 0 ? found : undefined;
        const { algorithm, seed, sequence } = own ?? decoy.stateOf(identity, input.random);
        return formatOneTimePasswordChallenge({ algorithm, seed, sequence: sequence - 1 });
      }),
    answer(typed) {
      const password = parseOneTimePassword(decoder.decode(typed));
      const expected = own ?? decoy.stateOf(identity, input.random);
      const next = nextOneTimePassword(expected.algorithm, password ?? new Uint8Array(8));
      const right = constantTimeEqual(next, expected.password);
      if (!right || own === undefined || password === undefined) return refused;
      const after: OneTimePasswordState = { ...own, sequence: own.sequence - 1, password };
      return whenKnown(store.advance(identity, own, after), (advanced) =>
        advanced ? { kind: "accepted" } : refused,
      );
    },
  });
}

/** What users who do not exist are asked: for each of them always the same. */
class Decoy {
  readonly #algorithm: OneTimePasswordAlgorithm;
  #secret: Uint8Array | undefined;

  constructor(algorithm: OneTimePasswordAlgorithm) {
    this.#algorithm = algorithm;
  }

  stateOf(identity: string, random: Random): OneTimePasswordState {
    this.#secret ??= random(16);
    const digest = md5(this.#secret, encoder.encode(identity));
    const [first = 0, second = 0, third = 0] = digest;
    const seed = `${String.fromCharCode(97 + (first % 26), 97 + (second % 26))}${1000 + third}`;
    const sequence = 100 + (digest[3] ?? 0);
    return { algorithm: this.#algorithm, seed, sequence, password: digest.subarray(8) };
  }
}

function peer(input: PppEapBeginInput): MethodSide {
  const { password } = input;
  return new AnswerPeer(eapTypeOneTimePassword, input, {
    read(data) {
      if (data.length === 0) throw new MethodPacketError("truncated", 0);
      const text = shownText(data);
      const challenge = parseOneTimePasswordChallenge(text);
      if (password === null || challenge === undefined) {
        return { purpose: "one-time-password", text, echo: true };
      }
      const answer = oneTimePassword({ ...challenge, passphrase: password });
      return encoder.encode(formatOneTimePassword(answer, "hex"));
    },
    write(answer, _identifier, target) {
      if (answer.length === 0 || answer.length > target.length) return undefined;
      target.set(answer);
      return answer.length;
    },
  });
}
