import { reasonName } from "@sallyport/errors/nps";
import type { LogRow } from "./log-row.ts";

/** One thing that a row must have, or must not have. */
export interface LogCondition {
  /** One of {@link logFilterKeys}, or the name of an attribute. */
  readonly key: string;
  /** Text in any case, in which `*` stands for anything. */
  readonly pattern: string;
  /** Whether rows that match are left out instead. Default false. */
  readonly not?: boolean;
}

/** The keys of a {@link LogCondition} that are no attribute names. */
export const logFilterKeys: readonly string[] = [
  "user",
  "client",
  "packet",
  "reason",
  "policy",
  "station",
  "session",
  "nas",
  "computer",
  "format",
];

/**
 * Makes a test for rows from conditions, all of which must hold. `user=alice` finds `CORP\alice`, `alice@corp.example` and
 * `corp.example/Users/alice`, too; `packet` is `accept`, `reject`, `request`, `challenge`, `accounting` or a number; `reason` is a
 * number or a name such as `IAS_NO_POLICY_MATCH`. An attribute matches when one of its values does.
 *
 * @example
 * ```ts
 * import { logFilter } from "@sallyport/nps";
 *
 * const wanted = logFilter([{ key: "user", pattern: "alice" }, { key: "packet", pattern: "reject" }]);
 * ```
 */
export function logFilter(conditions: readonly LogCondition[]): (row: LogRow) => boolean {
  const tests = conditions.map(({ key, pattern, not = false }) => {
    const texts = textsOf(key.toLowerCase()) ?? ((row: LogRow) => attributeTexts(row, key));
    const expression = expressionOf(pattern);
    return (row: LogRow): boolean => texts(row).some((text) => expression.test(text)) !== not;
  });
  return (row) => tests.every((test) => test(row));
}

type Texts = (row: LogRow) => readonly string[];

function textsOf(key: string): Texts | undefined {
  switch (key) {
    case "user":
      return (row) =>
        [textOf(row, 1), textOf(row, 4129), textOf(row, 4130), row.headerUser].flatMap((name) =>
          name === undefined ? [] : namesOf(name),
        );
    case "client":
      return (row) => present(textOf(row, 4128), textOf(row, 4108));
    case "packet":
      return (row) => {
        const name = row.packetTypeName;
        if (name === undefined) return [];
        return [name, String(row.packetType), name.replace(/^Access-/, ""), name.replace(/-Request$/, "")];
      };
    case "reason":
      return ({ reason }) => (reason === undefined ? [] : present(String(reason), reasonName(reason)));
    case "policy":
      return (row) => present(row.networkPolicy, row.connectionRequestPolicy);
    case "station":
      return (row) => present(textOf(row, 31));
    case "session":
      return (row) => present(textOf(row, 44));
    case "nas":
      return (row) => present(textOf(row, 32), textOf(row, 4), row.accessServer);
    case "computer":
      return (row) => [row.computer];
    case "format":
      return (row) => [row.format];
    default:
      return undefined;
  }
}

function attributeTexts(row: LogRow, name: string): string[] {
  const first = row.find(name);
  if (first === undefined) return [];
  return row.attributes.filter((own) => own.name === first.name).map(({ value }) => String(value));
}

/** A user name whole, and without domain, realm or path. */
function namesOf(name: string): string[] {
  const names = [name];
  const begin = Math.max(name.lastIndexOf("\\"), name.lastIndexOf("/"));
  if (begin >= 0) names.push(name.slice(begin + 1));
  const at = name.lastIndexOf("@");
  if (at > 0) names.push(name.slice(0, at));
  return names;
}

function textOf(row: LogRow, id: number): string | undefined {
  const value = row.find(id)?.value;
  return value === undefined ? undefined : String(value);
}

function present(...texts: readonly (string | undefined)[]): string[] {
  return texts.filter((text) => text !== undefined);
}

function expressionOf(pattern: string): RegExp {
  const parts = pattern.split(/\*+/).map((part) => part.replace(/[\\^$.+?()[\]{}|/-]/g, "\\$&"));
  return new RegExp(`^${parts.join("[^]*")}$`, "i");
}
