import { settingsAccounts } from "@sallyport/accounts";
import { Secret } from "@sallyport/crypto";
import { type NetworkPolicySettings, Nps, networkPolicy, TraceMemory } from "@sallyport/nps";
import {
  attributesFromNames,
  encodeRadiusPacket,
  hideUserPassword,
  RadiusReceiver,
  signMessageAuthenticator,
} from "@sallyport/radius";
import { systemClock, systemRandom } from "@sallyport/runtime";
import { BenchError } from "./bench-error.ts";
import { type Environment, readEnvironment } from "./environment.ts";
import { ratio, type Spread, spread } from "./statistics.ts";

/** What grows, and what it is made of. */
export const growthCurves = [
  "clients",
  "client",
  "attribute",
  "group",
  "hours",
  "network",
  "pattern",
] as const;
export type GrowthCurve = (typeof growthCurves)[number];

export interface GrowthPoint {
  readonly curve: GrowthCurve;
  /** RADIUS clients on the first curve, policies on the others. */
  readonly size: number;
  /** Microseconds of CPU for a request. */
  readonly cpu: Spread;
  /** The same divided by that of the curve's first point, round by round. */
  readonly ratio: Spread;
}

export interface GrowthResults {
  readonly startedAt: string;
  readonly rounds: number;
  readonly requests: number;
  readonly environment: Environment;
  readonly points: readonly GrowthPoint[];
}

export interface GrowthOptions {
  readonly rounds: number;
  /** How many requests are timed at each point of a round. */
  readonly requests: number;
  readonly onProgress: (line: string) => void;
}

/** How much dearer the last point of a curve may be than its first. */
export const growthPromise = 1.3;

const clientSizes = [10, 100, 1_000, 10_000];
const policySizes = [1, 2, 5, 10, 20, 50, 100];

/**
 * Measures what a request costs as the settings grow: the receiver, the pipeline with its trace, and the signed answer, in
 * this process and without sockets, so that nothing else moves the figures.
 */
export async function runGrowth({ rounds, requests, onProgress }: GrowthOptions): Promise<GrowthResults> {
  const startedAt = new Date().toISOString();
  const environment = await readEnvironment();
  const subjects = [
    ...clientSizes.map((size) => ({ curve: "clients" as GrowthCurve, size, server: makeServer(size, []) })),
    ...growthCurves
      .filter((curve) => curve !== "clients")
      .flatMap((curve) =>
        policySizes.map((size) => ({ curve, size, server: makeServer(1, policiesOf(curve, size)) })),
      ),
  ].map((subject) => ({ ...subject, times: [] as number[] }));
  for (const { server } of subjects) server(Math.max(2_000, requests / 4));
  for (let round = 1; round <= rounds; round++) {
    // The way there and back in turn: what a round inherits from the one before evens out.
    for (const subject of round % 2 === 1 ? subjects : subjects.toReversed()) {
      subject.times.push(subject.server(requests));
    }
    onProgress(`round ${round}/${rounds}`);
  }
  const points = subjects.map(({ curve, size, times }): GrowthPoint => {
    const first = subjects.find((other) => other.curve === curve)?.times ?? times;
    return { curve, size, cpu: spread(times), ratio: ratio(times, first) };
  });
  return { startedAt, rounds, requests, environment, points };
}

/** Policies with one condition each, of which only the last one holds for the request. */
function policiesOf(curve: GrowthCurve, size: number): NetworkPolicySettings[] {
  return Array.from({ length: size }, (_, index) => {
    const wanted = index === size - 1;
    return { name: `policy ${index}`, access: "grant", conditions: conditionOf(curve, index, wanted) };
  });
}

function conditionOf(
  curve: GrowthCurve,
  index: number,
  wanted: boolean,
): NonNullable<NetworkPolicySettings["conditions"]> {
  const name = wanted ? "0" : `other ${index}`;
  switch (curve) {
    case "client":
      return { clients: [`client ${name}`] };
    case "group":
      return { groups: [`group ${name}`] };
    case "hours":
      return { dayAndTime: wanted ? "Mo-Su" : `${neverNow(index)} 00:00-00:30` };
    case "network":
      return { addresses: [wanted ? "10.0.0.0/8" : `192.168.${index}.0/24`] };
    case "pattern":
      return { attributes: { "NAS-Identifier": { pattern: `^access point ${name}$` } } };
    default:
      return { attributes: { "NAS-Identifier": `access point ${name}` } };
  }
}

const differentRequests = 10_000;

/** A day that is neither today nor beside it. */
function neverNow(index: number): string {
  const days = ["Su", "Mo", "Tu", "We", "Th", "Fr", "Sa"];
  return days[(new Date().getUTCDay() + 2 + (index % 3)) % 7] ?? "Su";
}

/** Sends so many requests and tells the microseconds of CPU that one took. */
type Timed = (requests: number) => number;

function makeServer(clientCount: number, policies: readonly NetworkPolicySettings[]): Timed {
  const clients = Array.from({ length: clientCount }, (_, index) => ({
    name: `client ${index}`,
    address: `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`,
    secret: new Secret(`secret of client ${index}`),
  }));
  const traces = new TraceMemory(1_000);
  const nps = new Nps({
    accounts: settingsAccounts([{ name: "alice", password: "wonderland", groups: ["group 0"] }], {
      defaultDomain: "SALLYPORT",
    }),
    accountingLog: { recordsAuthentication: false, write() {} },
    ...(policies.length > 0 && { networkPolicies: policies.map((policy) => networkPolicy(policy)) }),
    clock: systemClock,
    random: systemRandom,
    log: { write() {} },
    onTrace: (trace) => traces.add(trace),
  });
  const receiver = new RadiusReceiver({
    port: "authentication",
    clients,
    clock: systemClock,
    handler: nps.handle,
    duplicates: { keepAnswersFor: 0 },
  });
  // As many different requests at every size: what the caches of the machine make of them is the same.
  const senders = Array.from({ length: differentRequests }, (_, index) => {
    const { address, secret } = clients[index % clientCount] ?? { address: "", secret: new Secret("") };
    return { address, datagram: requestOf(secret) };
  });
  let port = 0;
  let next = 0;
  let accepted = 0;
  const count = (answer: Uint8Array): void => {
    if (answer[0] === 2) accepted++;
  };
  return (requests) => {
    accepted = 0;
    const before = process.cpuUsage();
    for (let sent = 0; sent < requests; sent++) {
      const sender = senders[next];
      if (sender === undefined) break;
      receiver.receive(sender.datagram, { address: sender.address, port }, count);
      next = (next + 1) % senders.length;
      if (next === 0) port = (port + 1) & 0xffff;
    }
    const { user, system } = process.cpuUsage(before);
    if (accepted !== requests) {
      throw new BenchError(
        `${requests - accepted} of ${requests} requests were not accepted`,
        "the pipeline is broken: run the tests of packages/nps",
      );
    }
    return (user + system) / requests;
  };
}

/** PAP with Message-Authenticator and what an access point sends along. */
function requestOf(secret: Secret): Uint8Array {
  const authenticator = systemRandom(16);
  const attributes = attributesFromNames({
    "Message-Authenticator": new Uint8Array(16),
    "User-Name": "alice",
    "User-Password": "wonderland",
    "NAS-IP-Address": "10.0.0.1",
    "NAS-Identifier": "access point 0",
    "NAS-Port-Type": "Wireless-802.11",
    "Called-Station-Id": "02-00-00-00-00-01:lab",
    "Calling-Station-Id": "02-00-00-00-00-02",
  }).map(({ type, value }) => ({
    type,
    value: type === 2 ? hideUserPassword(value, secret.reveal(), authenticator) : value,
  }));
  const datagram = encodeRadiusPacket({ code: 1, identifier: 1, authenticator, attributes });
  signMessageAuthenticator(datagram, 20, authenticator, secret.reveal());
  return datagram;
}
