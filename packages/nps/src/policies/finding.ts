import { parseLogonHours } from "@sallyport/accounts";
import type { AttributeInput } from "@sallyport/radius";
import { policyAttributes } from "./policy-attributes.ts";

/** What is wrong with policies, or useless in them. */
export interface PolicyFinding {
  /** A mistake keeps the server from starting; a warning does not. */
  readonly severity: "mistake" | "warning";
  /** Where, from the object with both lists on: `["network", 2, "conditions", "clients", 0]`. */
  readonly keys: readonly PropertyKey[];
  readonly problem: string;
  readonly remedy: string;
}

/** What policies refer to. */
export interface PolicySurroundings {
  /** In which `dayAndTime` is meant, an IANA name. Default: `UTC`. */
  readonly timeZone?: string;
  /** The names of all RADIUS clients. Left out: any name may be right. */
  readonly clients?: readonly string[];
  /** The names of all groups that an account is in. Left out: any name may be right. */
  readonly groups?: readonly string[];
  /** The names of the remote RADIUS server groups. Default: none, so that nothing can be forwarded. */
  readonly remoteServerGroups?: readonly string[];
  /** Whether MS-CHAP, version 1, is accepted. Default: false. */
  readonly allowMsChap?: boolean;
}

/** What is wrong with a span of time; one that never opens is refused when it is read. */
export function timeFindings(
  dayAndTime: string | undefined,
  keys: readonly PropertyKey[],
  { timeZone = "UTC" }: PolicySurroundings,
): PolicyFinding[] {
  if (dayAndTime === undefined) return [];
  const remedy = 'write for example "Mo-Fr 08:00-18:00; Sa 09:00-12:00"';
  return attempt(keys, () => parseLogonHours(dayAndTime, timeZone)).map((found) => ({ ...found, remedy }));
}

/** What is wrong with the attributes of an answer, each by its name. */
export function attributeFindings(attributes: AttributeInput, keys: readonly PropertyKey[]): PolicyFinding[] {
  return Object.entries(attributes).flatMap(([name, value]) =>
    attempt([...keys, name], () => policyAttributes({ [name]: value })),
  );
}

/** A finding for what a function throws; behind a semicolon its message says what to do. */
export function attempt(keys: readonly PropertyKey[], work: () => unknown): PolicyFinding[] {
  try {
    work();
    return [];
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const at = message.lastIndexOf("; ");
    const problem = at < 0 ? message : message.slice(0, at);
    const remedy = at < 0 ? "write a value that the attribute can have" : message.slice(at + 2);
    return [{ severity: "mistake", keys, problem, remedy }];
  }
}
