/**
 * What one run of the load generator found. Times are microseconds, memory is MiB. With EAP the unit is a login, from
 * its first request to the reply that ends it; otherwise it is a request with its reply.
 */
export interface Measurement {
  readonly sent: number;
  /** Replies with the expected code that verified. */
  readonly ok: number;
  /** Replies that verified, with another code. */
  readonly wrongCode: number;
  /** Replies with a wrong Response Authenticator or Message-Authenticator, or that are no RADIUS packet. */
  readonly forged: number;
  /** Logins by EAP that left the course of their method, or ended without what it promises. */
  readonly broken: number;
  /** Requests without a reply within the time limit. */
  readonly lost: number;
  /** Replies to nothing that was asked. */
  readonly stray: number;
  /** How many of `ok` carried a Message-Authenticator. */
  readonly withSignature: number;
  /** RADIUS requests: as many as were sent, but with EAP several of each login. */
  readonly packets: number;
  /** From the first request to the last reply, in seconds. */
  readonly seconds: number;
  readonly rps: number;
  readonly p50: number;
  readonly p99: number;
  /** CPU time of the generator itself, per verified reply. */
  readonly generatorCpu: number;
  /** CPU time of the server with all its threads, user and kernel, per verified reply; 0 where none was named. */
  readonly serverCpu: number;
  /** Resident memory of the server at the end of the run; 0 where none was named. */
  readonly rss: number;
  /** What was wrong with the first broken login; empty where none was. */
  readonly problem: string;
  /** The first reply as it came, with EAP the first one that ended a login; empty where none did. */
  readonly firstReply: Uint8Array;
}

const numbers = [
  "sent",
  "ok",
  "wrongCode",
  "forged",
  "broken",
  "lost",
  "stray",
  "withSignature",
  "packets",
  "seconds",
  "rps",
  "p50",
  "p99",
  "generatorCpu",
  "serverCpu",
  "rss",
] as const satisfies readonly (keyof Measurement)[];

/**
 * Reads the line that the load generator prints.
 *
 * @throws {SyntaxError} naming what is missing or no number
 */
export function parseMeasurement(line: string): Measurement {
  const found = Object(JSON.parse(line)) as Record<string, unknown>;
  const wrong = numbers.find((name) => !Number.isFinite(found[name]));
  if (wrong !== undefined)
    throw new SyntaxError(`the load generator said "${wrong}": ${JSON.stringify(found[wrong])}`);
  const hex = found["firstReply"];
  if (typeof hex !== "string" || !/^(?:[0-9a-f]{2})*$/.test(hex))
    throw new SyntaxError(`the load generator said "firstReply": ${JSON.stringify(hex)}`);
  const problem = found["problem"];
  if (typeof problem !== "string")
    throw new SyntaxError(`the load generator said "problem": ${JSON.stringify(problem)}`);
  const values = Object.fromEntries(numbers.map((name) => [name, found[name]])) as Omit<
    Measurement,
    "firstReply" | "problem"
  >;
  return { ...values, problem, firstReply: Buffer.from(hex, "hex") };
}

/** What must be zero in every round that counts, in words; undefined where it is. */
export function complaint({ wrongCode, forged, broken, problem, lost }: Measurement): string | undefined {
  const complaints = [
    wrongCode > 0 && `${wrongCode} with a wrong code`,
    forged > 0 && `${forged} that do not verify`,
    broken > 0 && `${broken} that break their method (${problem})`,
    lost > 0 && `${lost} lost`,
  ].filter((words) => words !== false);
  return complaints.length === 0 ? undefined : complaints.join(", ");
}
