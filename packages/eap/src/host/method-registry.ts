import { NO_ERROR } from "@sallyport/errors/win32";
import { isThenable, type Log } from "@sallyport/runtime";
import {
  RAS_EAP_ROLE_AUTHENTICATEE,
  RAS_EAP_ROLE_AUTHENTICATOR,
  RAS_EAP_ROLE_EXCLUDE_IN_EAP,
  RAS_EAP_ROLE_EXCLUDE_IN_PEAP,
  RAS_EAP_ROLE_EXCLUDE_IN_VPN,
} from "../contract/constants.ts";
import type { RasEapModule } from "../contract/eap-module.ts";
import type { PppEapInfo, RasEapMakeMessage, RasEapStatus } from "../contract/ppp-eap.ts";
import type { EapMethodRegistration } from "../contract/registration.ts";
import { EapEvent, eapEventSource } from "../events.ts";
import { checkMethodType, type EapType, eapTypeName, eapTypeOctet, isSameEapType } from "../wire/eap-type.ts";
import { statusOf } from "./call-status.ts";

/** A method that is ready for sessions. Made by {@link openEapMethods}. */
export interface EapMethod {
  readonly type: EapType;
  /** FriendlyName, or the type's well-known name. */
  readonly name: string;
  readonly registration: EapMethodRegistration;
  /** RasEapBegin; null where the method has none. */
  readonly begin: PppEapInfo["begin"];
  readonly makeMessage: RasEapMakeMessage;
  /** RasEapEnd; null where the method has none, or no begin (EAP-05). */
  readonly end: PppEapInfo["end"];
}

/** For whom methods are wanted. */
export interface EapMethodUse {
  readonly role: "authenticator" | "peer";
  /** Where: in EAP itself (default) or inside PEAP. */
  readonly inside?: "eap" | "peap";
  readonly isVpn?: boolean;
  /** Only methods that yield session keys; false by default (EAP-85). */
  readonly requireEncryption?: boolean;
}

/** The methods of this host: what `HKLM\...\PPP\EAP` is on Windows. */
export interface EapMethodRegistry {
  /** All that are available, in the order of registration. */
  readonly methods: readonly EapMethod[];
  /** Those that may be used so, in the order of registration (EAP-85, EAP-87, EAP-88). */
  usable(use: EapMethodUse): readonly EapMethod[];
  /** The available method of a type. */
  find(type: EapType): EapMethod | undefined;
  /** Calls Initialize(FALSE) of each method whose Initialize(TRUE) succeeded, once. Errors are logged. */
  close(): Promise<void>;
}

/** What {@link openEapMethods} may be told. */
export interface EapMethodsOptions {
  readonly log: Log;
  /** Whether this server belongs to a domain: decides about methods with StandaloneSupported 0; true by default (EAP-88). */
  readonly domainMember?: boolean;
}

/**
 * Asks each registered type's module for its functions and initializes it (EAP-01 to EAP-05). A type whose module fails
 * is logged and left out; the others stay usable.
 *
 * @throws {RangeError} for a type that no method can have, or that is registered twice
 *
 * @example
 * ```ts
 * import { openEapMethods } from "@sallyport/eap";
 * import { silentLog } from "@sallyport/runtime";
 * import * as tokenCard from "./token-card.ts";
 *
 * const registry = await openEapMethods([{ type: 6, friendlyName: "Token", module: tokenCard }], { log: silentLog });
 * registry.usable({ role: "authenticator" });
 * ```
 */
export async function openEapMethods(
  registrations: readonly EapMethodRegistration[],
  options: EapMethodsOptions,
): Promise<EapMethodRegistry> {
  const { log, domainMember = true } = options;
  for (const [index, { type }] of registrations.entries()) {
    checkMethodType(type);
    if (registrations.slice(0, index).some((earlier) => isSameEapType(earlier.type, type))) {
      throw new RangeError(`${eapTypeName(type)} is registered twice`);
    }
  }
  const methods: EapMethod[] = [];
  const initialized: { readonly name: string; readonly info: PppEapInfo }[] = [];
  for (const registration of registrations) {
    const opened = await open(registration, log);
    if (opened === undefined) continue;
    methods.push(opened.method);
    initialized.push({ name: opened.method.name, info: opened.info });
  }
  return {
    methods,
    usable: (use) => methods.filter((method) => isUsable(method.registration, use, domainMember)),
    find: (type) => methods.find((method) => isSameEapType(method.type, type)),
    async close() {
      for (const { name, info } of initialized.splice(0)) {
        const code = await statusOf(() => info.initialize?.(false) ?? NO_ERROR);
        if (code.status !== NO_ERROR) unavailable(log, name, `Initialize(FALSE) ${code.reason}`, code.status);
      }
    },
  };
}

/** EAP-87: a role that is not named at all allows both, as an absent value does. */
function isUsable(registration: EapMethodRegistration, use: EapMethodUse, domainMember: boolean): boolean {
  const { rolesSupported: roles, standaloneSupported = true, mppeEncryptionSupported = false } = registration;
  if (use.role === "authenticator" && !standaloneSupported && !domainMember) return false;
  if (use.requireEncryption === true && !mppeEncryptionSupported) return false;
  if (roles === undefined) return true;
  const either = RAS_EAP_ROLE_AUTHENTICATOR | RAS_EAP_ROLE_AUTHENTICATEE;
  const wanted = use.role === "authenticator" ? RAS_EAP_ROLE_AUTHENTICATOR : RAS_EAP_ROLE_AUTHENTICATEE;
  if ((roles & either) !== 0 && (roles & wanted) === 0) return false;
  const excluded = use.inside === "peap" ? RAS_EAP_ROLE_EXCLUDE_IN_PEAP : RAS_EAP_ROLE_EXCLUDE_IN_EAP;
  if ((roles & excluded) !== 0) return false;
  return use.isVpn !== true || (roles & RAS_EAP_ROLE_EXCLUDE_IN_VPN) === 0;
}

/** The size of PPP_EAP_INFO on 64-bit Windows: two numbers and four pointers. */
const sizeOfInfo = 40;

async function open(
  registration: EapMethodRegistration,
  log: Log,
): Promise<{ readonly method: EapMethod; readonly info: PppEapInfo } | undefined> {
  const { type, module } = registration;
  const name = registration.friendlyName ?? eapTypeName(type);
  const info: PppEapInfo = {
    sizeInBytes: sizeOfInfo,
    eapTypeId: eapTypeOctet(type),
    eapType: type,
    initialize: null,
    begin: null,
    makeMessage: null,
    end: null,
  };
  const asked = await statusOf(() => entryPoint(module, info));
  if (asked.status !== NO_ERROR) {
    return unavailable(log, name, `RasEapGetInfo ${asked.reason}`, asked.status);
  }
  const { makeMessage } = info;
  if (typeof makeMessage !== "function") {
    return unavailable(log, name, "RasEapGetInfo gave no RasEapMakeMessage", asked.status);
  }
  const { initialize, begin } = info;
  const ready = initialize === null ? asked : await statusOf(() => initialize(true));
  if (ready.status !== NO_ERROR) {
    return unavailable(log, name, `Initialize(TRUE) ${ready.reason}`, ready.status);
  }
  const end = begin === null ? null : info.end;
  return { method: { type, name, registration, begin, makeMessage, end }, info };
}

function entryPoint(module: RasEapModule, info: PppEapInfo): RasEapStatus {
  const code = module.RasEapGetInfo(info.eapTypeId, info);
  if (isThenable<number>(code)) throw new TypeError("RasEapGetInfo must return a number, not a promise");
  return code;
}

function unavailable(log: Log, name: string, what: string, status: number): undefined {
  log.write({
    source: eapEventSource,
    id: EapEvent.MethodUnavailable,
    severity: "error",
    message: `EAP method ${name}: ${what}`,
    fields: { method: name, status },
  });
}
