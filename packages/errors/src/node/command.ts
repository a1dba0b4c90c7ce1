import type { Readable, Writable } from "node:stream";
import { parseArgs } from "node:util";
import { type CodeSpace, codeSpaces } from "../code-space.ts";
import { type CodeLookup, loadLookup } from "../lookup.ts";
import { annotateStream } from "./annotate-stream.ts";
import { help } from "./help.ts";
import { resultText } from "./result-text.ts";

/** What the command works with; a terminal says of itself that it is one. */
export interface CommandOptions {
  /** Without the program and its file. */
  readonly args: readonly string[];
  readonly input: Readable & { readonly isTTY?: boolean };
  readonly output: Writable & { readonly isTTY?: boolean };
  readonly errors: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Runs `winerror`. Resolves to the exit code: 0 something was found, 1 nothing was, 2 the command line is wrong. */
export async function runCommand({ args, input, output, errors, env }: CommandOptions): Promise<number> {
  const asked = readArguments(args);
  if (typeof asked === "string") {
    errors.write(`winerror: ${asked}\nTry "winerror --help".\n`);
    return 2;
  }
  if (asked.help || (asked.codes.length === 0 && input.isTTY === true)) {
    output.write(help);
    return asked.help ? 0 : 2;
  }
  const codes = await loadLookup();
  if (asked.codes.length === 0) {
    return (await annotateStream(input, output, { codes, space: asked.space, json: asked.json })) > 0 ? 0 : 1;
  }
  return answer(codes, asked, output, usesColour(output, env));
}

interface Asked {
  readonly codes: readonly string[];
  readonly space: CodeSpace | undefined;
  readonly json: boolean;
  readonly search: boolean;
  readonly help: boolean;
}

function answer(
  codes: CodeLookup,
  { codes: queries, space, json, search }: Asked,
  output: Writable,
  colour: boolean,
): number {
  // Words to search for belong together; codes are one query each.
  const results = search
    ? [codes.search(queries.join(" "), { space })]
    : queries.map((query) => codes.lookup(query, { space }));
  if (json) output.write(`${JSON.stringify(results, undefined, 2)}\n`);
  else output.write(results.map((result) => resultText(result, colour)).join("\n"));
  return results.some(({ matches }) => matches.length > 0) ? 0 : 1;
}

/** The arguments, or what is wrong with them. */
function readArguments(args: readonly string[]): Asked | string {
  // "-2146893048" is a code, not a bundle of options.
  const shielded = args.map((arg) => (/^-\d+$/.test(arg) ? `\0${arg}` : arg));
  try {
    const { values, positionals } = parseArgs({
      args: shielded,
      allowPositionals: true,
      options: {
        space: { type: "string", short: "s" },
        json: { type: "boolean", default: false },
        search: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    const space = codeSpaces.find((known) => known === values.space?.toLowerCase());
    if (values.space !== undefined && space === undefined) {
      return `--space is one of ${codeSpaces.join(", ")}, not ${JSON.stringify(values.space.replace("\0", ""))}`;
    }
    const codes = positionals.map((code) => code.replace("\0", "")).filter((code) => code !== "-");
    if (values.search && codes.length === 0) return "--search needs words to search for";
    const { json, search, help: asksForHelp } = values;
    return { codes, space, json, search, help: asksForHelp };
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).replaceAll("\0", "");
  }
}

/** https://no-color.org: any value but an empty one. */
function usesColour(output: { readonly isTTY?: boolean }, env: CommandOptions["env"]): boolean {
  return output.isTTY === true && !env["NO_COLOR"] && env["TERM"] !== "dumb";
}
