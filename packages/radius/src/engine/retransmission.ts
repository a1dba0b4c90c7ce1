import type { Milliseconds, Random } from "@sallyport/runtime";

/** IRT and MRT of RFC 5080 section 2.2.1. */
const initialDelay: Milliseconds = 2_000;
const longestDelay: Milliseconds = 16_000;
/** RAND is between -0.1 and +0.1. */
const jitter = 0.1;

/**
 * How long to wait for an answer before the request is sent again (RFC 5080 section 2.2.1): IRT + RAND IRT at first,
 * then 2 RTprev + RAND RTprev, and MRT + RAND MRT where that is more than MRT.
 *
 * @param previous the wait before, undefined at first
 */
export function retransmissionDelay(previous: Milliseconds | undefined, random: Random): Milliseconds {
  const [high = 0, low = 0] = random(2);
  const spread = jitter * (2 * ((high * 256 + low) / 0xffff) - 1);
  if (previous === undefined) return initialDelay * (1 + spread);
  const next = previous * (2 + spread);
  return next > longestDelay ? longestDelay * (1 + spread) : next;
}
