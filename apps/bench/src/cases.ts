import { chapAttributes, mschapv2Attributes } from "./password-attributes.ts";

/** What this server promises of a case, as ratios to FreeRADIUS. */
export interface Pledge {
  /** CPU per request, at most. */
  readonly cpu: number;
  /** Requests per second, at least. */
  readonly rps?: number;
}

/** One kind of request, sent to both servers. */
export interface Case {
  readonly name: CaseName;
  readonly title: string;
  readonly port: "auth" | "acct";
  /** The code of the only right answer. */
  readonly expect: number;
  /** Whether the answer must carry the text that the extension (FreeRADIUS: the file `users`) adds. */
  readonly greeted: boolean;
  /** The arguments of the load generator. */
  readonly request: readonly string[];
  /** Of an EAP case: the method that both servers offer first. A whole login is counted, with all its requests. */
  readonly eap?: EapMethod;
  readonly pledge?: Pledge;
}

/** As both servers name them. */
export const eapMethods = ["md5", "mschapv2"] as const;
export type EapMethod = (typeof eapMethods)[number];

export const caseNames = [
  "pap-ma",
  "pap-nas",
  "reject",
  "chap",
  "mschapv2",
  "eap-md5",
  "eap-mschapv2",
  "accounting",
] as const;
export type CaseName = (typeof caseNames)[number];

/** The account that both servers know. */
export const account = { name: "bob", password: "hello" } as const;
export const secret = "testing123";

/** How many distinct challenges the CHAP cases use. */
const challenges = 32;

/** The cases with these names, in the order of the table. */
export function casesNamed(names: readonly CaseName[]): readonly Case[] {
  return caseNames.filter((name) => names.includes(name)).map((name) => cases[name]());
}

const access = { port: "auth", expect: 2, greeted: true } as const;
const signed = "--message-authenticator";

const cases: Readonly<Record<CaseName, () => Case>> = {
  "pap-ma": () => ({
    ...access,
    name: "pap-ma",
    title: "PAP + Message-Authenticator",
    request: ["--mode", "pap", signed],
    pledge: { cpu: 0.85, rps: 1 },
  }),
  "pap-nas": () => ({
    ...access,
    name: "pap-nas",
    title: "the same, with 802.11 attributes",
    request: ["--mode", "pap", signed, "--nas-attributes"],
  }),
  reject: () => ({
    ...access,
    name: "reject",
    title: "wrong password",
    expect: 3,
    greeted: false,
    request: ["--mode", "pap", signed, "--password", "guessed"],
  }),
  chap: () => ({
    ...access,
    name: "chap",
    title: "CHAP",
    request: ["--mode", "raw", signed, ...variants(() => chapAttributes(account.password))],
  }),
  mschapv2: () => ({
    ...access,
    name: "mschapv2",
    title: "MS-CHAPv2",
    request: ["--mode", "raw", signed, ...variants(() => mschapv2Attributes(account.name, account.password))],
    pledge: { cpu: 0.85, rps: 1 },
  }),
  "eap-md5": () => ({
    ...login("md5"),
    name: "eap-md5",
    title: "EAP-MD5, a whole login",
    pledge: { cpu: 0.9 },
  }),
  "eap-mschapv2": () => ({
    ...login("mschapv2"),
    name: "eap-mschapv2",
    title: "EAP-MSCHAPv2, a whole login",
    pledge: { cpu: 0.9 },
  }),
  accounting: () => ({
    name: "accounting",
    title: "accounting, written before the answer",
    port: "acct",
    expect: 5,
    greeted: false,
    request: ["--mode", "accounting"],
    pledge: { cpu: 0.8 },
  }),
};

/** RFC 3579 section 2.6.5: what EAP has to say it says itself; Reply-Message stays away. */
function login(eap: EapMethod): Pick<Case, "port" | "expect" | "greeted" | "eap" | "request"> {
  return { ...access, greeted: false, eap, request: ["--mode", `eap-${eap}`] };
}

function variants(attributes: () => string): string[] {
  return Array.from({ length: challenges }, () => ["--attributes", attributes()]).flat();
}
