import { foldCase } from "@sallyport/accounts";

/** The settings of the choice of VLANs. */
export interface VlanSettings {
  /** Members by group: `"alice"`, or `"CORP\\alice"`. Here, or in a file of the same form whose name is `directory`. */
  readonly groups?: Readonly<Record<string, readonly string[]>>;
  /** A JSON file with groups; read again when it has changed. */
  readonly directory?: string;
  /** The first group that has the user as a member decides. A VLAN is a number from 1 to 4094, or a name. */
  readonly vlans: readonly { readonly group: string; readonly vlan: number | string }[];
  /** For users of no such group. Without it they are rejected; `"as the policy says"` leaves the answer as it is. */
  readonly otherwise?: number | string;
  /** The tag of the three attributes, 1 to 31 (RFC 2868 section 3.1). Default 1. */
  readonly tag?: number;
}

/** Who is a member of what. */
export type Directory = (group: string, account: string) => boolean;

/** Settings that were found right. */
export interface VlanRules {
  readonly vlans: readonly { readonly group: string; readonly vlan: string }[];
  readonly otherwise: string | undefined;
  readonly tag: number;
}

export const asThePolicySays = "as the policy says";

/** The VLAN of an account `DOMAIN\USER`; undefined for one of no group when nothing else is said. */
export function vlanOf(rules: VlanRules, directory: Directory, account: string): string | undefined {
  return rules.vlans.find(({ group }) => directory(group, account))?.vlan ?? rules.otherwise;
}

/** The attributes that put a port into a VLAN (RFC 3580 section 3.31); the tag says that the three belong together. */
export function vlanAttributes({ tag }: VlanRules, vlan: string): Record<string, string> {
  return {
    [`Tunnel-Type:${tag}`]: "VLAN",
    [`Tunnel-Medium-Type:${tag}`]: "IEEE-802",
    [`Tunnel-Private-Group-ID:${tag}`]: vlan,
  };
}

/** A directory out of groups, as settings and files have them. What cannot be read is told to `mistake`. */
export function directoryOf(groups: unknown, place: string, mistake: (text: string) => void): Directory {
  const members = new Map<string, ReadonlySet<string>>();
  const entries = isRecord(groups) ? Object.entries(groups) : [];
  if (entries.length === 0) mistake(`${place} names no group; write { "staff": ["alice"] }`);
  for (const [group, names] of entries) {
    if (Array.isArray(names) && names.every((name) => typeof name === "string")) {
      members.set(foldCase(group), new Set(names.map(foldCase)));
    } else mistake(`${place}[${JSON.stringify(group)}] is no list of user names`);
  }
  return (group, account) => {
    const own = members.get(foldCase(group));
    // Who is listed without domain is meant in every domain.
    return own !== undefined && (own.has(account) || own.has(account.slice(account.indexOf("\\") + 1)));
  };
}

/** Reads the settings but for the groups; every mistake is told, with its place. */
export function rulesOf(settings: unknown, mistake: (text: string) => void): VlanRules {
  const { vlans, otherwise, tag = 1 } = isRecord(settings) ? settings : {};
  const entries: readonly unknown[] = Array.isArray(vlans) ? vlans : [];
  if (entries.length === 0) mistake('settings.vlans is no list; write [{ "group": "staff", "vlan": 20 }]');
  if (!(Number.isInteger(tag) && Number(tag) >= 1 && Number(tag) <= 31))
    mistake("settings.tag is no whole number from 1 to 31");
  if (otherwise !== undefined && !isVlan(otherwise))
    mistake(`settings.otherwise is no VLAN; write a number from 1 to 4094, a name, or "${asThePolicySays}"`);
  const choices = entries.flatMap((entry, index) => {
    const { group, vlan } = isRecord(entry) ? entry : {};
    if (typeof group === "string" && isVlan(vlan)) return [{ group, vlan: String(vlan) }];
    mistake(`settings.vlans[${index}] is no choice; write { "group": "staff", "vlan": 20 }`);
    return [];
  });
  return {
    vlans: choices,
    otherwise: otherwise === undefined ? undefined : String(otherwise),
    tag: Number(tag),
  };
}

function isVlan(value: unknown): boolean {
  if (typeof value === "number") return Number.isInteger(value) && value >= 1 && value <= 4094;
  // One octet of the attribute's 253 is the tag.
  return typeof value === "string" && value !== "" && new TextEncoder().encode(value).length <= 252;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
