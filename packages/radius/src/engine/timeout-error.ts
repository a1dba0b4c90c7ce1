import type { Milliseconds } from "@sallyport/runtime";

/** Why a datagram that came back was not taken for the answer. */
export type IgnoredReason =
  /** No RADIUS packet. */
  | "malformed"
  /** A code that does not answer the request. */
  | "code"
  /** The Response Authenticator is wrong: another shared secret, or a late answer to an earlier request. */
  | "response-authenticator"
  /** Required, but not there. */
  | "message-authenticator-missing"
  | "message-authenticator-wrong";

/** What {@link RadiusTimeoutError} tells. */
export interface TimeoutFacts {
  readonly server: string;
  readonly tries: number;
  readonly elapsed: Milliseconds;
  readonly ignoredReasons: Readonly<Partial<Record<IgnoredReason, number>>>;
  readonly cause?: unknown;
}

/** No answer that can be trusted came in time. The message says what to look at. */
export class RadiusTimeoutError extends Error {
  override readonly name = "RadiusTimeoutError";
  /** Which server was asked. */
  readonly server: string;
  /** How often the request was sent; 0 when it never left the queue. */
  readonly tries: number;
  /** Milliseconds since the request was made. */
  readonly elapsed: Milliseconds;
  /** How many datagrams came back but could not be taken for the answer. */
  readonly ignored: number;
  /** The same by reason. */
  readonly ignoredReasons: Readonly<Partial<Record<IgnoredReason, number>>>;

  constructor(facts: TimeoutFacts) {
    super(message(facts), facts.cause === undefined ? {} : { cause: facts.cause });
    this.server = facts.server;
    this.tries = facts.tries;
    this.elapsed = facts.elapsed;
    this.ignoredReasons = facts.ignoredReasons;
    this.ignored = Object.values(facts.ignoredReasons).reduce((sum, count) => sum + count, 0);
  }
}

function message({ server, tries, elapsed, ignoredReasons, cause }: TimeoutFacts): string {
  const sent = tries === 0 ? "the request never left the queue" : counted(tries, "try", "tries");
  const parts = [`no answer from ${server} within ${(elapsed / 1_000).toFixed(1)} s (${sent})`];
  const of = (reason: IgnoredReason): number => ignoredReasons[reason] ?? 0;
  const unverified = of("response-authenticator") + of("message-authenticator-wrong");
  if (unverified > 0) {
    parts.push(`${counted(unverified, "reply", "replies")} failed verification: is the shared secret right?`);
  }
  const unprotected = of("message-authenticator-missing");
  if (unprotected > 0) {
    const replies = counted(unprotected, "reply", "replies");
    parts.push(
      `${replies} without Message-Authenticator: update the server, or set requireMessageAuthenticator to false`,
    );
  }
  const foreign = of("malformed") + of("code");
  if (foreign > 0)
    parts.push(`${counted(foreign, "reply", "replies")} made no sense: is this a RADIUS server?`);
  if (cause instanceof Error) parts.push(`the network said: ${cause.message}`);
  return parts.join("; ");
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
