import { existsSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import { resolvePackage } from "../extensions/import-module.ts";
import type { UnplacedMistake } from "./mistake.ts";

/** The file URL of a module that the settings name, or what is wrong with the name. */
export function moduleUrl(name: string, folder: string): string | Omit<UnplacedMistake, "keys"> {
  const isPath = name.startsWith(".") || isAbsolute(name);
  if (!isPath) {
    return (
      resolvePackage(name, folder) ?? {
        problem: `the package "${name}" cannot be found from ${folder}`,
        remedy: `install it there, or write a path that begins with "./"`,
      }
    );
  }
  const path = resolve(folder, name);
  if (existsSync(path)) return new URL(`file://${path.split("/").map(encodeURIComponent).join("/")}`).href;
  return {
    problem: `the module file ${path} does not exist`,
    remedy: "check the path; it is relative to the settings file",
  };
}
