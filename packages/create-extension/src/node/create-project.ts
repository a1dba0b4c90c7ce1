import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { withOwnSecrets } from "../own-secrets.ts";
import { projectName } from "../project-name.ts";
import type { Template } from "./templates.ts";

/** Why no project was made, and what to do instead. */
export class CreateError extends Error {
  readonly remedy: string;

  constructor(problem: string, remedy: string) {
    super(problem);
    this.name = "CreateError";
    this.remedy = remedy;
  }
}

export interface Project {
  readonly folder: string;
  readonly name: string;
  readonly template: string;
  /** Whether `npm start` runs it in a server. */
  readonly starts: boolean;
}

/** Files that npm would not pack, or take for its own, under their real names. */
const renamed: ReadonlyMap<string, string> = new Map([
  ["_gitignore", ".gitignore"],
  ["_package.json", "package.json"],
]);

/** The file with which a template runs in a server; it has secrets. */
const settingsFile = "sallyport.config.json";

/**
 * Writes a project that begins with a template.
 *
 * @param templates where the templates are
 * @throws {CreateError} when the folder holds something already, or gives no name for a package
 */
export function createProject(template: Template, target: string, templates: string): Project {
  const folder = resolve(target);
  const name = projectName(basename(folder));
  if (name === undefined) {
    throw new CreateError(
      `"${basename(folder)}" gives no name for a package`,
      "name a folder with at least one letter or digit of ASCII",
    );
  }
  if (entriesOf(folder).some((entry) => entry !== ".git")) {
    throw new CreateError(`${folder} is not empty`, "name a folder that does not exist yet");
  }
  const source = join(templates, template.name);
  const files = filesBelow(source);
  for (const file of files) {
    const destination = join(folder, renamed.get(file) ?? file);
    mkdirSync(dirname(destination), { recursive: true });
    const content = readFileSync(join(source, file), "utf8").replaceAll(template.package, name);
    if (file === settingsFile) writeFileSync(destination, withOwnSecrets(content), { mode: 0o600 });
    else writeFileSync(destination, content);
  }
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    readonly scripts?: Readonly<Record<string, string>>;
  };
  return { folder, name, template: template.name, starts: manifest.scripts?.["start"] !== undefined };
}

/** The three commands that make a new project run; the first is left out where the project is here. */
export function commandsFor({ starts }: Project, folder: string): readonly string[] {
  return [
    ...(folder === "." || folder === ""
      ? []
      : [`cd ${/^[\w./-]+$/.test(folder) ? folder : JSON.stringify(folder)}`]),
    "npm install",
    "npm test",
    ...(starts ? ["npm start"] : []),
  ];
}

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return [];
    throw new CreateError(
      `${folder} cannot be used: ${(error as Error).message}`,
      "name a folder that does not exist yet, where you may write",
    );
  }
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}
