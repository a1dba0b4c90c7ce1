import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A sample that a project can begin with. */
export interface Template {
  /** As it is typed: `nps-totp-challenge`. */
  readonly name: string;
  /** The package that it was made from, whose name is replaced in the project. */
  readonly package: string;
  readonly description: string;
}

/** The folder of this package that holds the templates, from the built and from the source file alike. */
export const templatesFolder: string = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "../../templates" : "../templates", import.meta.url),
);

/** All templates, by name. */
export function readTemplates(folder: string = templatesFolder): readonly Template[] {
  return JSON.parse(readFileSync(`${folder}/templates.json`, "utf8")) as Template[];
}
