import type { EapMethodRegistration } from "../../contract/registration.ts";
import { ERROR_AUTHENTICATION_FAILURE } from "../../contract/status-codes.ts";
import { identityOctets, methodModule } from "../method-side.ts";
import { dataOffset } from "../requests.ts";
import { questionUserInterface } from "../user-question.ts";
import type { MsChap2Accounts } from "./ms-chap2-accounts.ts";
import { MsChap2Authenticator, type MsChap2AuthenticatorSettings } from "./ms-chap2-authenticator.ts";
import { MsChap2Peer } from "./ms-chap2-peer.ts";
import { eapTypeMsChapV2 } from "./type.ts";

export interface MsChapV2Options {
  /** Who knows the passwords; needed by the authenticator, without it every user is refused. */
  readonly accounts?: MsChap2Accounts | undefined;
  /** How the authenticator calls itself; at most 255 octets in UTF-8. Default: `sallyport`. */
  readonly name?: string | undefined;
  /** How often a user may try again after a wrong password, 0 to 10. Default: 2. */
  readonly retries?: number | undefined;
}

/**
 * MS-CHAPv2 (type 26, draft-kamath-pppext-eap-mschapv2, [MS-CHAP]) for both roles: both sides prove that they know the
 * password, and get keys of 16 octets each. A user may try again, and change a password that has expired.
 *
 * As peer it asks the user for what it lacks; where no dialog may be shown, it gives up.
 *
 * @throws {RangeError} when an option is out of its range
 *
 * @example
 * ```ts
 * import { type MsChap2Accounts, msChapV2 } from "@sallyport/eap";
 *
 * function methods(accounts: MsChap2Accounts) {
 *   return [msChapV2({ accounts, name: "radius.example", retries: 1 })];
 * }
 * ```
 */
export function msChapV2(options: MsChapV2Options = {}): EapMethodRegistration {
  const { accounts = nobody, retries = 2 } = options;
  const name = new TextEncoder().encode(options.name ?? "sallyport");
  if (name.length > 255) throw new RangeError(`name must have at most 255 octets, not ${name.length}`);
  if (!(Number.isInteger(retries) && retries >= 0 && retries <= 10)) {
    throw new RangeError(`retries must be 0 to 10, not ${retries}`);
  }
  const settings: MsChap2AuthenticatorSettings = { accounts, name, retries };
  return {
    type: eapTypeMsChapV2,
    friendlyName: "MS-CHAPv2",
    module: methodModule(eapTypeMsChapV2, {
      authenticator: (input) => new MsChap2Authenticator(input, settings),
      peer: (input) => {
        const identity = identityOctets(input, dataOffset + responseSize);
        return typeof identity === "number" ? identity : new MsChap2Peer(input, identity);
      },
    }),
    interactiveUI: questionUserInterface,
    mppeEncryptionSupported: true,
  };
}

/** What a response has besides the name. */
const responseSize = 54;
const nobody: MsChap2Accounts = { verify: () => ({ kind: "refused", code: ERROR_AUTHENTICATION_FAILURE }) };
