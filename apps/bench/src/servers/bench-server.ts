/** A server under load, on loopback. */
export interface BenchServer {
  readonly name: ServerName;
  readonly pid: number;
  /** Ports. */
  readonly auth: number;
  readonly acct: number;
  /** Why it is no longer there, with the end of its log; undefined while it runs. */
  ended(): string | undefined;
}

export const serverNames = ["FreeRADIUS", "Sallyport"] as const;
export type ServerName = (typeof serverNames)[number];
