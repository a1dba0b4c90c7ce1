import type { CodeSpace } from "../code-space.ts";
import type { HresultParts } from "../decode/hresult.ts";
import type { NtStatusParts } from "../decode/ntstatus.ts";

/** Settings of one lookup. */
export interface LookupOptions {
  /** Where the code comes from: what has a meaning there comes first. The other meanings follow. */
  readonly space?: CodeSpace | undefined;
  /** At most so many matches, 1 to 1000. Default 20. */
  readonly limit?: number | undefined;
}

/** What a lookup has found. */
export interface LookupResult {
  readonly query: string;
  /** Best first. */
  readonly matches: readonly CodeMatch[];
  /** What the number itself says when nobody has a name for it: severity, facility, code. */
  readonly decoded: readonly DecodedCode[];
  /** Names that are spelt nearly like the query, when nothing matched; nearest first. */
  readonly suggestions: readonly string[];
  /** Errata that concern the query. */
  readonly notes: readonly string[];
  /** Why the query could have no answer, in a sentence; undefined when it was understood. */
  readonly problem: string | undefined;
}

/** One meaning of a code. */
export interface CodeMatch {
  /** Unsigned. */
  readonly code: number;
  /** Eight hexadecimal digits. */
  readonly hex: string;
  readonly space: CodeSpace;
  /** Undefined for a reason code of NPS that is documented without a name. */
  readonly symbol: string | undefined;
  /** Other names of the same number in the same header. */
  readonly aliases: readonly string[];
  /** The header that defines it. */
  readonly header: string;
  /** A sentence in our own words, or the name as words where {@link CodeMatch.hasOwnText} is false. */
  readonly message: string;
  readonly hasOwnText: boolean;
  /** What to look at next; for codes that administrators meet every day. */
  readonly check: string | undefined;
  /** Where to read on about a code that has no text of its own: the search of Microsoft's documentation. */
  readonly reference: string | undefined;
  /** Severity, facility and code of an HRESULT or NTSTATUS. */
  readonly parts: CodeParts | undefined;
  /** The same failure in other spaces. */
  readonly relations: readonly CodeRelation[];
  /** Why this is an answer to the query. */
  readonly reason: string;
}

/** An HRESULT or NTSTATUS taken apart. */
export type CodeParts = (HresultParts | NtStatusParts) & {
  /** The name of the facility; of two names, the second follows a stroke. */
  readonly facilityName: string | undefined;
};

/** A number that has no name, taken apart as an HRESULT and as an NTSTATUS. */
export interface DecodedCode {
  readonly code: number;
  readonly hex: string;
  readonly space: "hresult" | "ntstatus";
  readonly parts: CodeParts;
}

/** The same failure as another space has it. */
export interface CodeRelation {
  readonly code: number;
  readonly space: CodeSpace;
  readonly symbol: string | undefined;
  /** `documented`: Windows converts it so. `judgement`: our own, the one that fits best. */
  readonly basis: "documented" | "judgement";
}
