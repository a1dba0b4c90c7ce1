import type { Pledge } from "../cases.ts";
import type { Spread } from "../statistics.ts";

/** 46_400 is "46.4k". */
export function thousands(value: number): string {
  return value < 1_000 ? value.toFixed(0) : `${(value / 1_000).toFixed(1)}k`;
}

/** "26.5 [25.9..27.1]" */
export function withRange({ median, min, max }: Spread, format: (value: number) => string): string {
  return `${format(median)} [${format(min)}..${format(max)}]`;
}

export const oneDigit = (value: number): string => value.toFixed(1);
export const twoDigits = (value: number): string => value.toFixed(2);
export const whole = (value: number): string => value.toFixed(0);

/** "CPU at most 0.85, rps at least 1.00: kept" */
export function pledgeText({ cpu, rps, kept }: Pledge & { readonly kept: boolean }): string {
  const parts = [
    `CPU at most ${twoDigits(cpu)}`,
    ...(rps === undefined ? [] : [`rps at least ${twoDigits(rps)}`]),
  ];
  return `${parts.join(", ")}: ${kept ? "kept" : "missed"}`;
}
