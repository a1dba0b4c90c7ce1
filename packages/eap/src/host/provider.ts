import { isThenable } from "@sallyport/runtime";
import type { RasAuthAttribute } from "../contract/auth-attribute.ts";
import {
  raatARAPPassword,
  raatMD5CHAPPassword,
  raatUserPassword,
  raatVendorSpecific,
} from "../contract/auth-attribute-types.ts";
import { ERROR_AUTH_INTERNAL } from "../contract/status-codes.ts";
import { thrownStatus } from "./call-status.ts";
import { areAttributes } from "./message-output.ts";

/** Who verifies credentials for methods that ask for it with `EAPACTION_Authenticate` (EAP-50): Windows or RADIUS there. */
export interface EapProvider {
  /** Verifies a clear password or an MD5-challenge answer (EAP-53). */
  authenticate(request: EapProviderRequest): EapProviderResult | PromiseLike<EapProviderResult>;
  /** Takes the user as authentic and tells what the user may do (EAP-52). */
  authorize(request: EapProviderRequest): EapProviderResult | PromiseLike<EapProviderResult>;
}

/** What a provider is asked. */
export interface EapProviderRequest {
  /** The identity that the method was begun with. */
  readonly identity: string;
  /** What the method gave; never what stands in `sessionAttributes` already (EAP-54). */
  readonly attributes: readonly RasAuthAttribute[];
  /** What the host knows of the session. */
  readonly sessionAttributes: readonly RasAuthAttribute[];
  /** A password that a module of the server brought for this user (NPS-66): it counts instead of the account's. */
  readonly suppliedPassword?: Uint8Array;
}

/** What a provider found. */
export interface EapProviderResult {
  /** 0 is success; otherwise a status code: 691, 647 ... */
  readonly result: number;
  /** Authorizations, for example Filter-Id and Session-Timeout. */
  readonly attributes: readonly RasAuthAttribute[];
}

/**
 * Asks the provider what a method wants to know: authorization alone where there are no credentials (EAP-52), and only
 * the credentials that it understands (EAP-53). What it throws is 645, or the code of a WindowsError.
 *
 * @param report takes words for the log
 */
export function askProvider(
  provider: EapProvider | undefined,
  request: EapProviderRequest,
  report: (what: string) => void,
): EapProviderResult | Promise<EapProviderResult> {
  const refused = (what: string): EapProviderResult => {
    report(what);
    return { result: ERROR_AUTH_INTERNAL, attributes: [] };
  };
  if (provider === undefined) return refused("the method asks for a provider, and there is none");
  const credentials = credentialsIn(request.attributes);
  if (credentials === "other") return refused("the method passed credentials that no provider verifies");
  if (credentials === "none") {
    report("the method passed no credentials: the provider takes the user as authentic");
  }
  const failed = (error: unknown): EapProviderResult => {
    const { status, reason } = thrownStatus(error);
    report(`the provider ${reason}`);
    return { result: status, attributes: [] };
  };
  const checked = (answer: EapProviderResult): EapProviderResult => {
    const usable = Number.isInteger(answer?.result) && areAttributes(answer.attributes);
    return usable ? answer : refused("the provider gave no result");
  };
  try {
    const answer = credentials === "none" ? provider.authorize(request) : provider.authenticate(request);
    return isThenable(answer) ? Promise.resolve(answer).then(checked).catch(failed) : checked(answer);
  } catch (error) {
    return failed(error);
  }
}

/** CHAP-Password and its challenge, User-Password; or what stands for another protocol (EAP-53). */
function credentialsIn(attributes: readonly RasAuthAttribute[]): "known" | "other" | "none" {
  if (attributes.some(({ type }) => type === raatUserPassword || type === raatMD5CHAPPassword))
    return "known";
  return attributes.some(isOtherCredential) ? "other" : "none";
}

function isOtherCredential({ type, value }: RasAuthAttribute): boolean {
  if (type === raatARAPPassword) return true;
  if (type !== raatVendorSpecific || typeof value === "number") return false;
  const microsoft = value[0] === 0 && value[1] === 0 && value[2] === 1 && value[3] === 0x37;
  return microsoft && msChapResponses.has(value[4] ?? 0);
}

/** MS-CHAP-Response, MS-CHAP-CPW-1, MS-CHAP-CPW-2, MS-CHAP2-Response, MS-CHAP2-CPW (RFC 2548 section 2). */
const msChapResponses: ReadonlySet<number> = new Set([1, 3, 4, 25, 27]);
