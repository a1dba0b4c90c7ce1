import type { PppAuthenticationProtocol } from "@sallyport/ppp";
import type { z } from "zod";
import type { UnplacedMistake } from "./mistake.ts";
import { numberOf, parseAddressRange, type pppProtocolNames, type pppSchema } from "./ppp-schema.ts";

/** Validated settings of PPP behind a port. */
export interface PppSetting {
  readonly protocols: readonly PppAuthenticationProtocol[];
  readonly provider: "windows" | RadiusProviderSetting;
  readonly addresses: AddressesSetting;
  readonly limits: NonNullable<Parsed["limits"]>;
  readonly interimMs: number | undefined;
}

export interface RadiusProviderSetting {
  readonly servers: readonly {
    readonly server: string;
    readonly accounting: string | undefined;
    readonly secret: string;
    readonly timeoutMs: number | undefined;
    readonly tries: number | undefined;
    readonly requireMessageAuthenticator: boolean;
  }[];
  readonly nasIdentifier: string;
}

/** Ports with the same object share a pool. */
export interface AddressesSetting {
  readonly first: string;
  readonly last: string;
  readonly local: string;
  readonly dns: readonly string[];
}

type Parsed = z.output<typeof pppSchema>;

const protocols: Readonly<Record<(typeof pppProtocolNames)[number], PppAuthenticationProtocol>> = {
  eap: "EAP",
  mschapv2: "MS-CHAPv2",
  chap: "CHAP",
  pap: "PAP",
};

/** What proves the password without showing it, to both sides first. */
const defaultAuthentication: NonNullable<Parsed["authentication"]> = ["eap", "mschapv2"];

interface PortEntry {
  readonly name: string;
  readonly handOver?: string | undefined;
  readonly ppp?: Parsed | undefined;
}

/** Settings of PPP by port: what a port says itself goes before what is said for all. */
export function pppSettingsOf(
  ports: readonly PortEntry[],
  shared: Parsed | undefined,
): { readonly settings: ReadonlyMap<string, PppSetting>; readonly mistakes: readonly UnplacedMistake[] } {
  const mistakes: UnplacedMistake[] = [];
  const pools = new Map<object, AddressesSetting>();
  const addressesOf = (entry: NonNullable<Parsed["addresses"]>): AddressesSetting => {
    const known = pools.get(entry);
    if (known !== undefined) return known;
    const { first = "", last = "" } = parseAddressRange(entry.pool) ?? {};
    const addresses = { first, last, local: entry.local, dns: entry.dns ?? [] };
    pools.set(entry, addresses);
    return addresses;
  };
  const settings = new Map<string, PppSetting>();
  for (const [index, port] of ports.entries()) {
    const keys = ["ras", "ports", index];
    if (port.handOver !== "ppp") {
      if (port.ppp !== undefined) mistakes.push(unused([...keys, "ppp"]));
      continue;
    }
    const { authentication, provider, addresses, limits, interimSeconds } = { ...shared, ...port.ppp };
    if (addresses === undefined) {
      mistakes.push(shared === undefined && port.ppp === undefined ? noPpp([...keys, "handOver"]) : noPool());
      continue;
    }
    const names = authentication ?? defaultAuthentication;
    mistakes.push(
      ...repeatedProtocols(names, port.ppp?.authentication === undefined ? ["ras", "ppp"] : [...keys, "ppp"]),
    );
    settings.set(port.name, {
      protocols: names.map((name) => protocols[name]),
      provider: providerOf(provider, port.name),
      addresses: addressesOf(addresses),
      limits: limits ?? {},
      interimMs: interimSeconds === undefined ? undefined : interimSeconds * 1_000,
    });
  }
  if (shared !== undefined && ports.every(({ handOver }) => handOver !== "ppp")) {
    mistakes.push(unused(["ras", "ppp"]));
  }
  mistakes.push(...overlappingPools(ports, shared));
  return { settings, mistakes: distinct(mistakes) };
}

function providerOf(provider: Parsed["provider"], port: string): PppSetting["provider"] {
  if (provider === undefined || provider === "windows") return "windows";
  return {
    nasIdentifier: provider.nasIdentifier ?? port,
    servers: provider.radius.map((entry) => ({
      server: entry.server,
      accounting: entry.accounting,
      secret: entry.secret,
      timeoutMs: entry.timeoutMs,
      tries: entry.tries,
      requireMessageAuthenticator: entry.requireMessageAuthenticator ?? true,
    })),
  };
}

function repeatedProtocols(names: readonly string[], keys: readonly PropertyKey[]): UnplacedMistake[] {
  return names.flatMap((name, index) =>
    names.indexOf(name) === index
      ? []
      : [
          {
            keys: [...keys, "authentication", index],
            problem: `${name} is there twice`,
            remedy: "name each protocol once",
          },
        ],
  );
}

/** An address has one owner: two pools that overlap would give it to two callers. */
function overlappingPools(ports: readonly PortEntry[], shared: Parsed | undefined): UnplacedMistake[] {
  const pools = [
    { keys: ["ras", "ppp", "addresses", "pool"], pool: shared?.addresses?.pool },
    ...ports.map(({ ppp }, index) => ({
      keys: ["ras", "ports", index, "ppp", "addresses", "pool"],
      pool: ppp?.addresses?.pool,
    })),
  ].flatMap(({ keys, pool }) => {
    const range = pool === undefined ? undefined : parseAddressRange(pool);
    return range === undefined
      ? []
      : [{ keys, pool, first: numberOf(range.first), last: numberOf(range.last) }];
  });
  return pools.flatMap((one, index) => {
    const other = pools.slice(0, index).find(({ first, last }) => first <= one.last && one.first <= last);
    return other === undefined
      ? []
      : [
          {
            keys: one.keys,
            problem: `has addresses of the pool ${other.pool}, too`,
            remedy:
              "give each address to one pool; ports without addresses of their own share that of ras.ppp",
          },
        ];
  });
}

function unused(keys: readonly PropertyKey[]): UnplacedMistake {
  return { keys, problem: "is for ports that hand over to PPP", remedy: 'set handOver of a port to "ppp"' };
}

function noPpp(keys: readonly PropertyKey[]): UnplacedMistake {
  return {
    keys,
    problem: 'is "ppp", and nothing says which addresses callers get',
    remedy:
      'write "ppp": { "addresses": { "pool": "10.99.0.2-10.99.0.254", "local": "10.99.0.1" } } in ras or in the port',
  };
}

function noPool(): UnplacedMistake {
  return {
    keys: ["ras", "ppp", "addresses"],
    problem: "is missing",
    remedy: 'write for example { "pool": "10.99.0.2-10.99.0.254", "local": "10.99.0.1" }',
  };
}

function distinct(mistakes: readonly UnplacedMistake[]): UnplacedMistake[] {
  const seen = new Set<string>();
  return mistakes.filter(({ keys, problem }) => {
    const key = JSON.stringify([keys, problem]);
    return seen.has(key) ? false : seen.add(key);
  });
}
