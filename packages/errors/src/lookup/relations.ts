import type { CodeSpace } from "../code-space.ts";
import { logonRows, reasonRows } from "../tables/facts.generated.ts";
import type { CodeRelation } from "./result.ts";
import type { Tables } from "./tables.ts";

const none: readonly CodeRelation[] = [];
/** The columns of the log-on rows. */
const columns: readonly CodeSpace[] = ["ntstatus", "win32", "ras"];

/** The same failure in other spaces: the log-on family, and the RAS error that fits a reason code of NPS. */
export function relationsOf(code: number, space: CodeSpace, tables: Tables): readonly CodeRelation[] {
  const column = columns.indexOf(space);
  if (column < 0 && space !== "nps") return none;
  let relations: CodeRelation[] | undefined;
  const relate = (other: number, place: CodeSpace): void => {
    relations ??= [];
    if (relations.some((known) => known.code === other && known.space === place)) return;
    // Windows turns an NTSTATUS into a Win32 code; that a RAS error fits is our own judgement.
    const basis = space === "ras" || place === "ras" ? "judgement" : "documented";
    relations.push({ code: other, space: place, symbol: tables.symbolOf(other, place), basis });
  };
  if (space === "nps") {
    for (const [reason, ras] of reasonRows) if (reason === code) relate(ras, "ras");
  } else {
    for (const row of logonRows) {
      if (row[column] !== code) continue;
      for (const [place, other] of row.entries()) {
        if (place !== column && other !== undefined) relate(other, columns[place] as CodeSpace);
      }
    }
  }
  return relations ?? none;
}
