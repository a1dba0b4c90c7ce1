import type { Milliseconds } from "@sallyport/runtime";
import { formatAttribute } from "../dictionary/format-attribute.ts";
import { radiusCodeName } from "../wire/codes.ts";
import type { RadiusPacket, RawAttribute } from "../wire/packet.ts";

/** A verified answer of a server. */
export class RadiusAnswer {
  readonly code: number;
  /** `"Access-Accept"`. */
  readonly codeName: string;
  readonly packet: RadiusPacket;
  /** Of the packet, in order. */
  readonly attributes: readonly RawAttribute[];
  /** From the first transmission to this answer, in milliseconds. */
  readonly roundTrip: Milliseconds;
  /** How often the request was sent. */
  readonly tries: number;
  /** Of the request: what encrypted values of the answer, such as MS-MPPE-Send-Key, are revealed with. */
  readonly requestAuthenticator: Uint8Array;

  constructor(
    packet: RadiusPacket,
    roundTrip: Milliseconds,
    tries: number,
    requestAuthenticator: Uint8Array,
  ) {
    this.code = packet.code;
    this.codeName = radiusCodeName(packet.code);
    this.packet = packet;
    this.attributes = [...packet];
    this.roundTrip = roundTrip;
    this.tries = tries;
    this.requestAuthenticator = requestAuthenticator;
  }

  /** The text of the first attribute of a name, as `formatAttribute` shows it; a tag may be left out of the name. */
  get(name: string): string | undefined {
    const wanted = name.toLowerCase();
    for (const attribute of this.attributes) {
      const formatted = formatAttribute(attribute);
      const own = formatted.name.toLowerCase();
      if (own === wanted || own.replace(/:\d+$/, "") === wanted) return formatted.text;
    }
    return undefined;
  }
}
