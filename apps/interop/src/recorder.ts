import { createSocket } from "node:dgram";
import { once } from "node:events";
import { onTestFinished } from "vitest";

/** One datagram between two loopback ports. */
export interface Datagram {
  readonly from: number;
  readonly to: number;
  readonly bytes: Uint8Array;
}

/** A UDP relay in front of a server, which keeps what passes in both directions. */
export async function recordInFrontOf(
  server: string,
): Promise<{ readonly address: string; readonly datagrams: Datagram[] }> {
  const target = Number(server.split(":").at(-1));
  const datagrams: Datagram[] = [];
  const front = createSocket("udp4").bind(0, "127.0.0.1");
  const back = createSocket("udp4").bind(0, "127.0.0.1");
  await Promise.all([once(front, "listening"), once(back, "listening")]);
  onTestFinished(() => {
    front.close();
    back.close();
  });
  let client = 0;
  front.on("message", (bytes, { port }) => {
    client = port;
    datagrams.push({ from: port, to: target, bytes: Uint8Array.from(bytes) });
    back.send(bytes, target, "127.0.0.1");
  });
  back.on("message", (bytes) => {
    datagrams.push({ from: target, to: client, bytes: Uint8Array.from(bytes) });
    front.send(bytes, client, "127.0.0.1");
  });
  return { address: `127.0.0.1:${front.address().port}`, datagrams };
}

/** Datagrams as a capture file (pcap, raw IPv4), for programs that read captures. */
export function pcapOf(datagrams: readonly Datagram[]): Uint8Array {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(65_535, 16);
  header.writeUInt32LE(101, 20); // LINKTYPE_RAW
  const records = datagrams.map(({ from, to, bytes }, index) => {
    const record = Buffer.alloc(16 + 28 + bytes.length);
    record.writeUInt32LE(1_700_000_000 + index, 0);
    record.writeUInt32LE(28 + bytes.length, 8);
    record.writeUInt32LE(28 + bytes.length, 12);
    record.writeUInt8(0x45, 16);
    record.writeUInt16BE(28 + bytes.length, 18);
    record.writeUInt8(64, 24);
    record.writeUInt8(17, 25);
    record.set([127, 0, 0, 1, 127, 0, 0, 1], 28);
    record.writeUInt16BE(from, 36);
    record.writeUInt16BE(to, 38);
    record.writeUInt16BE(8 + bytes.length, 40);
    record.set(bytes, 44);
    return record;
  });
  return Buffer.concat([header, ...records]);
}
