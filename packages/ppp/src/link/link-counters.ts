import { type DeframerCounters, zeroDeframerCounters } from "../framing/deframer.ts";

/** What went over a link. All counts start at 0. */
export interface PppCounters extends DeframerCounters {
  framesSent: number;
  /** As they go over the line. */
  octetsSent: number;
  /** Packets of IP. */
  packetsReceived: number;
  packetsSent: number;
  /** Frames that were not sent because the line was full, and packets that were longer than the other side takes. */
  dropped: number;
  /** Packets that made no sense where they came: not negotiated, malformed, too early. */
  discarded: number;
  /** Packets of protocols that are not known here. */
  unknownProtocols: number;
}

export function zeroCounters(): PppCounters {
  return {
    ...zeroDeframerCounters(),
    framesSent: 0,
    octetsSent: 0,
    packetsReceived: 0,
    packetsSent: 0,
    dropped: 0,
    discarded: 0,
    unknownProtocols: 0,
  };
}
