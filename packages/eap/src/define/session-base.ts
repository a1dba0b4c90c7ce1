import type { Clock, Random } from "@sallyport/runtime";
import { type RasAuthAttribute, textAttribute } from "../contract/auth-attribute.ts";
import { raatUserName } from "../contract/auth-attribute-types.ts";
import type { EapSignal, PppEapBeginInput } from "../contract/ppp-eap.ts";
import { ERROR_AUTHENTICATION_FAILURE } from "../contract/status-codes.ts";
import type { EapType } from "../wire/eap-type.ts";
import type { EapSession, EapVerdict } from "./session.ts";

/** What begin told, as both coroutines see it. The signal is taken from the host only when somebody asks for it. */
export class SessionBase implements Omit<EapSession, "succeed"> {
  readonly type: EapType;
  readonly identity: string;
  readonly maxDataLength: number;
  readonly connectionData: Uint8Array | null;
  readonly flags: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly #input: PppEapBeginInput;

  constructor(type: EapType, input: PppEapBeginInput) {
    this.type = type;
    this.identity = input.identity;
    this.maxDataLength = input.sendPacketSize - (typeof type === "number" ? 5 : 12);
    this.connectionData = copied(input.connectionData);
    this.flags = input.flags;
    this.clock = input.clock;
    this.random = input.random;
    this.#input = input;
  }

  get signal(): EapSignal {
    return this.#input.signal;
  }

  fail(code: number = ERROR_AUTHENTICATION_FAILURE): EapVerdict {
    if (!Number.isInteger(code) || code < 1 || code > 0xffffffff) {
      throw new RangeError(`code must be a status code other than 0, not ${code}`);
    }
    return { result: code, identity: null, attributes: [] };
  }

  /** @throws {RangeError} when the octets do not fit into one packet */
  protected checkData(data: Uint8Array): void {
    if (data.length > this.maxDataLength) {
      throw new RangeError(`data must have at most ${this.maxDataLength} octets, not ${data.length}`);
    }
  }
}

/** What stays valid after begin (EAP-10). */
export function copied(bytes: Uint8Array | null): Uint8Array<ArrayBuffer> | null {
  return bytes === null ? null : new Uint8Array(bytes);
}

/** The attributes of a verdict, with the identity among them (EAP-46, X-07). */
export function verdictAttributes(verdict: EapVerdict): readonly RasAuthAttribute[] {
  const { identity, attributes } = verdict;
  return identity === null ? attributes : [...attributes, textAttribute(raatUserName, identity)];
}

/** @throws {TypeError} when a coroutine returned anything but a verdict */
export function checkVerdict(verdict: EapVerdict): EapVerdict {
  if (typeof verdict?.result === "number") return verdict;
  throw new TypeError("a coroutine must return session.succeed() or session.fail()");
}
