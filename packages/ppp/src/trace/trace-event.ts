import type { Milliseconds } from "@sallyport/runtime";

/** Something that happened on a link, in words. Never holds a secret. */
export interface PppTraceEvent {
  /** On the monotonic clock. */
  readonly at: Milliseconds;
  /** A packet to or from the other side; or what this side made of it. */
  readonly kind: "sent" | "received" | "note";
  /** `LCP Configure-Request id=1 mru=1500 ...`. */
  readonly text: string;
}
