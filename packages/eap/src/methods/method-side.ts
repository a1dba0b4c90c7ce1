import { NO_ERROR } from "@sallyport/errors/win32";
import type { RasEapModule } from "../contract/eap-module.ts";
import type {
  PppEapBeginInput,
  PppEapInfo,
  PppEapInput,
  PppEapOutput,
  RasEapStatus,
} from "../contract/ppp-eap.ts";
import {
  ERROR_AUTH_INTERNAL,
  ERROR_NOT_SUPPORTED,
  ERROR_PPP_INVALID_PACKET,
} from "../contract/status-codes.ts";
import { MethodPacketError } from "./method-packet-error.ts";

/** One session of a method in one role: what stands in its work buffer. */
export interface MethodSide {
  /** As `RasEapMakeMessage`; a `MethodPacketError` that it throws discards the packet. */
  makeMessage(
    receivePacket: Uint8Array | null,
    sendPacket: Uint8Array<ArrayBuffer>,
    output: PppEapOutput,
    input: PppEapInput | null,
  ): RasEapStatus;
  /** As `RasEapEnd`: frees what the session holds. */
  end?(): void;
}

/** Makes the side for one session, or gives the status with which it does not begin. */
export type BeginSide = (input: PppEapBeginInput) => MethodSide | number;

/** A method of one type and two sides as a module. */
export function methodModule(
  type: number,
  sides: { authenticator: BeginSide; peer: BeginSide },
): RasEapModule {
  return {
    RasEapGetInfo(eapTypeId: number, info: PppEapInfo<MethodSide>): number {
      if (eapTypeId !== type) return ERROR_NOT_SUPPORTED;
      info.begin = (workBuffer, input) => {
        const side = input.authenticator ? sides.authenticator(input) : sides.peer(input);
        if (typeof side === "number") return side;
        workBuffer.value = side;
        return NO_ERROR;
      };
      info.makeMessage = makeMessage;
      info.end = (side) => {
        side.end?.();
        return NO_ERROR;
      };
      return NO_ERROR;
    },
  };
}

function makeMessage(
  side: MethodSide,
  receivePacket: Uint8Array | null,
  sendPacket: Uint8Array<ArrayBuffer>,
  output: PppEapOutput,
  input: PppEapInput | null,
): RasEapStatus {
  try {
    return side.makeMessage(receivePacket, sendPacket, output, input);
  } catch (error) {
    if (error instanceof MethodPacketError) return ERROR_PPP_INVALID_PACKET;
    throw error;
  }
}

/** The octets of a peer's identity, or the status of a session whose packets are too small for it. */
export function identityOctets(
  { identity, sendPacketSize }: PppEapBeginInput,
  besides: number,
): Uint8Array | number {
  const octets = new TextEncoder().encode(identity);
  return octets.length + besides > sendPacketSize ? ERROR_AUTH_INTERNAL : octets;
}
