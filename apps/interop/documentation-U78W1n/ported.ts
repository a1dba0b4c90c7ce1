// apps/docs/guides/eap-method.md:292
import { EAPACTION_SendAndDone, EAPACTION_SendWithTimeout, type PppEapInfo } from "@sallyport/eap";

/** Asks once, and takes every answer. */
export function RasEapGetInfo(eapTypeId: number, info: PppEapInfo<{ identifier: number }>): number {
  info.begin = (workBuffer, input) => {
    workBuffer.value = { identifier: input.initialId };
    return 0;
  };
  info.makeMessage = (work, received, sendPacket, output) => {
    if (received !== null && received[1] !== work.identifier) return 722; // discarded
    const done = received !== null;
    sendPacket.set(done ? [3, work.identifier, 0, 4] : [1, work.identifier, 0, 5, eapTypeId]);
    output.action = done ? EAPACTION_SendAndDone : EAPACTION_SendWithTimeout;
    return 0;
  };
  return 0;
}

export {};
