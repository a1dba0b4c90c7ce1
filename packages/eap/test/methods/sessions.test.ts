import { md5 } from "@sallyport/crypto";
import { createMemoryLog, createSeededRandom, createVirtualClock } from "@sallyport/runtime";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findAuthAttribute } from "../../src/contract/auth-attribute.ts";
import {
  raatMD5CHAPChallenge,
  raatMD5CHAPPassword,
  raatUserPassword,
} from "../../src/contract/auth-attribute-types.ts";
import { findMppeKeys } from "../../src/contract/mppe-key-attributes.ts";
import type { EapMethodRegistration } from "../../src/contract/registration.ts";
import type { EapOutcome } from "../../src/engine/effects.ts";
import { createEapAuthenticator } from "../../src/host/authenticator-host.ts";
import { openEapMethods } from "../../src/host/method-registry.ts";
import { createEapPeer } from "../../src/host/peer-host.ts";
import type { EapProvider } from "../../src/host/provider.ts";
import { genericTokenCard } from "../../src/methods/generic-token-card/generic-token-card.ts";
import { md5Challenge } from "../../src/methods/md5-challenge/md5-challenge.ts";
import { msChapV2 } from "../../src/methods/ms-chap-v2/ms-chap-v2.ts";
import { oneTimePassword } from "../../src/methods/one-time-password/one-time-password.ts";
import { oneTimePasswordMethod } from "../../src/methods/one-time-password/one-time-password-method.ts";
import { hex, text } from "./conversation.ts";
import { PasswordBook } from "./password-book.ts";

/** The Windows provider of one user. */
function providerOf(password: string): EapProvider {
  const octets = (value: number | Uint8Array | undefined) => (value instanceof Uint8Array ? value : text(""));
  return {
    authenticate({ attributes }) {
      const of = (type: number) => octets(findAuthAttribute(attributes, type)?.value);
      const answer = of(raatMD5CHAPPassword);
      const right =
        answer.length > 0
          ? hex(md5(answer.subarray(0, 1), text(password), of(raatMD5CHAPChallenge))) ===
            hex(answer.subarray(1))
          : hex(of(raatUserPassword)) === hex(text(password));
      return { result: right ? 0 : 691, attributes: [] };
    },
    authorize: () => ({ result: 0, attributes: [] }),
  };
}

interface SessionOptions {
  readonly method: EapMethodRegistration;
  readonly identity?: string;
  readonly password: string | null;
  readonly types?: readonly string[];
  /** How many packets are lost, by their number on the wire. */
  readonly lost?: ReadonlySet<number>;
  /** What becomes of a packet on the way; several for one that is doubled. */
  readonly onTheWay?: (packet: Uint8Array) => readonly Uint8Array[];
}

/** Both hosts, each with a method of its own, in the mode in which what is lent is overwritten. */
async function session(options: SessionOptions) {
  const {
    method,
    identity = "alice",
    password,
    types = [],
    lost = new Set(),
    onTheWay = (packet) => [packet],
  } = options;
  const clock = createVirtualClock();
  const log = createMemoryLog();
  const shared = { clock, log, conformance: { overwriteBuffers: true, nullInput: true } };
  const registry = await openEapMethods([method], { log });
  const outcomes: { authenticator?: EapOutcome; peer?: EapOutcome } = {};
  const wire: (() => Promise<void> | undefined)[] = [];
  let sent = 0;
  const onWire = (packet: Uint8Array, deliver: (packet: Uint8Array) => Promise<void> | undefined) => {
    sent += 1;
    if (lost.has(sent)) return;
    for (const one of onTheWay(packet)) wire.push(() => deliver(one));
  };
  const authenticator = createEapAuthenticator({
    ...shared,
    methods: registry.usable({ role: "authenticator" }),
    random: createSeededRandom(1),
    provider: providerOf("wonderland"),
    events: {
      send: (packet) => onWire(packet, (one) => peer.receive(one)),
      finished: (outcome) => void (outcomes.authenticator = outcome),
    },
  });
  const left = [...types];
  const peer = createEapPeer({
    ...shared,
    methods: registry.usable({ role: "peer" }),
    random: createSeededRandom(2),
    identity,
    password,
    user: { ask: () => Promise.resolve(left.shift() ?? null), show: () => {} },
    events: {
      send: (packet) => onWire(packet, (one) => authenticator.receive(one)),
      finished: (outcome) => void (outcomes.peer = outcome),
    },
  });
  await peer.start();
  await authenticator.start();
  for (
    let round = 0;
    round < 200 && (outcomes.peer === undefined || outcomes.authenticator === undefined);
    round += 1
  ) {
    const next = wire.shift();
    if (next !== undefined) await next();
    // A dialog takes turns of its own; with nothing on the way, time has to pass.
    else if (round % 10 === 9) clock.advance(3000);
    else await Promise.resolve();
  }
  return { ...outcomes, log: log.events };
}

const passphrase = "A Valid Pass Phrase";
const states = () => {
  const first = { algorithm: "md5", seed: "dog2", sequence: 9 } as const;
  return { ...first, password: oneTimePassword({ ...first, passphrase }) };
};
const methods: readonly (readonly [string, () => EapMethodRegistration, string])[] = [
  ["MD5-Challenge", () => md5Challenge(), "wonderland"],
  ["Generic Token Card", () => genericTokenCard(), "wonderland"],
  [
    "One-Time Password",
    () => oneTimePasswordMethod({ store: { find: () => states(), advance: () => true } }),
    passphrase,
  ],
  ["MS-CHAPv2", () => msChapV2({ accounts: new PasswordBook({ alice: "wonderland" }) }), "wonderland"],
];

describe.each(methods)("%s in sessions of both hosts", (name, method, password) => {
  it("EAP-10 EAP-12 the right password is let in, whatever happens to lent buffers", async () => {
    const { authenticator, peer, log } = await session({ method: method(), password });
    expect([authenticator?.result, peer?.result, authenticator?.identity]).toEqual([0, 0, "alice"]);
    expect(log.filter(({ severity }) => severity === "error")).toEqual([]);
    const ours = findMppeKeys(authenticator?.attributes ?? []);
    const theirs = findMppeKeys(peer?.attributes ?? []);
    expect(ours !== undefined).toBe(name === "MS-CHAPv2");
    expect(ours && [hex(ours.send), hex(ours.receive)]).toEqual(
      theirs && [hex(theirs.receive), hex(theirs.send)],
    );
  });

  it("EAP-43 a wrong one is refused on both sides", async () => {
    const { authenticator, peer } = await session({ method: method(), password: `${password}!` });
    expect([authenticator?.result, peer?.result]).toEqual([691, 691]);
  });

  it("EAP-66 the user may type it", async () => {
    const typed =
      name === "One-Time Password"
        ? hex(oneTimePassword({ ...states(), sequence: 8, passphrase }))
        : password;
    const { authenticator, peer } = await session({ method: method(), password: null, types: [typed] });
    expect([authenticator?.result, peer?.result]).toEqual([0, 0]);
  });

  it.each([1, 2, 3, 4, 5, 6])("EAP-24 packet %i is lost: it is sent again", async (number) => {
    const { authenticator, peer } = await session({ method: method(), password, lost: new Set([number]) });
    expect(authenticator?.result).toBe(0);
    // Success is sent once (EAP-47): where it was lost, the peer still waits for it.
    if (number < (name === "MS-CHAPv2" ? 7 : 5)) expect(peer?.result).toBe(0);
  });
});

/** What the host writes about an exception in a method. */
const failure = /threw|645/;

describe("a bad link", () => {
  /** Some packets are doubled, some are damaged in one place, or cut. */
  const damaged = (seed: number) => {
    const random = createSeededRandom(seed);
    return (packet: Uint8Array): readonly Uint8Array[] => {
      const [what = 0, where = 0, value = 0] = random(3);
      if (what < 128) return [packet];
      if (what < 160) return [packet, packet];
      if (what < 192) return [packet.subarray(0, where % packet.length)];
      const other = Uint8Array.from(packet);
      other[where % packet.length] = value;
      return what < 224 ? [other] : [other, packet];
    };
  };

  it.each(methods)(
    "%s: whatever happens to packets, a wrong password is never let in",
    async (_, method, password) => {
      await fc.assert(
        fc.asyncProperty(fc.nat(), async (seed) => {
          const options = { method: method(), password: `${password}!`, onTheWay: damaged(seed) };
          const { authenticator, log } = await session(options);
          expect(authenticator?.result).not.toBe(0);
          expect(log.filter(({ message }) => failure.test(message))).toEqual([]);
        }),
        { numRuns: 60 },
      );
    },
  );

  it.each(methods)(
    "%s: whatever happens to packets, both sides agree on the keys",
    async (_, method, password) => {
      let admitted = 0;
      await fc.assert(
        fc.asyncProperty(fc.nat(), async (seed) => {
          const { authenticator, peer, log } = await session({
            method: method(),
            password,
            onTheWay: damaged(seed),
          });
          expect(log.filter(({ message }) => failure.test(message))).toEqual([]);
          if (authenticator?.result !== 0 || peer?.result !== 0) return;
          admitted += 1;
          const ours = findMppeKeys(authenticator.attributes);
          const theirs = findMppeKeys(peer.attributes);
          expect(ours && [hex(ours.send), hex(ours.receive)]).toEqual(
            theirs && [hex(theirs.receive), hex(theirs.send)],
          );
        }),
        { numRuns: 60 },
      );
      expect(admitted).toBeGreaterThan(5);
    },
  );
});

describe("accounts that fail", () => {
  it.each(["throw", "reject"])("EAP-93 to %s ends the session with 645", async (how) => {
    const verify = () => {
      const error = new Error("the directory is away");
      if (how === "throw") throw error;
      return Promise.reject(error);
    };
    const { authenticator, log } = await session({
      method: msChapV2({ accounts: { verify } }),
      password: "wonderland",
    });
    expect(authenticator?.result).toBe(645);
    expect(log.filter(({ message }) => failure.test(message))).not.toEqual([]);
  });
});

describe("the password in MS-CHAPv2 sessions", () => {
  it("RFC 2759 section 7: one that has expired is changed", async () => {
    const accounts = new PasswordBook({ alice: "wonderland" });
    accounts.restrictions.set("alice", 648);
    const types = ["Looking-Glass", "Looking-Glass"];
    const { authenticator, peer } = await session({
      method: msChapV2({ accounts }),
      password: "wonderland",
      types,
    });
    expect([authenticator?.result, peer?.result, accounts.passwords.get("alice")]).toEqual([
      0,
      0,
      "Looking-Glass",
    ]);
  });
});
