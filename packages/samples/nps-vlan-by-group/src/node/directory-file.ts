import { readFileSync, statSync } from "node:fs";
import type { ExtensionEnvironment } from "@sallyport/nps";
import { type Directory, directoryOf } from "../vlans.ts";

/** How long a file is not looked at again, in milliseconds. */
const restMs = 1_000;

/**
 * A directory in a JSON file. Changes count within a second, without a restart; a file that is broken meanwhile, or half
 * written, is told once, and what was read before goes on to count.
 */
export function directoryFile(
  path: string,
  { clock, log }: Pick<ExtensionEnvironment, "clock" | "log">,
  mistake: (text: string) => void,
): Directory {
  let seen = "";
  let told = "";
  let directory: Directory = () => false;
  let looked = clock.monotonic();
  const look = (tell: (text: string) => void): void => {
    try {
      const { mtimeMs, size } = statSync(path);
      if (seen === `${mtimeMs} ${size}`) return;
      seen = `${mtimeMs} ${size}`;
      const mistakes: string[] = [];
      const read = directoryOf(JSON.parse(readFileSync(path, "utf8")), path, (text) => mistakes.push(text));
      for (const text of mistakes) tell(text);
      if (mistakes.length > 0) return;
      directory = read;
      told = "";
    } catch (error) {
      const text = `${path} cannot be read: ${error instanceof Error ? error.message : error}`;
      if (told !== text) tell(text);
      told = text;
    }
  };
  look(mistake);
  return (group, account) => {
    if (clock.monotonic() - looked >= restMs) {
      looked = clock.monotonic();
      look((text) => log.error(text));
    }
    return directory(group, account);
  };
}
