import type { CodeSpace } from "../code-space.ts";
import { decodeHresult } from "../decode/hresult.ts";
import { decodeNtStatus } from "../decode/ntstatus.ts";
import { hresultFacilities, ntstatusFacilities } from "../tables/facts.generated.ts";
import type { CodeParts } from "./result.ts";

/** Severity, facility and code of an HRESULT or an NTSTATUS; undefined in the spaces that have no such fields. */
export function partsOf(code: number, space: CodeSpace): CodeParts | undefined {
  if (space === "hresult") {
    const { severity, customer, isNtStatus, facility, code: number } = decodeHresult(code);
    const names = isNtStatus ? ntstatusNames() : hresultNames();
    return {
      severity,
      customer,
      isNtStatus,
      facility,
      facilityName: nameOf(names, facility, customer),
      code: number,
    };
  }
  if (space === "ntstatus") {
    const { severity, customer, facility, code: number } = decodeNtStatus(code);
    return {
      severity,
      customer,
      facility,
      facilityName: nameOf(ntstatusNames(), facility, customer),
      code: number,
    };
  }
  return undefined;
}

type Names = ReadonlyMap<number, string>;

/** Facilities of others than Microsoft are theirs to name. */
function nameOf(names: Names, facility: number, customer: boolean): string | undefined {
  return customer ? undefined : names.get(facility);
}

function parse(list: string): Names {
  return new Map(
    list.split(" ").map((entry) => {
      const [facility, name = ""] = entry.split(":");
      return [Number(facility), name];
    }),
  );
}

let ofHresult: Names | undefined;
let ofNtStatus: Names | undefined;

function hresultNames(): Names {
  ofHresult ??= parse(hresultFacilities);
  return ofHresult;
}

function ntstatusNames(): Names {
  ofNtStatus ??= parse(ntstatusFacilities);
  return ofNtStatus;
}
