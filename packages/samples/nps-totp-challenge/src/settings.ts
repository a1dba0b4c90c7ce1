import { type CodeRules, SecondFactor, SecondFactors, type Time } from "./second-factor.ts";
import { base32Octets, totpKey } from "./totp.ts";

/** The settings of the second factor. */
export interface TotpSettings {
  /** Secrets in Base32, by user: `"alice"`, or `"CORP\\alice"`. At least 128 bits each (RFC 4226 section 4). */
  readonly users: Readonly<Record<string, string>>;
  /** `"challenge"`, the default: the code is asked for. `"append"`: it stands behind the password. */
  readonly mode?: "challenge" | "append";
  /** 6, the default, to 8. */
  readonly digits?: number;
  /** How long a code is shown. Default 30. */
  readonly periodSeconds?: number;
  /** How many codes before and after the present one are good, too. Default 1. */
  readonly windowSteps?: number;
  /** What becomes of users without secret. Default `"refuse"`. */
  readonly whoHasNoSecret?: "refuse" | "admit";
  /** What the user is asked. */
  readonly prompt?: string;
  /** Wrong codes of one user before none is looked at. Default 5 in 300 seconds. */
  readonly attempts?: { readonly limit?: number; readonly seconds?: number };
}

/** Settings that were found right. */
export interface Configuration {
  readonly factors: SecondFactors;
  readonly appended: boolean;
  readonly digits: number;
  readonly admitsWithoutSecret: boolean;
  readonly prompt: string;
}

/** RFC 4226 section 4, R6. */
const shortestSecret = 16;
const longestPrompt = 253;

/**
 * Reads the settings.
 *
 * @throws {TypeError} with every mistake, and its place; secrets are not repeated
 */
export async function configurationOf(settings: unknown, time: Time): Promise<Configuration> {
  const mistakes: string[] = [];
  const given = objectOf(settings) ?? {};
  known(given, "settings", [
    "users",
    "mode",
    "digits",
    "periodSeconds",
    "windowSteps",
    "whoHasNoSecret",
    "prompt",
    "attempts",
  ]);
  const attempts = given["attempts"] === undefined ? {} : objectOf(given["attempts"]);
  if (attempts === undefined)
    mistakes.push('settings.attempts is no object; write { "limit": 5, "seconds": 300 }');
  else known(attempts, "settings.attempts", ["limit", "seconds"]);
  const rules: CodeRules = {
    digits: whole("digits", given["digits"], 6, 6, 8),
    periodSeconds: whole("periodSeconds", given["periodSeconds"], 30, 1, 3600),
    windowSteps: whole("windowSteps", given["windowSteps"], 1, 0, 10),
    attempts: {
      limit: whole("attempts.limit", attempts?.["limit"], 5, 1, 1000),
      seconds: whole("attempts.seconds", attempts?.["seconds"], 300, 1, 86_400),
    },
  };
  const { prompt = "The code of your authenticator app:" } = given;
  const promptOctets = typeof prompt === "string" ? new TextEncoder().encode(prompt).length : 0;
  if (promptOctets < 1 || promptOctets > longestPrompt) {
    mistakes.push(`settings.prompt is no text of 1 to ${longestPrompt} octets`);
  }
  const configuration = {
    factors: await factorsOf(given["users"]),
    appended: oneOf("mode", given["mode"], ["challenge", "append"]) === "append",
    digits: rules.digits,
    admitsWithoutSecret: oneOf("whoHasNoSecret", given["whoHasNoSecret"], ["refuse", "admit"]) === "admit",
    prompt: String(prompt),
  };
  if (mistakes.length > 0) throw new TypeError(mistakes.join("; "));
  return configuration;

  function known(object: Record<string, unknown>, place: string, names: readonly string[]): void {
    for (const name of Object.keys(object)) {
      if (!names.includes(name))
        mistakes.push(`${place}.${name} is not known; known are ${names.join(", ")}`);
    }
  }

  function whole(name: string, value: unknown, byDefault: number, least: number, most: number): number {
    if (value === undefined) return byDefault;
    if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return value;
    mistakes.push(`settings.${name} is no whole number from ${least} to ${most}`);
    return byDefault;
  }

  function oneOf(name: string, value: unknown, choices: readonly [string, string]): string {
    if (value === undefined || value === choices[0]) return choices[0];
    if (value !== choices[1])
      mistakes.push(`settings.${name} is neither "${choices[0]}" nor "${choices[1]}"`);
    return choices[1];
  }

  async function factorsOf(users: unknown): Promise<SecondFactors> {
    const factors = new SecondFactors();
    const entries = Object.entries(objectOf(users) ?? {});
    if (entries.length === 0)
      mistakes.push('settings.users names nobody; write { "alice": "a secret in Base32" }');
    for (const [name, secret] of entries) {
      const place = `settings.users[${JSON.stringify(name)}]`;
      try {
        const octets = base32Octets(typeof secret === "string" ? secret : "");
        if (octets.length < shortestSecret)
          throw new RangeError(`it is shorter than ${shortestSecret * 8} bits`);
        const factor = new SecondFactor(await totpKey(octets), rules, time);
        if (!factors.add(name, factor)) mistakes.push(`${place} is there twice, in another spelling`);
      } catch (error) {
        mistakes.push(`${place} is no secret in Base32: ${error instanceof Error ? error.message : error}`);
      }
    }
    return factors;
  }
}

function objectOf(value: unknown): Record<string, unknown> | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return value as Record<string, unknown>;
}
