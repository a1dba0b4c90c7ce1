import type { Readable, Writable } from "node:stream";
import { parseArgs } from "node:util";
import { decodeToken } from "../decode/decode-token.ts";
import { decodedText } from "../decode/decoded-text.ts";
import type { DecodedToken } from "../decode/decoded-token.ts";
import { TokenError } from "../decode/token-error.ts";
import { tokensIn } from "../decode/token-text.ts";
import { help } from "./sspi-help.ts";

/** What the command works with. */
export interface CommandOptions {
  /** Without the program and its file. */
  readonly args: readonly string[];
  readonly input: Readable & { readonly isTTY?: boolean };
  readonly output: Writable;
  readonly errors: Writable;
}

/** Runs `sspi`. Resolves to the exit code: 0 decoded, 1 something is no token or damaged, 2 the command line is wrong. */
export async function runCommand({ args, input, output, errors }: CommandOptions): Promise<number> {
  const asked = readArguments(args);
  if (typeof asked === "string") {
    errors.write(`sspi: ${asked}\nTry "sspi --help".\n`);
    return 2;
  }
  if (asked.help || (asked.tokens.length === 0 && input.isTTY === true)) {
    output.write(help);
    return asked.help ? 0 : 2;
  }
  const texts = asked.tokens.length > 0 ? asked.tokens : tokensIn(await readAll(input));
  const decoded: DecodedToken[] = [];
  let isSound = true;
  for (const text of texts) {
    try {
      const token = decodeToken(text, { redact: asked.redact });
      isSound &&= token.problems.length === 0;
      decoded.push(token);
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      errors.write(`sspi: ${texts.length > 1 ? `token ${texts.indexOf(text) + 1}: ` : ""}${error.message}\n`);
      isSound = false;
    }
  }
  if (asked.json) output.write(`${JSON.stringify(decoded, undefined, 2)}\n`);
  else output.write(decoded.map(decodedText).join("\n"));
  return isSound ? 0 : 1;
}

interface Asked {
  readonly tokens: readonly string[];
  readonly json: boolean;
  readonly redact: boolean;
  readonly help: boolean;
}

/** The arguments, or what is wrong with them. */
function readArguments(args: readonly string[]): Asked | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: "boolean", default: false },
        redact: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    const [command, ...rest] = positionals;
    if (!values.help && command !== "decode") {
      return command === undefined
        ? "say what to do: decode"
        : `there is no command ${JSON.stringify(command)}, only decode`;
    }
    return { tokens: joined(rest.filter((token) => token !== "-")), ...values };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const beginning = /^(?:(?:proxy-)?authorization:|(?:www|proxy)-authenticate:|negotiate$|ntlm$)/i;

/** What a shell has taken apart is put together: a header without quotes, octets one by one. */
function joined(words: readonly string[]): readonly string[] {
  const [first = ""] = words;
  const isOne = beginning.test(first) || words.every((word) => /^[0-9a-f]{2}$/i.test(word));
  return isOne && words.length > 0 ? [words.join(" ")] : words;
}

/** More than this is no log of one sign-on. */
const maximumInput = 16 * 1_048_576;

async function readAll(input: Readable): Promise<string> {
  let text = "";
  input.setEncoding("utf8");
  for await (const part of input) {
    text += String(part);
    if (text.length > maximumInput)
      throw new Error(`standard input has more than ${maximumInput} characters`);
  }
  return text;
}
