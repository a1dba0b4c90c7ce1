import { type Account, foldCase } from "@sallyport/accounts";
import { isThenable } from "@sallyport/runtime";
import { type CertificateFacts, serialNumberText } from "./certificate-facts.ts";

/** The ways from a certificate to an account whose right half nobody but the authority, or the account's owner, can choose. */
export const strongMappings = ["principalName", "thumbprint", "issuerSerial", "sid"] as const;
/** Ways that go by names which authorities hand out freely: used only where the settings name them. */
export const weakMappings = ["email", "subject", "commonName", "dns"] as const;
export const mappingNames = [...strongMappings, ...weakMappings] as const;
export type MappingName = (typeof mappingNames)[number];

/** One certificate, or several, of an account: as its settings write it. Exactly one of the ways. */
export interface CertificateMappingSettings {
  /** The user principal name in the certificate. */
  readonly principalName?: string | undefined;
  /** SHA-1 or SHA-256 of the certificate, in hexadecimal. */
  readonly thumbprint?: string | undefined;
  /** Who issued it, with `serialNumber` or `subject`. */
  readonly issuer?: string | undefined;
  readonly serialNumber?: string | undefined;
  /** The account's SID in the security extension. */
  readonly sid?: string | undefined;
  readonly email?: string | undefined;
  readonly subject?: string | undefined;
  readonly commonName?: string | undefined;
  readonly dns?: string | undefined;
}

/** The way that an entry goes by; undefined where it is none, or more than one. */
export function mappingOf(entry: CertificateMappingSettings): MappingName | undefined {
  const { issuer, serialNumber, ...others } = entry;
  const given = Object.entries(others).flatMap(([key, value]) => (value === undefined ? [] : [key]));
  if (serialNumber !== undefined)
    return given.length === 0 && issuer !== undefined ? "issuerSerial" : undefined;
  if (issuer !== undefined && given[0] !== "subject") return undefined;
  return given.length === 1 ? mappingNames.find((name) => name === given[0]) : undefined;
}

/** An account that may have certificates. */
export interface MappedAccount {
  /** `LAB\alice`. */
  readonly identity: string;
  readonly certificates: readonly CertificateMappingSettings[];
}

export interface CertificateMappingOptions {
  readonly accounts: readonly MappedAccount[];
  /** The ways that are used. */
  readonly mappings: readonly MappingName[];
  /** The account of a name in a certificate: `alice@lab.example`. */
  readonly find: (name: string) => Account | undefined | PromiseLike<Account | undefined>;
  /** An account as others name it: `LAB\alice`. */
  readonly identityOf: (account: Account) => string;
}

/** Whose certificate it is. */
export type CertificateOwner =
  | {
      readonly kind: "account";
      readonly identity: string;
      readonly mapping: MappingName;
      readonly by: string;
    }
  | { readonly kind: "nobody"; readonly why: string }
  | { readonly kind: "several"; readonly identities: readonly string[] };

/** Finds the account of a certificate. */
export class CertificateMapping {
  readonly #options: CertificateMappingOptions;
  /** The accounts by what their certificates must have. */
  readonly #explicit = new Map<string, MappedAccount[]>();

  constructor(options: CertificateMappingOptions) {
    this.#options = options;
    for (const account of options.accounts) {
      for (const entry of account.certificates) {
        const key = entryKey(entry);
        if (key !== undefined) this.#explicit.set(key, [...(this.#explicit.get(key) ?? []), account]);
      }
    }
  }

  /** Who the owner is; a promise only where the accounts need one. */
  ownerOf(facts: CertificateFacts): CertificateOwner | PromiseLike<CertificateOwner> {
    const found = new Map<string, CertificateOwner & { kind: "account" }>();
    const add = (identity: string, mapping: MappingName, by: string): void => {
      const key = foldCase(identity);
      if (!found.has(key)) found.set(key, { kind: "account", identity, mapping, by });
    };
    for (const { mapping, key, by } of this.#explicit.size === 0 ? [] : factKeys(facts)) {
      if (!this.#uses(mapping)) continue;
      for (const { identity } of this.#explicit.get(key) ?? []) add(identity, mapping, by);
    }
    return this.#byName(facts, 0, add, () => this.#conclude(facts, [...found.values()]));
  }

  /** The names in the certificate that are names of accounts themselves, one after the other. */
  #byName(
    facts: CertificateFacts,
    from: number,
    add: (identity: string, mapping: MappingName, by: string) => void,
    done: () => CertificateOwner,
  ): CertificateOwner | PromiseLike<CertificateOwner> {
    const names = this.#accountNames(facts);
    const { find, identityOf } = this.#options;
    for (let index = from; index < names.length; index++) {
      const [mapping, name] = names[index] ?? ["principalName", ""];
      const take = (account: Account | undefined): void => {
        if (account !== undefined) add(identityOf(account), mapping, `${mapping} ${name}`);
      };
      const account = find(name);
      if (isThenable(account)) {
        return account.then((late) => {
          take(late);
          return this.#byName(facts, index + 1, add, done);
        });
      }
      take(account);
    }
    return done();
  }

  #conclude(
    facts: CertificateFacts,
    found: readonly (CertificateOwner & { kind: "account" })[],
  ): CertificateOwner {
    const [only, ...others] = found;
    if (only === undefined) return { kind: "nobody", why: this.#whyNobody(facts) };
    if (others.length > 0) return { kind: "several", identities: found.map(({ identity }) => identity) };
    const sids = this.#sidsOf(only.identity);
    if (facts.sid !== undefined && sids.length > 0 && !sids.includes(facts.sid)) {
      // KB5014754: a SID in the certificate that is not the account's outweighs every name in it.
      return { kind: "nobody", why: `the SID ${facts.sid} in it is not that of ${only.identity}` };
    }
    return only;
  }

  #sidsOf(identity: string): string[] {
    const account = this.#options.accounts.find((one) => foldCase(one.identity) === foldCase(identity));
    return (account?.certificates ?? []).flatMap(({ sid }) => (sid === undefined ? [] : [sid]));
  }

  #whyNobody(facts: CertificateFacts): string {
    const names = [...facts.principalNames, ...facts.emailAddresses, ...facts.dnsNames, ...facts.commonNames];
    const known = names.length === 0 ? "no name" : names.join(", ");
    return `no account is mapped to it by ${this.#options.mappings.join(", ")}; it names ${known}`;
  }

  #uses(mapping: MappingName): boolean {
    return this.#options.mappings.includes(mapping);
  }

  #accountNames(facts: CertificateFacts): (readonly [MappingName, string])[] {
    const names: (readonly [MappingName, readonly string[]])[] = [
      ["principalName", facts.principalNames],
      ["email", facts.emailAddresses],
      ["commonName", facts.commonNames],
      // Windows calls the account of a computer host/ and its name.
      ["dns", facts.dnsNames.map((name) => `host/${name}`)],
    ];
    return names.flatMap(([mapping, values]) =>
      this.#uses(mapping) ? values.map((value) => [mapping, value] as const) : [],
    );
  }
}

/** What a certificate must have for an entry: a text that {@link factKeys} gives, too. */
function entryKey(entry: CertificateMappingSettings): string | undefined {
  const mapping = mappingOf(entry);
  switch (mapping) {
    case undefined:
      return undefined;
    case "issuerSerial":
      return keyOf(mapping, nameKey(written(entry.issuer)), serialNumberText(entry.serialNumber ?? ""));
    case "subject":
      return keyOf(
        mapping,
        nameKey(written(entry.subject)),
        ...(entry.issuer === undefined ? [] : [nameKey(written(entry.issuer))]),
      );
    case "thumbprint":
      return keyOf(mapping, thumbprintText(entry.thumbprint ?? ""));
    default:
      return keyOf(mapping, entry[mapping] ?? "");
  }
}

interface FactKey {
  readonly mapping: MappingName;
  readonly key: string;
  /** In words. */
  readonly by: string;
}

function factKeys(facts: CertificateFacts): readonly FactKey[] {
  const single = (mapping: MappingName, values: readonly string[]): FactKey[] =>
    values.map((value) => ({ mapping, key: keyOf(mapping, value), by: `${mapping} ${value}` }));
  const issuer = nameKey(facts.issuerParts);
  const subject = nameKey(facts.subjectParts);
  return [
    ...single("thumbprint", facts.thumbprints),
    {
      mapping: "issuerSerial",
      key: keyOf("issuerSerial", issuer, facts.serialNumber),
      by: `issuer ${facts.issuer} and serial number ${facts.serialNumber}`,
    },
    ...single("sid", facts.sid === undefined ? [] : [facts.sid]),
    ...single("principalName", facts.principalNames),
    ...single("email", facts.emailAddresses),
    { mapping: "subject", key: keyOf("subject", subject), by: `subject ${facts.subject}` },
    {
      mapping: "subject",
      key: keyOf("subject", subject, issuer),
      by: `subject ${facts.subject} and issuer ${facts.issuer}`,
    },
    ...single("commonName", facts.commonNames),
    ...single("dns", facts.dnsNames),
  ];
}

function keyOf(mapping: MappingName, ...values: readonly string[]): string {
  return JSON.stringify([mapping, ...values.map(foldCase)]);
}

/** A thumbprint as it is compared: hexadecimal, lower case, without separators. */
function thumbprintText(text: string): string {
  return text.toLowerCase().replace(/[\s:]/g, "");
}

/** A name as people write it, `CN=Root, O=Corp`, as its parts. */
function written(name = ""): string[] {
  return name
    .split(/(?<!\\),/)
    .map((part) => part.trim().replace(/\s*=\s*/, "="))
    .filter((part) => part !== "");
}

/** The same for a name in the order of the certificate and the other way round: both are in use. */
function nameKey(parts: readonly string[]): string {
  const [first = ""] = [JSON.stringify(parts), JSON.stringify([...parts].reverse())].sort();
  return first;
}
