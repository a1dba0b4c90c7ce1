import { eapHeaderLength } from "../wire/packet.ts";

/** The packet that a method put into its buffer, copied; undefined when it is none (EAP-19). */
export function packetIn(buffer: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  const length = lengthIn(buffer);
  const code = buffer[0] ?? 0;
  if (length < eapHeaderLength || length > buffer.length || code < 1 || code > 4) return undefined;
  const packet = new Uint8Array(length);
  if (length > shortPacket) packet.set(buffer.subarray(0, length));
  else for (let index = 0; index < length; index += 1) packet[index] = buffer[index] ?? 0;
  return packet;
}

/** The Length field of what a method put into its buffer. */
export function lengthIn(buffer: Uint8Array): number {
  return ((buffer[2] ?? 0) << 8) | (buffer[3] ?? 0);
}

/** Up to here copying octet by octet is cheaper than a view. */
const shortPacket = 64;
