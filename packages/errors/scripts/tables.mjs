// The sources that a lookup loads: names and texts packed into strings, and what is known about codes besides.
import { constantFiles, preamble } from "./constants.mjs";
import { headers, spaces } from "./model.mjs";

/** @typedef {import("./model.mjs").CodeSymbol} CodeSymbol */
/** @typedef {ReturnType<typeof import("./model.mjs").readModel>} Model */

/** @param {Model} model @returns {Record<string, string>} */
export function tableSources(model) {
  /** @type {Record<string, string>} */
  const sources = {};
  const tables = spaces.map((space) =>
    packed(space, unique(model.symbols.filter((symbol) => symbol.space === space))),
  );
  const reasons = model.nps.reasons.map(({ code, name }) => ({ code, name: name ?? "-", header: "" }));
  sources["src/tables/names.generated.ts"] =
    `${preamble()}import type { PackedTable } from "../lookup/code-table.ts";
${[...tables, packed("nps", reasons)].join("")}`;
  sources["src/tables/messages.generated.ts"] = messages(model);
  sources["src/tables/facts.generated.ts"] = facts(model);
  sources["src/tables/ranges.generated.ts"] = ranges(model);
  return sources;
}

/**
 * Names in ascending order of their numbers. The numbers follow as runs without a gap: the distance from the end of the
 * run before (0: the same number once more), and the length. The headers follow as runs, too: index, length.
 * @param {string} space
 * @param {{ name: string, code: number, header: string }[]} symbols
 */
function packed(space, symbols) {
  /** @type {[header: number, length: number][]} */
  const headerRuns = [];
  const runs = runsOf(symbols.map(({ code }) => code));
  for (const { header } of symbols) {
    const index = /** @type {readonly string[]} */ (headers).indexOf(header);
    const headerRun = headerRuns.at(-1);
    if (headerRun?.[0] === index) headerRun[1] += 1;
    else headerRuns.push([index, 1]);
  }
  return `
export const ${space}: PackedTable = {
  names: ${JSON.stringify(symbols.map(({ name }) => name).join(" "))},
  codeRuns: [${runs.flat().join(",")}],
  headerRuns: [${headerRuns.flat().join(",")}],
};
`;
}

/** Ascending numbers as runs: the distance from the end of the run before, and the length. */
function runsOf(/** @type {number[]} */ codes) {
  /** @type {[from: number, length: number][]} */
  const runs = [];
  let last = -1;
  for (const code of codes) {
    const run = runs.at(-1);
    if (run && code === last + 1) run[1] += 1;
    else runs.push([code - Math.max(0, last), 1]);
    last = code;
  }
  return runs;
}

/** @param {Model} model */
function messages({ symbols, texts, nps }) {
  const lines = [...spaces, "nps"].map((space) => {
    const known =
      space === "nps"
        ? nps.reasons.map(({ code, text, check }) => ({ code, text: { message: text, check } }))
        : symbols.flatMap((symbol) => {
            const text = texts.get(symbol.name);
            return symbol.space === space && text ? [{ code: symbol.code, text }] : [];
          });
    // Of several names for a number, the usual one speaks.
    const parts = known.filter(({ code }, index) => code !== known[index - 1]?.code);
    const lines = parts.map(({ text }) => `${text.message}${text.check ? `|${text.check}` : ""}`);
    const runs = runsOf(parts.map(({ code }) => code)).flat();
    return `  ${space}: {\n    codeRuns: [${runs.join(",")}],\n    lines: ${JSON.stringify(lines.join("\n"))},\n  },\n`;
  });
  return `${preamble()}import type { CodeSpace } from "../code-space.ts";
import type { PackedTexts } from "../messages.ts";

/** One line for each number that has a text: message, what to check. The numbers as runs, as those of the names. */
export const texts: Readonly<Record<CodeSpace, PackedTexts>> = {
${lines.join("")}};
`;
}

/** @param {Model} model */
function facts({ facilities, corrections, codeOf, errata, relations, nps }) {
  const names = (/** @type {"hresult" | "ntstatus"} */ space) =>
    JSON.stringify(
      Object.entries(facilities[space])
        .map(([facility, known]) => `${facility}:${known.join("/")}`)
        .join(" "),
    );
  const corrected = Object.entries(corrections).map(
    ([symbol, { header }]) =>
      `  { printed: ${header}, symbol: "${symbol}", code: ${codeOf(symbol)}, text: ${JSON.stringify(
        `Public headers print ${header} for ${symbol}; its number is ${corrections[symbol]?.right}.`,
      )} },\n`,
  );
  const printed = errata.map(
    ({ printed, symbol, code, text }) =>
      `  { printed: ${printed}, symbol: "${symbol}", code: ${code}, text: ${JSON.stringify(text)} },\n`,
  );
  const rows = relations.map((row) => `  [${row.map((code) => code ?? "undefined").join(", ")}],\n`);
  const reasons = nps.reasons.flatMap(({ code, ras }) =>
    ras === undefined ? [] : [`  [${code}, ${codeOf(ras)}],\n`],
  );
  return `${preamble()}
/** Facility numbers and their names; where a number has two names, the second follows a stroke. */
export const hresultFacilities = ${names("hresult")};
export const ntstatusFacilities = ${names("ntstatus")};

/** Numbers that are printed for a symbol and are not its own. */
export const errata: readonly { printed: number; symbol: string; code: number; text: string }[] = [
${printed.join("")}${corrected.join("")}];

/** The log-on family: NTSTATUS, the Win32 code that Windows makes of it, the RAS error that fits. */
export const logonRows: readonly (readonly [number, number, number | undefined])[] = [
${rows.join("")}];

/** NPS reason codes and the RAS error that fits. */
export const reasonRows: readonly (readonly [number, number])[] = [
${reasons.join("")}];
`;
}

/** First and last number of every gapless run, for the guards of the small sets. */
function ranges(/** @type {Model} */ { symbols, nps }) {
  const sets = {
    rasRanges: symbols.filter(({ space }) => space === "ras"),
    eapRanges: symbols.filter(constantFiles["eap"]?.has ?? (() => false)),
    sspiRanges: symbols.filter(constantFiles["sspi-status"]?.has ?? (() => false)),
    npsRanges: nps.reasons,
  };
  const lines = Object.entries(sets).map(([name, members]) => {
    /** @type {number[]} */
    const ends = [];
    for (const { code } of members) {
      const last = ends.at(-1);
      if (code === last) continue;
      if (last !== undefined && code === last + 1) ends[ends.length - 1] = code;
      else ends.push(code, code);
    }
    return `export const ${name}: readonly number[] = [${ends.join(", ")}];\n`;
  });
  return `${preamble("First and last number of every gapless run.")}\n${lines.join("")}`;
}

/** @param {CodeSymbol[]} symbols SUCCESS is in two headers */
function unique(symbols) {
  return symbols.filter(({ name }, index) => symbols.findIndex((other) => other.name === name) === index);
}
