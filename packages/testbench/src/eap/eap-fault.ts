import { decodeEapPacket, EapPacketError, type EapType, eapCodeName, isSameEapType } from "@sallyport/eap";
import type { Milliseconds } from "@sallyport/runtime";
import type { EapSide } from "./side.ts";

/** Which packets a fault befalls: those to which everything that is named applies. */
export interface EapPacketRule {
  /** In which direction. */
  readonly to: EapSide;
  /** Only the so-manieth of those to which the rest applies, from 1; several numbers for several. Default: each of them. */
  readonly nth?: number | readonly number[];
  readonly code?: "Request" | "Response" | "Success" | "Failure";
  readonly type?: EapType;
}

/** What may happen to a packet between the two sides. Made by {@link drop} and its neighbours. */
export interface EapFault {
  readonly rule: EapPacketRule;
  /** What the transcript says: "dropped". */
  readonly name: string;
  /** What arrives of one packet that is on its way. */
  readonly befall: (delivery: EapDelivery) => readonly EapDelivery[];
}

/** One arrival of a packet. */
export interface EapDelivery {
  readonly bytes: Uint8Array;
  /** How much later than otherwise. */
  readonly delay: Milliseconds;
  /** Only after the next packet in the same direction has arrived. */
  readonly held: boolean;
}

/**
 * Packets get lost.
 *
 * @example
 * ```ts
 * import { drop } from "@sallyport/testbench";
 *
 * const faults = [drop({ to: "peer", nth: 3 }), drop({ to: "authenticator", type: 4, nth: [1, 2] })];
 * ```
 */
export function drop(rule: EapPacketRule): EapFault {
  return { rule, name: "dropped", befall: () => [] };
}

/**
 * Packets arrive twice.
 *
 * @param afterMs when the second one arrives, milliseconds after the first; at once by default
 *
 * @example
 * ```ts
 * import { duplicate } from "@sallyport/testbench";
 *
 * const faults = [duplicate({ to: "peer", code: "Request" }, 200)];
 * ```
 */
export function duplicate(rule: EapPacketRule, afterMs: Milliseconds = 0): EapFault {
  return {
    rule,
    name: "duplicated",
    befall: (delivery) => [delivery, { ...delivery, delay: delivery.delay + afterMs }],
  };
}

/**
 * Packets arrive after the one that is sent next in the same direction; never, when none is.
 *
 * @example
 * ```ts
 * import { reorder } from "@sallyport/testbench";
 *
 * const faults = [reorder({ to: "authenticator", nth: 2 })];
 * ```
 */
export function reorder(rule: EapPacketRule): EapFault {
  return { rule, name: "held back", befall: (delivery) => [{ ...delivery, held: true }] };
}

/**
 * Packets arrive late.
 *
 * @param byMs milliseconds beyond the latency of the line
 *
 * @example
 * ```ts
 * import { delay } from "@sallyport/testbench";
 *
 * const faults = [delay({ to: "authenticator" }, 3_500)];
 * ```
 */
export function delay(rule: EapPacketRule, byMs: Milliseconds): EapFault {
  return {
    rule,
    name: `delayed by ${byMs} ms`,
    befall: (delivery) => [{ ...delivery, delay: delivery.delay + byMs }],
  };
}

/**
 * Packets arrive altered.
 *
 * @param change makes the packet that arrives of a copy; by default the last bit of the last octet is turned over
 *
 * @example
 * ```ts
 * import { corrupt } from "@sallyport/testbench";
 *
 * const faults = [corrupt({ to: "peer", nth: 2 }, (packet) => packet.subarray(0, 3))];
 * ```
 */
export function corrupt(
  rule: EapPacketRule,
  change: (packet: Uint8Array<ArrayBuffer>) => Uint8Array = turnLastBit,
): EapFault {
  return {
    rule,
    name: "corrupted",
    befall: (delivery) => [{ ...delivery, bytes: change(new Uint8Array(delivery.bytes)) }],
  };
}

/** Applies faults by their rules, and counts for them. */
export class EapFaults {
  readonly #faults: readonly { readonly fault: EapFault; readonly counted: { packets: number } }[];

  constructor(faults: readonly EapFault[]) {
    this.#faults = faults.map((fault) => ({ fault, counted: { packets: 0 } }));
  }

  /** What becomes of one packet, and the names of the faults that befell it. */
  befall(
    to: EapSide,
    bytes: Uint8Array,
  ): { readonly arriving: readonly EapDelivery[]; readonly names: string[] } {
    let arriving: readonly EapDelivery[] = [{ bytes, delay: 0, held: false }];
    const names: string[] = [];
    for (const { fault, counted } of this.#faults) {
      if (!applies(fault.rule, to, bytes)) continue;
      counted.packets += 1;
      if (!isNth(fault.rule, counted.packets)) continue;
      arriving = arriving.flatMap(fault.befall);
      names.push(fault.name);
    }
    return { arriving, names };
  }
}

function applies(rule: EapPacketRule, to: EapSide, bytes: Uint8Array): boolean {
  if (rule.to !== to) return false;
  if (rule.code === undefined && rule.type === undefined) return true;
  try {
    const { code, type } = decodeEapPacket(bytes);
    const codeFits = rule.code === undefined || eapCodeName(code) === rule.code;
    return codeFits && (rule.type === undefined || (type !== 0 && isSameEapType(type, rule.type)));
  } catch (error) {
    if (error instanceof EapPacketError) return false;
    throw error;
  }
}

function isNth({ nth }: EapPacketRule, count: number): boolean {
  return nth === undefined || (typeof nth === "number" ? nth === count : nth.includes(count));
}

function turnLastBit(packet: Uint8Array<ArrayBuffer>): Uint8Array {
  const last = packet.length - 1;
  return packet.with(last, (packet[last] ?? 0) ^ 1);
}
