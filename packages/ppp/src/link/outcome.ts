/** How a link ended. */
export interface PppOutcome {
  /** Of raserror.h: 0 only where this side closed it in order. */
  readonly code: number;
  /** For people. Holds no secret. */
  readonly reason: string;
  /** Who ended it. */
  readonly by: "this side" | "other side" | "line";
  /** Who was at the other end, or said to be; empty where nobody said so. */
  readonly userName: string;
  /** Whether the network was up. */
  readonly wasUp: boolean;
}
