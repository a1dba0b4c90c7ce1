// Reads the data files of this package into one list of symbols, and refuses data that contradict themselves.
import { readdirSync, readFileSync } from "node:fs";

/** @typedef {"win32" | "hresult" | "ntstatus" | "ras" | "tapi"} Space */
/** @typedef {{ name: string, code: number, space: Space, header: string }} CodeSymbol */
/** @typedef {{ message: string, check?: string }} Text */
/** @typedef {{ code: number, name: string | null, text: string, class: string, ras?: string, check?: string }} NpsReason */

/** Headers in the order in which they win where two of them have a name for the same number. */
export const headers = /** @type {const} */ ([
  "winerror.h",
  "lmerr.h",
  "wininet.h",
  "winhttp.h",
  "raserror.h",
  "mprerror.h",
  "eaphosterror.h",
  "tapi.h",
  "tapi3err.h",
  "ntstatus.h",
]);

/** The spaces whose tables are packed, in the order in which a lookup names them. */
export const spaces = /** @type {const} */ (["win32", "hresult", "ntstatus", "ras", "tapi"]);

/** Of several names in one header for one number, those that are not first there but are what everybody says. */
const usualNames = new Set(["S_OK"]);

const own = (/** @type {string} */ path) => new URL(`../data/${path}`, import.meta.url);
const read = (/** @type {string} */ path) => JSON.parse(readFileSync(own(path), "utf8"));

/** Everything the generated sources are made of. */
export function readModel() {
  /**
   * @type {{
   *   facilities: Record<"hresult" | "ntstatus", Record<string, string[]>>,
   *   aliases: Record<string, string>,
   *   corrections: Record<string, { header: string, right: string }>,
   *   groups: { header: string, space: Space, source: string, codes: Record<string, number | string> }[],
   * }}
   */
  const codes = read("error-codes.json");
  /** @type {CodeSymbol[]} */
  const symbols = codes.groups.flatMap(({ header, space, codes: group }) =>
    Object.entries(group).map(([name, value]) => ({ name, code: Number(value), space, header })),
  );
  for (const { name, code } of symbols) {
    if (!/^[A-Z]\w*$/.test(name)) throw new Error(`${name} is no name that can be packed`);
    if (!Number.isInteger(code) || code < 0 || code > 0xffffffff)
      throw new Error(`${name} has no 32-bit value`);
  }
  const unusual = (/** @type {CodeSymbol} */ { name }) => (usualNames.has(name) ? 0 : 1);
  const rank = (/** @type {CodeSymbol} */ { header }) =>
    /** @type {readonly string[]} */ (headers).indexOf(header);
  symbols.sort((a, b) => a.code - b.code || rank(a) - rank(b) || unusual(a) - unusual(b));

  const byName = new Map(symbols.map((symbol) => [symbol.name, symbol]));
  const codeOf = (/** @type {string} */ name) => {
    const symbol = byName.get(name);
    if (!symbol) throw new Error(`${name} is in no header`);
    return symbol.code;
  };
  for (const [alias, name] of Object.entries(codes.aliases)) {
    if (codeOf(alias) !== codeOf(name)) throw new Error(`${alias} is no alias of ${name}`);
  }
  for (const [name, { right }] of Object.entries(codes.corrections)) {
    if (codeOf(name) !== Number(right)) throw new Error(`${name} has the value that it was corrected from`);
  }

  /** @type {{ origin: string, reasons: NpsReason[] }} */
  const nps = read("nps-reason-codes.json");
  for (const { ras } of nps.reasons) if (ras !== undefined) codeOf(ras);

  /** @type {{ sdkOnly: string[], sets: { about: string, constants: Record<string, number | string> }[] }} */
  const sspi = read("sspi-constants.json");
  /** @type {{ errata: { printed: string, symbol: string, text: string }[] }} */
  const { errata } = read("errata.json");
  /** @type {{ rows: [string, string, string | null][] }} */
  const { rows } = read("logon-relations.json");

  return {
    symbols,
    codeOf,
    texts: readTexts(byName),
    nps,
    sspi,
    facilities: codes.facilities,
    corrections: codes.corrections,
    errata: errata.map((erratum) => ({ ...erratum, code: codeOf(erratum.symbol) })),
    relations: rows.map((row) => row.map((name) => (name === null ? null : codeOf(name)))),
  };
}

/**
 * The texts of data/messages, by symbol.
 * @param {Map<string, CodeSymbol>} byName
 */
function readTexts(byName) {
  /** @type {Map<string, Text>} */
  const texts = new Map();
  for (const file of readdirSync(own("messages/")).sort()) {
    if (!file.endsWith(".json")) continue;
    for (const [name, text] of Object.entries(
      /** @type {Record<string, Text>} */ (read(`messages/${file}`)),
    )) {
      const where = `data/messages/${file}: ${name}`;
      if (!byName.has(name)) throw new Error(`${where} is in no header`);
      if (texts.has(name)) throw new Error(`${where} has a text in another file already`);
      for (const part of [text.message, text.check ?? "."]) {
        if (typeof part !== "string" || /[|\n\r\t]|\*\//.test(part) || !part.endsWith(".")) {
          throw new Error(`${where} must be sentences on one line, without | and */`);
        }
      }
      texts.set(name, text);
    }
  }
  return texts;
}
