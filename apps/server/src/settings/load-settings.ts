import { readFile } from "node:fs/promises";
import { basename, dirname, extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { findNodeAtLocation, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import { isNode, LineCounter, parseDocument } from "yaml";
import { allowOwnPackages } from "../extensions/import-module.ts";
import { closest, type Mistake, pathText, SettingsError, type UnplacedMistake } from "./mistake.ts";
import { settingsSchema } from "./schema.ts";
import { type Settings, settingsOf } from "./settings.ts";

/** The names under which a settings file is looked for, in this order. */
export const settingsFileNames: readonly string[] = [
  "sallyport.config.ts",
  "sallyport.config.json",
  "sallyport.config.yaml",
];

/** A file read into plain data, with the means to find the line of a path in it. */
interface ReadFile {
  readonly data: unknown;
  readonly lineOf: (path: readonly PropertyKey[]) => number | undefined;
}

/**
 * Reads and validates a settings file (`.json`, `.yaml`, `.ts`), with paths in it made absolute. Nothing is opened
 * and no extension is run.
 *
 * @throws {SettingsError} with every mistake in the file
 */
export async function loadSettings(file: string): Promise<Settings> {
  const path = resolve(file);
  const { data, lineOf } = await read(path);
  const parsed = settingsSchema.safeParse(data);
  const { settings, mistakes, warnings } = parsed.success
    ? settingsOf(parsed.data, dirname(path))
    : { settings: undefined, mistakes: parsed.error.issues.flatMap(issueMistakes), warnings: [] };
  const placed = (unplaced: readonly UnplacedMistake[]): Mistake[] =>
    unplaced
      .map(({ keys, ...mistake }) => ({ ...mistake, path: pathText(keys), line: lineOf(keys) }))
      .sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  if (settings !== undefined && mistakes.length === 0) return { ...settings, warnings: placed(warnings) };
  throw new SettingsError(basename(path), placed(mistakes));
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly code?: string | undefined;
  readonly errors?: readonly (readonly Issue[])[];
  /** The unknown keys of an object. */
  readonly keys?: readonly string[];
}

/** A union reports its branches; the one that got furthest says what was meant. */
function issueMistakes(issue: Issue, parent: unknown = undefined): UnplacedMistake[] {
  const base = Array.isArray(parent) ? (parent as PropertyKey[]) : [];
  const keys = [...base, ...issue.path];
  if (issue.code === "invalid_union" && issue.errors !== undefined && issue.errors.length > 0) {
    const furthest = issue.errors.reduce((best, branch) => (depth(branch) > depth(best) ? branch : best));
    if (!issue.message.includes("\n") || depth(furthest) > 0) {
      return furthest.flatMap((inner) => issueMistakes(inner, keys));
    }
  }
  const [problem = issue.message, remedy = "compare with the documentation of the settings file"] =
    issue.message.split("\n");
  if (issue.code === "unrecognized_keys")
    return (issue.keys ?? []).map((key) => unknownKey([...keys, key], key, problem, remedy));
  return [{ keys, problem, remedy }];
}

function unknownKey(
  keys: readonly PropertyKey[],
  key: string,
  problem: string,
  known: string,
): UnplacedMistake {
  const meant = closest(key, known.split(", "));
  return { keys, problem, remedy: meant === undefined ? `known here: ${known}` : `did you mean "${meant}"?` };
}

function depth(branch: readonly Issue[]): number {
  return Math.max(0, ...branch.map((issue) => issue.path.length + (issue.code === "custom" ? 1 : 0)));
}

async function read(path: string): Promise<ReadFile> {
  switch (extname(path)) {
    case ".json":
      return readJson(path, await contents(path));
    case ".yaml":
    case ".yml":
      return readYaml(path, await contents(path));
    case ".ts":
    case ".mts":
    case ".js":
    case ".mjs":
      return readModule(path);
    default:
      throw whole(path, `the ending ${extname(path) || "(none)"} is unknown`, "use .json, .yaml or .ts");
  }
}

async function contents(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw missing
      ? whole(
          path,
          "the file does not exist",
          "check the path; `sallyport start` without --config writes a first one",
        )
      : whole(path, `the file cannot be read: ${(error as Error).message}`, "check its permissions");
  }
}

/** JSON; comments and trailing commas are allowed. */
function readJson(path: string, source: string): ReadFile {
  const errors: ParseError[] = [];
  const tree = parseTree(source, errors, { allowTrailingComma: true });
  const line = (offset: number): number => source.slice(0, offset).split("\n").length;
  if (errors.length > 0 || tree === undefined) {
    const mistakes = errors.map(({ error, offset }) => ({
      path: "",
      line: line(offset),
      problem: `this is not JSON: ${words(printParseErrorCode(error))}`,
      remedy: "look at this line and the one before it: a comma, a quote or a bracket is missing",
    }));
    throw new SettingsError(basename(path), mistakes.length > 0 ? mistakes : [empty]);
  }
  return {
    data: plain(tree),
    lineOf: (keys) => {
      for (let length = keys.length; length > 0; length--) {
        const node = findNodeAtLocation(tree, keys.slice(0, length) as (string | number)[]);
        if (node !== undefined)
          return line(node.parent?.type === "property" ? node.parent.offset : node.offset);
      }
      return undefined;
    },
  };
}

function plain(node: NonNullable<ReturnType<typeof parseTree>>): unknown {
  if (node.type === "array") return (node.children ?? []).map(plain);
  if (node.type !== "object") return node.value;
  return Object.fromEntries(
    (node.children ?? []).flatMap(({ children: [key, value] = [] }) =>
      key === undefined || value === undefined ? [] : [[String(key.value), plain(value)]],
    ),
  );
}

function readYaml(path: string, source: string): ReadFile {
  const lineCounter = new LineCounter();
  const document = parseDocument(source, { lineCounter });
  if (document.errors.length > 0) {
    throw new SettingsError(
      basename(path),
      document.errors.map(({ message: text, linePos }) => ({
        path: "",
        line: linePos?.[0].line,
        problem: `this is not YAML: ${text.split("\n")[0]}`,
        remedy: "look at this line and the one before it: indentation, a colon or a quote is wrong",
      })),
    );
  }
  return {
    data: document.toJS(),
    lineOf: (keys) => {
      for (let length = keys.length; length > 0; length--) {
        const node = document.getIn(keys.slice(0, length), true);
        if (isNode(node) && node.range) return lineCounter.linePos(node.range[0]).line;
      }
      return undefined;
    },
  };
}

/** How often a settings file was imported by this process. */
const imports = new Map<string, number>();

async function readModule(path: string): Promise<ReadFile> {
  await contents(path);
  allowOwnPackages();
  try {
    const url = pathToFileURL(path);
    // A module is imported once for each address: another query reads a file again that has changed.
    const times = imports.get(url.href) ?? 0;
    imports.set(url.href, times + 1);
    if (times > 0) url.searchParams.set("reload", String(times));
    const imported = (await import(url.href)) as { default?: unknown };
    if (imported.default === undefined) {
      throw whole(path, "there is no default export", "write `export default defineSettings({ ... })`");
    }
    return { data: imported.default, lineOf: () => undefined };
  } catch (error) {
    if (error instanceof SettingsError) throw error;
    throw whole(path, `importing it failed: ${(error as Error).message}`, "run it with node to see where");
  }
}

const empty: Mistake = {
  path: "",
  problem: "the file is empty",
  remedy: 'write at least { "radius": { "clients": [ ... ] } }',
};

function whole(path: string, problem: string, remedy: string): SettingsError {
  return new SettingsError(basename(path), [{ path: "", problem, remedy }]);
}

/** "CommaExpected" as "comma expected". */
function words(code: string): string {
  return code.replace(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase();
}
