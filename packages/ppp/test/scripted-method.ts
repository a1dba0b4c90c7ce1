import {
  EAPACTION_Done,
  EAPACTION_Send,
  EAPACTION_SendAndDone,
  type EapMethodRegistration,
  encodeEapPacket,
  encodeEapResult,
  type PppEapBeginInput,
  type PppEapInput,
  type PppEapOutput,
  type RasEapModule,
} from "@sallyport/eap";

interface Call {
  readonly received: Uint8Array | null;
  readonly input: PppEapInput | null;
  readonly sendPacket: Uint8Array;
  readonly output: PppEapOutput;
  readonly begun: PppEapBeginInput;
  readonly index: number;
}

/** A method that does as told; what it was called with, in order. */
export function scripted(...reactions: ((call: Call) => void)[]): {
  readonly registration: EapMethodRegistration;
  /** The calls of RasEapMakeMessage: the code that came, or that none did. */
  readonly calls: string[];
  readonly begins: PppEapBeginInput[];
} {
  const calls: string[] = [];
  const begins: PppEapBeginInput[] = [];
  const module: RasEapModule = {
    RasEapGetInfo(_type, info) {
      info.begin = (work, begun) => {
        begins.push(begun);
        work.value = { begun, index: 0 };
        return 0;
      };
      info.makeMessage = (work, received, sendPacket, output, input) => {
        const session = work as { begun: PppEapBeginInput; index: number };
        const inferred = input?.successPacketReceived === true ? " inferred" : "";
        calls.push(received === null ? `null${inferred}` : `${received[0]}`);
        const reaction = reactions[Math.min(session.index, reactions.length - 1)];
        reaction?.({ received, sendPacket, output, input, begun: session.begun, index: session.index++ });
        return 0;
      };
      return 0;
    },
  };
  return { registration: { type: 4, module }, calls, begins };
}

export const asks =
  (action: PppEapOutput["action"]) =>
  ({ sendPacket, output, begun }: Call): void => {
    sendPacket.set(
      encodeEapPacket({ code: 1, identifier: begun.initialId, type: 4, data: Uint8Array.of(1) }),
    );
    output.action = action;
  };
export const responds = ({ received, sendPacket, output }: Call): void => {
  const identifier = received?.[1] ?? 0;
  sendPacket.set(encodeEapPacket({ code: 2, identifier, type: 4, data: Uint8Array.of(2) }));
  output.action = EAPACTION_Send;
};
export const succeeds = ({ received, sendPacket, output }: Call): void => {
  sendPacket.set(encodeEapResult(3, received?.[1] ?? 0));
  output.action = EAPACTION_SendAndDone;
  output.authResultCode = 0;
};
export const ends =
  (result: number) =>
  ({ output }: Call): void => {
    output.action = EAPACTION_Done;
    output.authResultCode = result;
  };
