import { createSeededRandom } from "@sallyport/runtime";
import fc from "fast-check";
import { expect, it } from "vitest";
import {
  type AuthenticatorEffect,
  type CommonEffect,
  completeEngineSettings,
  EapAuthenticator,
  EapPeer,
  encodeEapPacket,
  type PeerEffect,
  type PppEapOutput,
} from "../src/index.ts";

type Effect = AuthenticatorEffect | PeerEffect | CommonEffect;

/** What happens to an engine, in any order, sense or not. */
type Step =
  | { readonly do: "receive"; readonly packet: Uint8Array }
  | { readonly do: "expire"; readonly later: number }
  | { readonly do: "begun"; readonly code: number }
  | {
      readonly do: "returned";
      readonly code: number;
      readonly output: PppEapOutput;
      readonly packet: Uint8Array;
    }
  | { readonly do: "provider" | "dialog" | "network" | "stop" | "start" };

const untouched: PppEapOutput = {
  action: 0,
  authResultCode: 0,
  userAttributes: null,
  invokeInteractiveUI: false,
  uiContextData: null,
  saveConnectionData: false,
  connectionData: null,
  saveUserData: false,
  userData: null,
  idExpected: null,
  identity: null,
};

const packets = fc.oneof(
  fc.uint8Array({ maxLength: 24 }),
  fc
    .record({
      code: fc.constantFrom(1 as const, 2 as const),
      identifier: fc.integer({ min: 0, max: 4 }),
      type: fc.constantFrom(
        1,
        2,
        3,
        4,
        13,
        99,
        { vendorId: 0, vendorType: 3 },
        { vendorId: 311, vendorType: 7 },
      ),
      data: fc.uint8Array({ maxLength: 9 }),
    })
    .map(encodeEapPacket),
  fc.record({ code: fc.constantFrom(3 as const, 4 as const), identifier: fc.nat(4) }).map(encodeEapPacket),
);

const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: packets.map((packet) => ({ do: "receive" as const, packet })) },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 0, max: 5_000 }).map((later) => ({ do: "expire" as const, later })),
  },
  { weight: 2, arbitrary: fc.constantFrom(0, 0, 0, 8).map((code) => ({ do: "begun" as const, code })) },
  {
    weight: 5,
    arbitrary: fc
      .record({
        code: fc.constantFrom(0, 0, 0, 0, 722, 691),
        packet: packets,
        output: fc.record({
          action: fc.integer({ min: -1, max: 9 }),
          authResultCode: fc.constantFrom(0, 691),
          invokeInteractiveUI: fc.boolean(),
          saveUserData: fc.boolean(),
          userData: fc.option(fc.uint8Array({ maxLength: 3 })),
          idExpected: fc.option(fc.integer({ min: 0, max: 255 })),
          identity: fc.option(fc.string()),
        }),
      })
      .map(({ code, packet, output }) => ({
        do: "returned" as const,
        code,
        output: { ...untouched, ...output } as PppEapOutput,
        packet,
      })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom("provider" as const, "dialog" as const, "network" as const, "start" as const)
      .map((what) => ({
        do: what,
      })),
  },
);

const settings = completeEngineSettings({ maxRounds: 10, maxRetransmits: 3, sessionLimitMs: 60_000 });
const methods = [
  { type: 4, hasInteractiveUI: true },
  { type: 13, hasInteractiveUI: false },
  { type: { vendorId: 311, vendorType: 7 }, hasInteractiveUI: true },
];

function drive(engine: EapAuthenticator | EapPeer, script: readonly Step[]) {
  let now = 0;
  const effects: Effect[] = [];
  let outstanding: string | undefined;
  for (const step of script) {
    const before = engine.finished;
    let made: readonly Effect[] = [];
    switch (step.do) {
      case "receive":
        made = engine.receive(step.packet, now);
        break;
      case "expire":
        now += step.later;
        made = engine.expire(now);
        break;
      case "begun":
        made = engine.methodBegun(step.code, now);
        break;
      case "returned":
        made = engine.methodReturned(step.code, step.output, step.packet, now);
        break;
      case "provider":
        if (engine instanceof EapAuthenticator) made = engine.providerFinished(0, [], now);
        break;
      case "dialog":
        if (engine instanceof EapPeer) made = engine.userLeftDialog(null, now);
        break;
      case "network":
        if (engine instanceof EapPeer) made = engine.networkPhaseSeen(now);
        break;
      case "start":
        made = engine.start(now);
        break;
      default:
        made = engine.stop(719, now);
    }
    if (before) expect(made).toEqual([]);
    // The queue holds 16 packets, so no event leads to more than what those lead to.
    expect(made.length).toBeLessThanOrEqual(64);
    if (answers[step.do] === outstanding) outstanding = undefined;
    for (const { kind } of made) {
      if (kind === "end" || kind === "finished") outstanding = undefined;
      if (!callKinds.has(kind)) continue;
      expect(outstanding).toBeUndefined();
      outstanding = kind;
    }
    effects.push(...made);
  }
  return { effects, now };
}

const callKinds = new Set(["begin", "make-message", "ask-provider"]);
/** The step that answers a call. */
const answers: Partial<Record<Step["do"], string>> = {
  begun: "begin",
  returned: "make-message",
  provider: "ask-provider",
};

/** What must hold of every session, whatever happened. */
function checkSession(effects: readonly Effect[], finished: boolean): void {
  let begun = false;
  let ends = 0;
  let begins = 0;
  for (const effect of effects) {
    if (effect.kind === "begin") begins += 1;
    if (effect.kind === "make-message") begun = true;
    if (effect.kind === "end") {
      ends += 1;
      begun = false;
    }
  }
  expect(ends).toBeLessThanOrEqual(begins);
  expect(effects.filter(({ kind }) => kind === "finished")).toHaveLength(finished ? 1 : 0);
  if (finished) {
    expect(begun).toBe(false);
    expect(effects.at(-1)?.kind).toBe("finished");
  }
  for (const effect of effects) {
    if (effect.kind !== "send") continue;
    const { packet } = effect;
    expect(packet.length).toBe(((packet[2] ?? 0) << 8) | (packet[3] ?? 0));
    expect([1, 2, 3, 4]).toContain(packet[0]);
  }
}

it("EAP-08, EAP-39, EAP-90: whatever happens to an authenticator, it keeps its bounds and ends once", () => {
  fc.assert(
    fc.property(fc.array(steps, { maxLength: 80 }), fc.boolean(), (script, known) => {
      const engine = new EapAuthenticator({
        settings,
        random: createSeededRandom(3),
        methods,
        identity: known ? "alice" : undefined,
      });
      const { effects } = drive(engine, [{ do: "start" }, ...script]);
      checkSession(effects, engine.finished);
      const rest = drive(engine, [{ do: "stop" }]);
      checkSession([...effects, ...rest.effects], true);
      expect(engine.deadline).toBeUndefined();
    }),
    { numRuns: 1_500 },
  );
});

it("EAP-08, EAP-39, EAP-90: whatever happens to a peer, it keeps its bounds and ends once", () => {
  fc.assert(
    fc.property(fc.array(steps, { maxLength: 80 }), (script) => {
      const engine = new EapPeer({ settings, methods, identity: "alice", flags: 0 });
      const { effects } = drive(engine, [{ do: "start" }, ...script]);
      checkSession(effects, engine.finished);
      const rest = drive(engine, [{ do: "stop" }]);
      checkSession([...effects, ...rest.effects], true);
    }),
    { numRuns: 1_500 },
  );
});

it("EAP-39 a timer that is reached while a call is outstanding makes no second call", () => {
  const engine = new EapAuthenticator({
    settings,
    random: createSeededRandom(3),
    methods,
    identity: "alice",
  });
  engine.start(0);
  engine.methodBegun(0, 0);
  const packet = encodeEapPacket({ code: 1, identifier: 9, type: 4 });
  engine.methodReturned(0, { ...untouched, action: 5 }, packet, 0);
  expect(engine.deadline).toBe(3_000);
  const arrived = encodeEapPacket({ code: 2, identifier: 9, type: 4 });
  expect(engine.receive(arrived, 1_000).map(({ kind }) => kind)).toEqual(["make-message"]);
  expect(engine.deadline).toBe(60_000);
  expect(engine.expire(5_000)).toEqual([]);
  engine.methodReturned(722, untouched, packet, 5_000);
  expect(engine.deadline).toBe(3_000);
  expect(engine.expire(5_000)).toMatchObject([{ kind: "make-message", received: null }]);
});

it("EAP-26, EAP-89: an authenticator left to itself always ends, whatever went before", () => {
  const noCalls = steps.filter((step) => step.do !== "returned" || step.output.action !== 6);
  fc.assert(
    fc.property(fc.array(noCalls, { maxLength: 40 }), (script) => {
      const engine = new EapAuthenticator({ settings, random: createSeededRandom(3), methods });
      let { now } = drive(engine, [{ do: "start" }, ...script]);
      for (let guard = 0; !engine.finished; guard += 1) {
        expect(guard).toBeLessThan(100);
        const due = engine.deadline;
        if (due === undefined) throw new Error("a session without a deadline never ends");
        now = Math.max(now, due);
        engine.expire(now);
      }
    }),
    { numRuns: 1_000 },
  );
});
