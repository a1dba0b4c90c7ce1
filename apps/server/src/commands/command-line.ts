import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { styleText } from "node:util";
import { settingsFileNames } from "../settings/load-settings.ts";
import { SettingsError } from "../settings/mistake.ts";
import { StartError } from "../start-error.ts";

/** The folder into which a first start writes its configuration. */
export const starterFolder = "sallyport";

/** A mistake on the command line or a missing thing: told without a stack. */
export class UsageError extends Error {
  readonly remedy: string;

  constructor(problem: string, remedy: string) {
    super(problem);
    this.name = "UsageError";
    this.remedy = remedy;
  }
}

/** How the person called this program, for commands that are printed to be pasted. */
export function invocation(): string {
  const [, script = ""] = process.argv;
  if (script.endsWith("main.ts")) return "npm run sallyport --";
  if (script.includes("_npx")) return "npx @sallyport/server";
  // A project's own: a shell finds it by npx only.
  return script.startsWith(join(process.cwd(), "node_modules")) ? "npx sallyport" : "sallyport";
}

/** The settings file that a command without --config works on, or undefined where there is none. */
export function findSettingsFile(): string | undefined {
  const places = settingsFileNames.flatMap((name) => [name, join(starterFolder, name)]);
  return places.find((place) => existsSync(place));
}

/** The file named with --config, else the one that is found here. */
export function settingsFile(named: string | undefined): string {
  const file = named ?? findSettingsFile();
  if (file !== undefined) return file;
  throw new UsageError(
    "there is no settings file here",
    `name one with --config FILE, or let \`${invocation()} start\` write a first one`,
  );
}

/** Runs a command's work; what is the person's to correct is told in plain words, with exit status 1 (2 for usage). */
export async function tell(work: () => Promise<number | undefined>): Promise<void> {
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    process.exitCode = error instanceof UsageError ? 2 : 1;
    process.stderr.write(describe(error));
  }
}

function describe(error: unknown): string {
  if (error instanceof SettingsError) return `${error.message}\n`;
  if (error instanceof StartError || error instanceof UsageError) {
    return `${paint("red", "error:")} ${error.message}\nRemedy: ${error.remedy}\n`;
  }
  return `${paint("red", "error:")} ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`;
}

/** Colours only where a person sees them. */
export function paint(style: "red" | "green" | "yellow" | "bold" | "dim", text: string): string {
  return styleText(style, text, { stream: process.stderr });
}

/** A path as a person in this folder would write it. */
export function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short === "" || short.startsWith("..") ? path : `./${short}`;
}
