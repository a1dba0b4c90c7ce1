import type { RasAuthAttribute } from "../contract/auth-attribute.ts";
import { EAPACTION_NoAction, type PppEapAction } from "../contract/constants.ts";
import type { PppEapOutput } from "../contract/ppp-eap.ts";

/** PPP_EAP_OUTPUT with its preset values. */
export class MessageOutput implements PppEapOutput {
  action: PppEapAction = EAPACTION_NoAction;
  authResultCode = 0;
  userAttributes: readonly RasAuthAttribute[] | null = null;
  invokeInteractiveUI = false;
  uiContextData: Uint8Array | null = null;
  saveConnectionData = false;
  connectionData: Uint8Array | null = null;
  saveUserData = false;
  userData: Uint8Array | null = null;
  idExpected: number | null = null;
  identity: string | null = null;
}

/**
 * The field of an output that a method filled with what it may not hold, by name; undefined when all is well. Types
 * keep a TypeScript module from it, nothing keeps the others.
 */
export function unusableField(output: PppEapOutput): string | undefined {
  if (!isStatus(output.authResultCode)) return "authResultCode";
  if (output.userAttributes !== null && !areAttributes(output.userAttributes)) return "userAttributes";
  if (!isOctetsOrNull(output.uiContextData)) return "uiContextData";
  if (!isOctetsOrNull(output.connectionData)) return "connectionData";
  if (!isOctetsOrNull(output.userData)) return "userData";
  if (output.identity !== null && typeof output.identity !== "string") return "identity";
  if (output.idExpected !== null && !isStatus(output.idExpected)) return "idExpected";
  return undefined;
}

/** Whether something is an array of attributes. */
export function areAttributes(value: unknown): value is readonly RasAuthAttribute[] {
  return Array.isArray(value) && value.every(isAttribute);
}

function isAttribute(value: unknown): boolean {
  if (typeof value !== "object" || value === null || !("type" in value) || !("value" in value)) return false;
  return isStatus(value.type) && (value.value instanceof Uint8Array || typeof value.value === "number");
}

function isStatus(value: unknown): boolean {
  return typeof value === "number" && value >>> 0 === value;
}

function isOctetsOrNull(value: unknown): boolean {
  return value === null || value instanceof Uint8Array;
}
