import { constantTimeEqual } from "@sallyport/crypto";

/** How many packets wait while a call of the method is outstanding (EAP-39). */
const packetQueueLength = 16;

/**
 * The packets that arrived while a call of the method was outstanding, in order. When it is full, the oldest packet
 * that stands in it twice makes room; without one the new packet is lost, as it could have been on the line.
 */
export class PacketQueue {
  readonly #packets: Uint8Array[] = [];

  /** @returns whether every packet found a place */
  add(packet: Uint8Array): boolean {
    const packets = this.#packets;
    if (packets.length < packetQueueLength) {
      packets.push(packet);
      return true;
    }
    if (packets.some((waiting) => constantTimeEqual(waiting, packet))) return false;
    const duplicate = packets.findIndex((one, index) =>
      packets.some((other, at) => at > index && constantTimeEqual(one, other)),
    );
    if (duplicate < 0) return false;
    packets.splice(duplicate, 1);
    packets.push(packet);
    return false;
  }

  next(): Uint8Array | undefined {
    return this.#packets.shift();
  }
}
