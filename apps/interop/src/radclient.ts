import { type Ended, run } from "./run.ts";

export interface RadclientOptions {
  readonly secret?: string;
  readonly kind?: "auth" | "acct" | "status";
  /** Tries; a request without an answer costs a second each. Default 3. */
  readonly tries?: number;
}

export interface RadclientResult extends Ended {
  /** "Access-Accept" ...; undefined when no answer came. */
  readonly answer: string | undefined;
  /** The attributes of the answer as radclient prints them. */
  readonly attributes: readonly string[];
}

/** Sends one request with radclient, and reads what it prints of the answer. */
export async function radclient(
  server: string,
  attributes: readonly string[],
  options: RadclientOptions = {},
): Promise<RadclientResult> {
  const { secret = "testing123", kind = "auth", tries = 3 } = options;
  const ended = await run("radclient", ["-x", "-r", String(tries), "-t", "1", server, kind, secret], {
    input: `${attributes.join("\n")}\n`,
  });
  const [, answer, block = ""] = /^Received (\S+) Id [^\n]*\n((?:\t[^\n]*\n?)*)/m.exec(ended.stdout) ?? [];
  return {
    ...ended,
    answer,
    attributes: block
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean),
  };
}

/** alice's right credentials, with Message-Authenticator as every modern client sends it. */
export const alice: readonly string[] = [
  'User-Name = "alice"',
  'User-Password = "wonderland"',
  "Message-Authenticator = 0x00",
];
