import type { Clock, Random } from "@sallyport/runtime";
import type { EapType } from "../wire/eap-type.ts";
import type { RasAuthAttribute } from "./auth-attribute.ts";
import type { PppEapAction } from "./constants.ts";

/** An out-parameter for a scalar: the module writes `value`. */
export interface Out<T> {
  value: T;
}

/** A status number, or a promise of one: `NO_ERROR` (0) or an error code. */
export type RasEapStatus = number | PromiseLike<number>;

/**
 * The platform's `AbortSignal`, to be handed to `fetch` and its like; only its essence where neither the DOM's nor
 * Node's types are there to describe it.
 */
export type EapSignal = typeof globalThis extends { AbortSignal: { prototype: infer Signal } }
  ? Signal
  : { readonly aborted: boolean; readonly reason: unknown };

/**
 * PPP_EAP_INFO (Table E-0): the host makes it, `RasEapGetInfo` fills it in. `Work` is the method's own type of what it
 * keeps for one session; the host never looks into it.
 */
export interface PppEapInfo<Work = unknown> {
  /** dwSizeInBytes: 40, the size on 64-bit Windows; a larger number would tell of a newer host. */
  readonly sizeInBytes: number;
  /** dwEapTypeId: the type that this set of functions serves; 254 for an expanded type. */
  readonly eapTypeId: number;
  /** Which type this is where `eapTypeId` is 254, else the same number. */
  readonly eapType: EapType;
  /** RasEapInitialize: TRUE right after GetInfo, FALSE at shutdown (EAP-04). May stay null. */
  initialize: ((initialize: boolean) => RasEapStatus) | null;
  /** RasEapBegin: a session starts (EAP-06). May stay null; the work buffer is then null, and `end` is ignored (EAP-05). */
  begin: ((workBuffer: Out<Work | null>, input: PppEapBeginInput) => RasEapStatus) | null;
  /** RasEapMakeMessage: everything that happens in a session (EAP-14). Required. */
  makeMessage: RasEapMakeMessage<Work> | null;
  /** RasEapEnd: the session is over; called exactly once for each successful begin (EAP-08). */
  end: ((workBuffer: Work) => RasEapStatus) | null;
}

/**
 * RasEapMakeMessage: takes a packet, a timeout, the provider's result or the user's data, and says what is to be done.
 * Never called twice at once for one session (EAP-39).
 *
 * @param workBuffer what `begin` yielded; null without `begin`
 * @param receivePacket the packet as it stood on the wire, cut to its Length; null at the start, for a resend and when
 *   the input tells of something else (EAP-16). Valid during the call only.
 * @param sendPacket zeroed, and as long as a packet may be (EAP-38); valid during the call only
 * @param output to be filled in
 * @param input what happened besides packets; null where the host has nothing to say and is set to pass null (EAP-12)
 * @returns `NO_ERROR`; `ERROR_PPP_INVALID_PACKET` (722) to discard the packet silently; any other code ends the session
 */
export type RasEapMakeMessage<Work = unknown> = (
  workBuffer: Work,
  receivePacket: Uint8Array | null,
  sendPacket: Uint8Array<ArrayBuffer>,
  output: PppEapOutput,
  input: PppEapInput | null,
) => RasEapStatus;

/** PPP_EAP_INPUT as `begin` receives it: the fields that are valid there only (EAP-09, Table E-3). */
export interface PppEapBeginInput {
  /** fFlags: `RAS_EAP_FLAG_...`. */
  readonly flags: number;
  /** fAuthenticator. */
  readonly authenticator: boolean;
  /** pwszIdentity: from the identity exchange on the authenticator (EAP-60); as the user gave it on the peer. */
  readonly identity: string;
  /** pwszPassword: peer only. */
  readonly password: string | null;
  /** bInitialId: the identifier of the authenticator's first request; each further one adds 1, modulo 256 (EAP-59). */
  readonly initialId: number;
  /** pUserAttributes: authenticator: the session of the caller, as far as known (EAP-86). */
  readonly userAttributes: readonly RasAuthAttribute[];
  /** hTokenImpersonateUser: the user, for whoever understands it; peer only. */
  readonly tokenImpersonateUser: unknown;
  /** pConnectionData: the method's settings; on the authenticator those of the server. */
  readonly connectionData: Uint8Array | null;
  /** pUserData: what the method keeps for this user; peer only. */
  readonly userData: Uint8Array | null;
  /** guidConnectionId: who the supplicant says the connection is. */
  readonly connectionId: string | null;
  /** isVpn. */
  readonly isVpn: boolean;

  // Not in PPP_EAP_INPUT: what a module may not take from globals here.

  /** How many octets `sendPacket` will have (cbSendPacket). */
  readonly sendPacketSize: number;
  /** Aborted when the session ends while a call is outstanding (EAP-91). */
  readonly signal: EapSignal;
  readonly clock: Clock;
  readonly random: Random;
  /**
   * Authenticator: a password that a module of the server brought for this user by now, from another user database
   * (ratClearTextPassword, NPS-66); undefined where none did. To be asked when it is needed.
   */
  readonly suppliedPassword?: (() => Uint8Array | undefined) | undefined;
}

/** PPP_EAP_INPUT as `makeMessage` receives it (Table E-3). A field is there only where it says something. */
export interface PppEapInput {
  /** fAuthenticationComplete: authenticator: the provider has finished (EAP-51). */
  readonly authenticationComplete?: boolean;
  /** dwAuthResultCode: the provider's result, 0 is success. */
  readonly authResultCode?: number;
  /** pUserAttributes: what the provider returned. */
  readonly userAttributes?: readonly RasAuthAttribute[];
  /** hTokenImpersonateUser: peer. */
  readonly tokenImpersonateUser?: unknown;
  /** fSuccessPacketReceived: peer: the network phase began, so success was sent and lost (EAP-48). */
  readonly successPacketReceived?: boolean;
  /** fDataReceivedFromInteractiveUI: peer: the user left the dialog (EAP-66). */
  readonly dataReceivedFromInteractiveUI?: boolean;
  /** pDataFromInteractiveUI: null when the dialog gave nothing. Valid during the call only (EAP-67). */
  readonly dataFromInteractiveUI?: Uint8Array | null;
}

/** PPP_EAP_OUTPUT (Table E-4): the host makes it with the values named here, `makeMessage` changes what it wants. */
export interface PppEapOutput {
  /** Action: `EAPACTION_NoAction`. */
  action: PppEapAction;
  /** dwAuthResultCode, with Done and SendAndDone: 0 is success. Preset to 0. */
  authResultCode: number;
  /** pUserAttributes: for the provider with Authenticate; the result's with Done and SendAndDone. Preset to null. */
  userAttributes: readonly RasAuthAttribute[] | null;
  /** fInvokeInteractiveUI: peer: show the dialog (EAP-64). Preset to false. */
  invokeInteractiveUI: boolean;
  /** pUIContextData: for the dialog. Preset to null. */
  uiContextData: Uint8Array | null;
  /** fSaveConnectionData: peer: keep `connectionData` in the phone-book entry. Preset to false. */
  saveConnectionData: boolean;
  /** pConnectionData. Preset to null. */
  connectionData: Uint8Array | null;
  /** fSaveUserData: peer: keep `userData` for the user. Preset to false. */
  saveUserData: boolean;
  /** pUserData. Preset to null. */
  userData: Uint8Array | null;
  /** dwIdExpected of the preliminary edition: default is the identifier of the packet sent. Preset to null. */
  idExpected: number | null;
  /** szIdentity of the preliminary edition: the authenticated user; `raatUserName` wins over it. Preset to null. */
  identity: string | null;
  /** pNgcKerbTicket: accepted and ignored. */
  ngcKerbTicket?: unknown;
  /** fSaveToCredMan: accepted and ignored. */
  saveToCredMan?: boolean;
}
