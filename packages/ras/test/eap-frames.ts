import type { EapMethodRegistration, PppEapBeginInput, PppEapInput, PppEapOutput } from "@sallyport/eap";
import { encodeFrame, PppDeframer, protocolEap } from "@sallyport/ppp";

/** The EAP packets in octets of a line, in order. */
export function eapPacketsIn(octets: readonly Uint8Array[]): Uint8Array[] {
  const packets: Uint8Array[] = [];
  const deframer = new PppDeframer({
    onFrame: (protocol, packet) => {
      if (protocol === protocolEap) packets.push(Uint8Array.from(packet));
    },
  });
  deframer.characterMap = 0;
  for (const chunk of octets) deframer.receive(chunk);
  return packets;
}

/** Whether octets are a frame with an EAP packet that fits. */
export function isEap(octets: Uint8Array, fits: (packet: Uint8Array) => boolean): boolean {
  return eapPacketsIn([octets]).some(fits);
}

export function eapFrame(packet: Uint8Array): Uint8Array<ArrayBuffer> {
  return encodeFrame(protocolEap, packet);
}

export interface Observed {
  readonly begun: PppEapBeginInput[];
  /** `null`, or the first two octets of what a call was given, and the input. */
  readonly made: { readonly received: string | null; readonly input: PppEapInput | null }[];
  ended: number;
}

/** A method whose calls can be seen; `make` may take the place of its own. */
export function observed(
  registration: EapMethodRegistration,
  make?: (received: Uint8Array | null, send: Uint8Array, output: PppEapOutput, call: number) => number,
): { readonly registration: EapMethodRegistration; readonly seen: Observed } {
  const seen: Observed = { begun: [], made: [], ended: 0 };
  return {
    seen,
    registration: {
      ...registration,
      module: {
        ...registration.module,
        RasEapGetInfo(type, info) {
          const result = registration.module.RasEapGetInfo(type, info);
          const { begin, makeMessage, end } = info;
          info.begin = (work, input) => {
            seen.begun.push({ ...input });
            return begin?.(work, input) ?? 0;
          };
          info.makeMessage = (work, received, send, output, input) => {
            const call = seen.made.length;
            seen.made.push({
              received: received && `${received[0]}/${received[1]}`,
              input: input && { ...input },
            });
            if (make !== undefined) return make(received, send, output, call);
            return makeMessage?.(work, received, send, output, input) ?? 0;
          };
          info.end = (work) => {
            seen.ended += 1;
            return end?.(work) ?? 0;
          };
          return result;
        },
      },
    },
  };
}
