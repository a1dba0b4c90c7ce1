import { inspect } from "node:util";
import { expect, it } from "vitest";
import {
  type EapMethodRegistration,
  type EapOutcome,
  findMppeKeys,
  genericTokenCard,
  type PppEapInfo,
  peap,
  ttls,
} from "../../src/index.ts";
import { tlsPair } from "../methods/tls/fixtures.ts";
import { client, login, peapCredentials, provider, ttlsCredentials } from "./tunnel-bench.ts";

const methods = [genericTokenCard()];
const pairs: [name: string, pair: Pair][] = [
  [
    "PEAP with a token card",
    {
      authenticator: peap({ server: { credentials: peapCredentials(), provider }, methods }),
      peer: peap({ client, methods }),
    },
  ],
  [
    "TTLS with PAP",
    {
      authenticator: ttls({ server: { credentials: ttlsCredentials(), provider } }),
      peer: ttls({ client: { ...client, protocol: "pap" } }),
    },
  ],
  ["EAP-TLS", tlsPair()],
];

interface Pair {
  readonly authenticator: EapMethodRegistration;
  readonly peer: EapMethodRegistration;
}

it.each(pairs)(
  "EAP-92 neither keys nor the password are to be seen in the work buffers of %s, at any step",
  async (_name, pair) => {
    const printed: string[] = [];
    const outcomes: (EapOutcome | undefined)[] = [];
    // Twice: the second session is resumed, and has what was remembered.
    for (const _again of [1, 2]) {
      const run = await login({
        authenticator: watched(pair.authenticator, printed),
        peer: watched(pair.peer, printed),
      });
      outcomes.push(run.authenticator, run.peer);
      printed.push(run.log.join("\n"));
    }
    expect(outcomes.map((outcome) => outcome?.result)).toEqual([0, 0, 0, 0]);
    expect(printed.length).toBeGreaterThan(12);
    const all = printed.join("\n");
    expect(all).not.toContain("wonderland");
    expect(all).not.toContain(inspected(new TextEncoder().encode("wonderland")));
    expect(all).not.toContain("PRIVATE KEY");
    for (const outcome of outcomes) {
      const keys = findMppeKeys(outcome?.attributes ?? []);
      for (const key of [keys?.send, keys?.receive]) {
        expect(key).toBeDefined();
        expect(all).not.toContain(inspected(key));
        expect(all).not.toContain(Buffer.from(key ?? []).toString("hex"));
      }
    }
  },
);

/** The first octets as `inspect` prints arrays. */
const inspected = (octets: Uint8Array | undefined): string =>
  Array.from((octets ?? []).slice(0, 6)).join(", ");

/** The method, whose work buffer is printed after every call. */
function watched(method: EapMethodRegistration, printed: string[]): EapMethodRegistration {
  return {
    ...method,
    module: {
      ...method.module,
      RasEapGetInfo(type: number, info: PppEapInfo) {
        const status = method.module.RasEapGetInfo(type, info);
        const { makeMessage } = info;
        if (makeMessage === null) return status;
        info.makeMessage = async (work, ...rest) => {
          const made = await makeMessage(work, ...rest);
          printed.push(
            inspect(work, { depth: 12, showHidden: true, maxArrayLength: null, breakLength: 1e6 }),
          );
          return made;
        };
        return status;
      },
    },
  };
}
