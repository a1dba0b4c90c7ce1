import type { Clock, Milliseconds, Random } from "@sallyport/runtime";

/** What goes wrong on a line. */
export interface LineFaults {
  /** How long every byte is on its way, milliseconds. Default 0. */
  readonly delayMs?: Milliseconds;
  /** The share of bytes that get lost, 0 to 1. Default 0. */
  readonly drop?: number;
  /** The share of bytes that arrive as others, 0 to 1. Default 0. */
  readonly noise?: number;
  /** The line is lost when so many bytes have passed, in both directions together. Default: never. */
  readonly hangUpAfter?: number;
  /** Which way is disturbed. Default: both. */
  readonly direction?: "to the module" | "to the caller" | "both";
}

/** One direction of a line with faults: keeps the order, and is the same in every run. */
export type LineDirection = (bytes: Uint8Array, delivered: (bytes: Uint8Array<ArrayBuffer>) => void) => void;

/**
 * Makes the two directions of a line.
 *
 * @throws {RangeError} naming the fault that is impossible
 */
export function faultyLine(options: {
  readonly faults: LineFaults;
  readonly clock: Clock;
  readonly random: Random;
  readonly lose: () => void;
}): { readonly toModule: LineDirection; readonly toCaller: LineDirection } {
  const { faults, clock, random, lose } = options;
  const { delayMs = 0, drop = 0, noise = 0, hangUpAfter, direction = "both" } = faults;
  for (const [name, share] of Object.entries({ drop, noise })) {
    if (!(share >= 0 && share <= 1))
      throw new RangeError(`${name} must be a share from 0 to 1, not ${share}`);
  }
  if (!(delayMs >= 0)) throw new RangeError(`delayMs must be at least 0, not ${delayMs}`);
  let passed = 0;
  const happens = (share: number): boolean => share > 0 && (random(1)[0] ?? 0) < share * 256;

  /** How many of the bytes pass before the line is lost. */
  const passing = (bytes: Uint8Array): Uint8Array => {
    const left = hangUpAfter === undefined ? bytes.length : Math.max(0, hangUpAfter - passed);
    passed += bytes.length;
    return bytes.subarray(0, left);
  };
  const disturbed = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => {
    const arrived: number[] = [];
    for (const byte of bytes) if (!happens(drop)) arrived.push(happens(noise) ? (random(1)[0] ?? 0) : byte);
    return Uint8Array.from(arrived);
  };
  const way = (name: "to the module" | "to the caller"): LineDirection => {
    const isDisturbed = direction === "both" || direction === name;
    return (bytes, delivered) => {
      const left = passing(bytes);
      const arriving = isDisturbed ? disturbed(left) : Uint8Array.from(left);
      // Never within the call that sends: no line is that fast.
      clock.after(isDisturbed ? delayMs : 0, () => delivered(arriving));
      if (hangUpAfter !== undefined && passed >= hangUpAfter) clock.after(delayMs, lose);
    };
  };
  return { toModule: way("to the module"), toCaller: way("to the caller") };
}
