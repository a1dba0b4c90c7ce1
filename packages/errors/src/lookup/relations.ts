import type { CodeSpace } from "../code-space.ts";
import { logonRows, reasonRows } from "../tables/facts.generated.ts";
import type { CodeRelation } from "./result.ts";
import type { Tables } from "./tables.ts";

const none: readonly CodeRelation[] = [];

/** The same failure in other spaces: the log-on family, and the RAS error that fits a reason code of NPS. */
export function relationsOf(code: number, space: CodeSpace, tables: Tables): readonly CodeRelation[] {
  byCode ??= index();
  const known = byCode.get(space)?.get(code);
  if (known === undefined) return none;
  return known.map((relation) => ({ ...relation, symbol: tables.symbolOf(relation.code, relation.space) }));
}

type Known = Omit<CodeRelation, "symbol">;

type Index = ReadonlyMap<CodeSpace, ReadonlyMap<number, readonly Known[]>>;

let byCode: Index | undefined;

function index(): Index {
  const found = new Map<CodeSpace, Map<number, Known[]>>();
  const relate = (from: Known, to: Known, basis: CodeRelation["basis"]): void => {
    const ofSpace = found.get(from.space) ?? new Map<number, Known[]>();
    const known = ofSpace.get(from.code) ?? [];
    if (!known.some(({ code, space }) => code === to.code && space === to.space))
      known.push({ ...to, basis });
    found.set(from.space, ofSpace.set(from.code, known));
  };
  for (const [status, win32, ras] of logonRows) {
    const one: Known = { code: status, space: "ntstatus", basis: "documented" };
    const two: Known = { code: win32, space: "win32", basis: "documented" };
    relate(one, two, "documented");
    relate(two, one, "documented");
    if (ras === undefined) continue;
    const three: Known = { code: ras, space: "ras", basis: "judgement" };
    for (const other of [one, two]) {
      relate(other, three, "judgement");
      relate(three, other, "judgement");
    }
  }
  for (const [reason, ras] of reasonRows) {
    relate(
      { code: reason, space: "nps", basis: "judgement" },
      { code: ras, space: "ras", basis: "judgement" },
      "judgement",
    );
  }
  return found;
}
