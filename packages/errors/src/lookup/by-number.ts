import type { CodeSpace } from "../code-space.ts";
import { ntStatusFromHresult, win32FromHresult } from "../decode/hresult.ts";
import { win32FromNtStatus } from "../decode/ntstatus.ts";
import { hexCode } from "../decode/number.ts";
import { errata } from "../tables/facts.generated.ts";
import { partsOf } from "./parts.ts";
import type { Reading } from "./query.ts";
import type { CodeMatch, DecodedCode } from "./result.ts";
import type { Tables } from "./tables.ts";

/** What the readings of a number mean, best first. */
export function matchesOf(
  tables: Tables,
  readings: readonly Reading[],
  space: CodeSpace | undefined,
): CodeMatch[] {
  const matches: CodeMatch[] = [];
  for (const { code, as, isLastResort } of readings) {
    if (isLastResort && matches.length > 0) continue;
    for (const place of spacesFor(code, space)) addPlain(tables, matches, code, place, as);
    addWrapped(tables, matches, code);
    addMisprinted(tables, matches, code);
  }
  if (space === undefined || matches.length < 2) return matches;
  return [
    ...matches.filter((match) => match.space === space),
    ...matches.filter((match) => match.space !== space),
  ];
}

/** A number without a name, taken apart. Small numbers are no HRESULTs that anybody would take apart. */
export function decodedOf(readings: readonly Reading[]): DecodedCode[] {
  return readings
    .filter(({ code }) => code > 0xffff)
    .flatMap(({ code }) => {
      const known = (["hresult", "ntstatus"] as const).map((space) => ({
        space,
        parts: partsOf(code, space),
      }));
      return known.flatMap(({ space, parts }) => (parts ? [{ code, hex: hexCode(code), space, parts }] : []));
    });
}

/** What is known to be printed wrongly for the number. */
export function errataOf(readings: readonly Reading[]): readonly string[] {
  if (!readings.some(({ code }) => misprinted().has(code))) return [];
  return errata
    .filter(({ printed }) => readings.some(({ code }) => code === printed))
    .map(({ text }) => text);
}

/** What wrong number is printed for the symbol. */
export function errataOfSymbol(symbol: string | undefined): readonly string[] {
  return errata.filter((erratum) => erratum.symbol === symbol).map(({ text }) => text);
}

const small: readonly CodeSpace[] = ["win32", "hresult", "ntstatus", "ras", "nps", "tapi"];
const remoteAccess: readonly CodeSpace[] = ["ras", "win32", "hresult", "ntstatus", "nps", "tapi"];
const hresults: readonly CodeSpace[] = ["hresult", "ntstatus", "tapi", "win32", "ras", "nps"];
const statuses: readonly CodeSpace[] = ["ntstatus", "hresult", "tapi", "win32", "ras", "nps"];

/** In which order the spaces answer: by the bits of a large number, by the range of a small one. */
function spacesFor(code: number, asked: CodeSpace | undefined): readonly CodeSpace[] {
  const order = usualOrder(code);
  return asked === undefined || order[0] === asked
    ? order
    : [asked, ...order.filter((space) => space !== asked)];
}

function usualOrder(code: number): readonly CodeSpace[] {
  if (code >= 0xc000_0000) return statuses;
  if (code >= 0x8000_0000) return hresults;
  if (code >= 0x4000_0000) return statuses;
  if (code > 0xffff) return hresults;
  return code >= 600 && code <= 999 ? remoteAccess : small;
}

function addPlain(
  tables: Tables,
  matches: CodeMatch[],
  code: number,
  space: CodeSpace,
  as: string | undefined,
): void {
  const table = tables.table(space);
  const first = table?.find(code) ?? -1;
  if (table === undefined || first < 0) return;
  const reason = plainReason(code, space, matches.length > 0);
  const why = as === undefined ? reason : `${as}; ${reason}`;
  matches.push(tables.match(table, first, why));
  // Another header may mean something else by the same number.
  for (let index = first + 1; table.codeAt(index) === code; index += 1) {
    const header = table.headerAt(index);
    if (header !== table.headerAt(index - 1))
      matches.push(tables.match(table, index, `the same number in ${header}`));
  }
}

function plainReason(code: number, space: CodeSpace, isFurther: boolean): string {
  if (isFurther) return `the same number ${asOne[space]}`;
  if (space === "ras" && code >= 600) return "600 to 999 are the numbers of Remote Access Service";
  return `the number ${asOne[space]}`;
}

const asOne: Readonly<Record<CodeSpace, string>> = {
  win32: "in Win32",
  hresult: "as an HRESULT",
  ntstatus: "as an NTSTATUS",
  ras: "in Remote Access Service",
  nps: "as a reason code",
  tapi: "in telephony",
};

/** Codes that travel inside another one. */
function addWrapped(tables: Tables, matches: CodeMatch[], code: number): void {
  const win32 = code > 0xffff ? win32FromHresult(code) : undefined;
  const native = win32FromNtStatus(code);
  const status = ntStatusFromHresult(code);
  if (win32 !== undefined) {
    const order: readonly CodeSpace[] = win32 >= 600 && win32 <= 999 ? ["ras", "win32"] : ["win32"];
    for (const space of order) addInner(tables, matches, win32, space, "the code inside HRESULT_FROM_WIN32");
  }
  if (native !== undefined) addInner(tables, matches, native, "win32", "the Win32 code inside an NTSTATUS");
  if (status !== undefined && status > 0xffff) {
    addInner(tables, matches, status, "ntstatus", "the NTSTATUS inside HRESULT_FROM_NT");
  }
}

function addInner(
  tables: Tables,
  matches: CodeMatch[],
  code: number,
  space: CodeSpace,
  reason: string,
): void {
  const table = tables.table(space);
  const index = table?.find(code) ?? -1;
  if (table !== undefined && index >= 0) matches.push(tables.match(table, index, reason));
}

let printedCodes: ReadonlySet<number> | undefined;

function misprinted(): ReadonlySet<number> {
  printedCodes ??= new Set(errata.map(({ printed }) => printed));
  return printedCodes;
}

/** The symbol that a wrongly printed number was meant for. */
function addMisprinted(tables: Tables, matches: CodeMatch[], code: number): void {
  if (!misprinted().has(code)) return;
  for (const { printed, symbol } of errata) {
    const place = printed === code ? tables.named(symbol) : undefined;
    if (place !== undefined)
      matches.push(tables.match(...place, `${hexCode(code)} is printed for it by mistake`));
  }
}
