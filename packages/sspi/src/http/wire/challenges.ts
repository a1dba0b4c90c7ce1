import { decodeBase64 } from "./base64.ts";

/** One challenge of a `WWW-Authenticate` or `Proxy-Authenticate` header. */
export interface Challenge {
  /** As written. */
  readonly scheme: string;
  /** Empty where the challenge has none. */
  readonly token: Uint8Array<ArrayBuffer>;
}

/**
 * Reads the challenges of all such headers of an answer (RFC 9110 section 11.6.1), in their order. Several may stand in one
 * value; of those with parameters, such as `Basic realm="x, y"`, the scheme is told. What is no challenge is passed over:
 * an answer with something strange in it still offers the rest.
 */
export function decodeChallenges(values: readonly string[]): readonly Challenge[] {
  const challenges: Challenge[] = [];
  for (const value of values.slice(0, mostValues)) {
    for (const item of commaSeparated(value.slice(0, longestValue))) {
      const match = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+)(?:[ \t]+(\S*))?/.exec(item);
      const scheme = match?.[1];
      if (scheme === undefined || /^[^ \t]+[ \t]*=/.test(item)) continue; // a further parameter of the challenge before
      const token = decodeBase64(match?.[2] ?? "");
      challenges.push({ scheme, token: token ?? new Uint8Array(0) });
    }
  }
  return challenges;
}

const mostValues = 32;
const longestValue = 128 * 1024;

/** The elements of a list (RFC 9110 section 5.6.1); commas inside quotes separate nothing. */
function commaSeparated(value: string): readonly string[] {
  const items: string[] = [];
  let start = 0;
  let quoted = false;
  for (let at = 0; at <= value.length; at += 1) {
    const character = value[at];
    if (quoted && character === "\\") at += 1;
    else if (character === '"') quoted = !quoted;
    else if (character === undefined || (character === "," && !quoted)) {
      const item = value.slice(start, at).trim();
      if (item !== "") items.push(item);
      start = at + 1;
    }
  }
  return items;
}
