import { ERROR_AUTH_INTERNAL } from "@sallyport/errors/ras";
import { ERROR_INVALID_PARAMETER, NO_ERROR } from "@sallyport/errors/win32";
import {
  DNLEN,
  SECURITYMSG_ERROR,
  SECURITYMSG_FAILURE,
  SECURITYMSG_SUCCESS,
  UNLEN,
} from "../contract/constants.ts";

/** What a module decided about a caller. */
export type Verdict =
  | { readonly kind: "success" | "failure"; readonly userName: string; readonly domain: string }
  | {
      readonly kind: "error";
      readonly error: number;
      readonly userName: string;
      readonly domain: string;
      /** What is wrong with the message, where the error is the host's own. */
      readonly malformed?: string;
    };

/**
 * Reads what a module handed to Complete. A malformed message is an ERROR: 87 for wrong fields, 645 for an ERROR without
 * an error code (RAS-37, RAS-38).
 */
export function readVerdict(message: unknown): Verdict {
  if (typeof message !== "object" || message === null) return malformed("it is no SECURITY_MESSAGE");
  const { msgId, error, userName, domain } = message as Record<string, unknown>;
  const nameProblem = textProblem("UserName", userName, UNLEN) ?? textProblem("Domain", domain, DNLEN);
  if (nameProblem !== undefined) return malformed(nameProblem);
  switch (msgId) {
    case SECURITYMSG_SUCCESS:
    case SECURITYMSG_FAILURE:
      return verdictOnUser(msgId, error, userName, domain);
    case SECURITYMSG_ERROR:
      return errorVerdict(error, userName, domain);
    default:
      return malformed(`its dwMsgId is ${String(msgId)}`);
  }
}

function verdictOnUser(msgId: number, error: unknown, userName: unknown, domain: unknown): Verdict {
  if (error !== undefined && error !== NO_ERROR)
    return malformed("its dwError is not 0 although it is no error");
  if (typeof userName !== "string") return malformed("its UserName is missing");
  if (typeof domain !== "string") return malformed("its Domain is missing");
  // A refused caller may have told no name; one who goes on has.
  if (msgId === SECURITYMSG_SUCCESS && userName === "") return malformed("its UserName is empty");
  return { kind: msgId === SECURITYMSG_SUCCESS ? "success" : "failure", userName, domain };
}

function errorVerdict(error: unknown, userName: unknown, domain: unknown): Verdict {
  const names = {
    userName: typeof userName === "string" ? userName : "",
    domain: typeof domain === "string" ? domain : "",
  };
  if (error === undefined || error === NO_ERROR) {
    return { kind: "error", error: ERROR_AUTH_INTERNAL, ...names, malformed: "its dwError is 0" };
  }
  if (!isCode(error)) return malformed(`its dwError is ${String(error)}`);
  return { kind: "error", error, ...names };
}

function malformed(why: string): Verdict {
  return { kind: "error", error: ERROR_INVALID_PARAMETER, userName: "", domain: "", malformed: why };
}

function textProblem(field: string, value: unknown, longest: number): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "string") return `its ${field} is no text`;
  if (value.length > longest) return `its ${field} has ${value.length} characters; ${longest} are possible`;
  // A zero would end the text in the Windows structure.
  return value.includes("\0") ? `its ${field} contains a zero` : undefined;
}

/** Whether something is a status number: a whole number of 32 bits. */
export function isCode(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= -0x80000000 && value <= 0xffffffff;
}
