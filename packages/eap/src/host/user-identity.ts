import { NO_ERROR } from "@sallyport/errors/win32";
import { RAS_EAP_FLAG_MACHINE_AUTH, RAS_EAP_FLAG_NON_INTERACTIVE } from "../contract/constants.ts";
import type { EapUserInterface, EapUserWindow, RasEapUserInterfaceModule } from "../contract/eap-module.ts";
import type { EapSignal, Out } from "../contract/ppp-eap.ts";
import {
  ERROR_INTERACTIVE_MODE,
  ERROR_INVALID_FUNCTION_FOR_ENTRY,
  ERROR_NOT_SUPPORTED,
} from "../contract/status-codes.ts";
import { eapTypeOctet } from "../wire/eap-type.ts";
import { statusOf } from "./call-status.ts";
import type { EapMethod } from "./method-registry.ts";
import { userWindow } from "./user-window.ts";

/** What is asked for before a connection is made. */
export interface EapUserIdentityRequest {
  /** Of the entry; undefined when it does not use EAP. */
  readonly method: EapMethod | undefined;
  /** Who can be asked; nobody without it. */
  readonly user?: EapUserInterface;
  /** `RAS_EAP_FLAG_...`; with NON_INTERACTIVE and MACHINE_AUTH nobody is asked (EAP-69, EAP-70). */
  readonly flags?: number;
  readonly phonebook?: string;
  readonly entry?: string;
  readonly connectionData?: Uint8Array | null;
  readonly userData?: Uint8Array | null;
  /** Known already, so that no standard dialog is needed for it. */
  readonly userName?: string;
  readonly password?: string;
  /** Gives the dialogs up. */
  readonly signal?: EapSignal;
}

/** The identity for a peer's session: its fields go to `createEapPeer` as they are. */
export interface EapUserIdentity {
  readonly identity: string;
  readonly password: string | null;
  readonly userData: Uint8Array | null;
  /** Frees what the module returned; the peer's host calls it after begin (EAP-73). */
  readonly releaseIdentity: () => void;
}

/** What {@link getEapUserIdentity} comes to: `status` 0 with an identity, or an error code without one. */
export type EapUserIdentityResult =
  | { readonly status: 0; readonly user: EapUserIdentity }
  | { readonly status: number; readonly user?: undefined };

/**
 * Finds out who the user is, as RasGetEapUserIdentity does: by the standard dialogs or by the method's own
 * RasEapGetIdentity, as its registration says (EAP-71, EAP-72).
 *
 * @returns 0; 780 without a method; 703 when a dialog is needed and not allowed, or the user cancelled it; 50 when the
 *   method cannot tell the machine's identity; or what RasEapGetIdentity returned
 *
 * @example
 * ```ts
 * import { type EapMethodRegistry, type EapUserInterface, getEapUserIdentity } from "@sallyport/eap";
 *
 * async function whoIsIt(registry: EapMethodRegistry, user: EapUserInterface) {
 *   const found = await getEapUserIdentity({ method: registry.find(26), user });
 *   return found.user?.identity ?? `error ${found.status}`;
 * }
 * ```
 */
export async function getEapUserIdentity(request: EapUserIdentityRequest): Promise<EapUserIdentityResult> {
  const { method, flags = 0, user, signal = never } = request;
  if (method === undefined) return { status: ERROR_INVALID_FUNCTION_FOR_ENTRY };
  const { invokeUsernameDialog = true, invokePasswordDialog = true } = method.registration;
  const silent = (flags & (RAS_EAP_FLAG_NON_INTERACTIVE | RAS_EAP_FLAG_MACHINE_AUTH)) !== 0;
  const window = silent || user === undefined ? null : userWindow(user, () => signal);
  const machine = (flags & RAS_EAP_FLAG_MACHINE_AUTH) !== 0;
  if (machine && invokeUsernameDialog) return { status: ERROR_NOT_SUPPORTED };
  const named = invokeUsernameDialog
    ? await standardName(request, window)
    : await methodIdentity(request, method, window);
  if (named.user === undefined || !invokePasswordDialog || machine) return named;
  const password = request.password ?? (await window?.ask({ text: "Password: ", echo: false })) ?? null;
  if (password !== null) return { status: NO_ERROR, user: { ...named.user, password } };
  named.user.releaseIdentity();
  return { status: ERROR_INTERACTIVE_MODE };
}

async function standardName(
  request: EapUserIdentityRequest,
  window: EapUserWindow | null,
): Promise<EapUserIdentityResult> {
  const identity = request.userName ?? (await window?.ask({ text: "User name: " })) ?? null;
  if (identity === null) return { status: ERROR_INTERACTIVE_MODE };
  const { userData = null, password = null } = request;
  return { status: NO_ERROR, user: { identity, password, userData, releaseIdentity: () => undefined } };
}

async function methodIdentity(
  request: EapUserIdentityRequest,
  method: EapMethod,
  window: EapUserWindow | null,
): Promise<EapUserIdentityResult> {
  const { flags = 0, phonebook = null, entry = null, userData = null, password = null } = request;
  const module = method.registration.identity;
  if (module?.RasEapGetIdentity === undefined) return { status: ERROR_NOT_SUPPORTED };
  const connectionData = request.connectionData ?? method.registration.configData ?? null;
  const userDataOut: Out<Uint8Array | null> = { value: null };
  const identityOut: Out<string | null> = { value: null };
  const type = eapTypeOctet(method.type);
  const { status } = await statusOf(
    () =>
      module.RasEapGetIdentity?.(
        type,
        window,
        flags,
        phonebook,
        entry,
        connectionData,
        userData,
        userDataOut,
        identityOut,
      ) ?? ERROR_NOT_SUPPORTED,
  );
  const returned = [userDataOut.value, identityOut.value].filter((memory) => memory !== null);
  const releaseIdentity = once(() => freeMemory(module, returned));
  const identity = identityOut.value;
  if (status !== NO_ERROR || identity === null) {
    releaseIdentity();
    return { status: status === NO_ERROR ? ERROR_INTERACTIVE_MODE : status };
  }
  return {
    status: NO_ERROR,
    user: { identity, password, userData: userDataOut.value ?? userData, releaseIdentity },
  };
}

/** RasEapFreeMemory, once for each buffer; what it throws has no consequence. */
export function freeMemory(
  module: RasEapUserInterfaceModule,
  returned: readonly (Uint8Array | string)[],
): void {
  for (const memory of returned) {
    try {
      module.RasEapFreeMemory?.(memory);
    } catch {
      // EAP-93: the buffers were copied, nothing depends on this.
    }
  }
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    action();
  };
}

const never: EapSignal = new AbortController().signal;
