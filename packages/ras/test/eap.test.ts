import { Secret } from "@sallyport/crypto";
import {
  createEapAuthenticator,
  defineEapMethod,
  EAPACTION_NoAction,
  EAPACTION_SendWithTimeout,
  EAPACTION_SendWithTimeoutInteractive,
  type EapMethod,
  EapMultilinkConnection,
  encodeEapPacket,
  genericTokenCard,
  md5Challenge,
  msChapV2,
  openEapMethods,
  type PppEapOutput,
  RAS_EAP_FLAG_FIRST_LINK,
} from "@sallyport/eap";
import { joinEapMessage, splitEapMessage } from "@sallyport/eap-radius";
import { encodeControlPacket, encodeFrame, protocolIpcp } from "@sallyport/ppp";
import {
  decodeRadiusPacket,
  encodeRadiusPacket,
  hideSaltEncrypted,
  joinVendorSpecific,
  PreparedSecret,
  RadiusAnswer,
  type RawAttribute,
} from "@sallyport/radius";
import { createSeededRandom, silentLog } from "@sallyport/runtime";
import { expect, it } from "vitest";
import { radiusProvider } from "../src/index.ts";
import { eapFrame, eapPacketsIn, isEap, observed } from "./eap-frames.ts";
import { accountsForEap, type LabCaller, lab, methodsOf } from "./harness.ts";

const hex = (octets: Uint8Array | undefined): string => Buffer.from(octets ?? []).toString("hex");
const one = async (
  registration: Parameters<typeof openEapMethods>[0][number],
): Promise<readonly EapMethod[]> => (await openEapMethods([registration], { log: silentLog })).methods;
const caller = (eap: readonly EapMethod[], more: object = {}) => ({
  pausedStates: false,
  credentials: {
    userName: "alice",
    password: "wonderland",
    protocols: ["EAP"] as const,
    eap: { methods: eap, ...more },
  },
});
const eapOnly = { protocols: ["EAP"] as const };
/** A caller whose user is at work: his side has no limit either. */
const patient = { settings: { sessionLimitMs: 1e9, maxRounds: 1e6 } };
const isRequest = (packet: Uint8Array): boolean => packet[0] === 1 && packet[4] !== 1;
const isMethodResponse = (packet: Uint8Array): boolean => packet[0] === 2 && packet[4] !== 1;
const isSuccess = (packet: Uint8Array): boolean => packet[0] === 3;

/** A method of type 200 that gives keys: one round. */
const keys = { send: new Uint8Array(32).fill(1), receive: new Uint8Array(32).fill(2) };
const keyed = defineEapMethod({
  type: 200,
  name: "Keyed",
  keys: true,
  async authenticator(session) {
    await session.request(Uint8Array.of(1));
    return session.succeed({ keys });
  },
  async peer(session) {
    let event = await session.receive();
    while (event.kind === "request") event = await session.respond(event.data);
    return event.kind === "success" ? session.succeed({ keys }) : session.fail();
  },
});

it("EAP-13 Windows provider: the method runs in the access server, its keys become those of the connection", async () => {
  const { registration, seen } = observed(keyed);
  const methods = await one(registration);
  const { dial, clock } = await lab({ ...eapOnly, eapMethods: methods });
  const call = await dial(caller(await one(keyed)));
  await clock.advanceAsync(1_000);
  expect(seen.begun).toMatchObject([{ identity: "alice", authenticator: true }]);
  expect(hex(call.connection?.session.grant.keys?.send.reveal())).toBe(hex(keys.receive));
  expect(call.steps).toContain("PPP authentication: EAP: alice -> NO_ERROR");
});

it("EAP-13 RADIUS provider: packets pass unread, no method is consulted here, the keys are taken", async () => {
  const local = observed(keyed);
  const remote = await radiusServer(await one(keyed));
  const { dial, clock, ended } = await lab({
    ...eapOnly,
    provider: remote.provider,
    eapMethods: await one(local.registration),
  });
  const call = await dial(caller(await one(keyed)));
  for (let turn = 0; turn < 20; turn++) await clock.advanceAsync(10);
  expect(call.connection).toBeDefined();
  expect(local.seen.begun).toEqual([]);
  expect(remote.received.map(hex)).toEqual(eapPacketsIn(call.toServer).map(hex));
  call.dialer.hangUp();
  await clock.advanceAsync(1_000);
  expect(ended[0]?.trace.entries.some(({ step }) => step.startsWith("RADIUS provider"))).toBe(true);
  expect(remote.granted).toHaveLength(1);
});

it("EAP-24 an answer that is lost on the line: after three seconds the same request comes again", async () => {
  const { registration, seen } = observed(md5Challenge());
  const { dial, clock } = await lab({ ...eapOnly, eapMethods: await one(registration) });
  let lost = 0;
  const fault = {
    toServer: (octets: Uint8Array) => (isEap(octets, isMethodResponse) && lost++ === 0 ? undefined : octets),
  };
  const call = await dial({ ...caller((await methodsOf()).peer), fault });
  await clock.advanceAsync(2_000);
  expect([lost, call.connection, seen.made.length]).toEqual([1, undefined, 1]);
  await clock.advanceAsync(2_000);
  expect(seen.made[1]).toMatchObject({ received: null });
  const [first, again] = eapPacketsIn(call.toCaller).filter(isRequest);
  expect(hex(again)).toBe(hex(first));
  expect(call.connection).toBeDefined();
});

/** A caller who takes a request and says nothing. */
const silent = defineEapMethod({
  type: 201,
  name: "Silent",
  async authenticator(session) {
    return session.fail();
  },
  async peer(session) {
    await session.receive();
    return new Promise(() => {});
  },
});

/** A caller who answers, whatever is asked. */
const echoing = defineEapMethod({
  type: 201,
  name: "Echoing",
  async authenticator(session) {
    return session.fail();
  },
  async peer(session) {
    let event = await session.receive();
    while (event.kind === "request") event = await session.respond(event.data);
    return session.fail();
  },
});

/** An authenticator that asks with an action, and does with answers what a test says. */
const asking = (action: PppEapOutput["action"], answered?: Parameters<typeof observed>[1]) =>
  observed(silent, (received, send, output, call) => {
    if (received !== null) return answered?.(received, send, output, call) ?? 722;
    send.set(encodeEapPacket({ code: 1, identifier: 77, type: 201, data: Uint8Array.of(1) }));
    output.action = action;
    return 0;
  });
const answer = (identifier: number): Uint8Array<ArrayBuffer> =>
  eapFrame(encodeEapPacket({ code: 2, identifier, type: 201, data: Uint8Array.of(9) }));

it("EAP-25 NoAction on a packet with another identifier leaves the timer running; another action replaces it", async () => {
  const { registration, seen } = asking(EAPACTION_SendWithTimeout, (received, send, output) => {
    if (received?.[1] === 5) output.action = EAPACTION_NoAction;
    else {
      send.set(encodeEapPacket({ code: 1, identifier: 78, type: 201, data: Uint8Array.of(2) }));
      output.action = EAPACTION_SendWithTimeout;
    }
    return 0;
  });
  const { dial, clock } = await lab({ ...eapOnly, eapMethods: await one(registration) });
  const call = await dial(caller(await one(silent)));
  await clock.advanceAsync(2_000);
  call.call.received(answer(5));
  await clock.advanceAsync(1_100);
  expect(seen.made.map(({ received }) => received)).toEqual([null, "2/5", null]);
  await clock.advanceAsync(2_000);
  call.call.received(answer(6));
  await clock.advanceAsync(2_000);
  expect(seen.made.map(({ received }) => received)).toEqual([null, "2/5", null, "2/6"]);
  await clock.advanceAsync(1_100);
  expect(seen.made.at(-1)).toMatchObject({ received: null });
});

it("EAP-26 ten resends three seconds apart, then the link is lost: 718, and End is called", async () => {
  const { registration, seen } = asking(EAPACTION_SendWithTimeout);
  const { dial, clock, ended } = await lab({ ...eapOnly, eapMethods: await one(registration) });
  const call = await dial(caller(await one(silent)));
  await clock.advanceAsync(32_000);
  expect([seen.made.length, ended.length]).toEqual([11, 0]);
  await clock.advanceAsync(12_000);
  expect(call.call.end).toMatchObject({ stage: "PPP authentication", error: 718 });
  expect(seen.ended).toBe(1);
});

it("EAP-27, EAP-28: the interactive form asks again at each interval, without a count and without an end", async () => {
  const { registration, seen } = asking(EAPACTION_SendWithTimeoutInteractive);
  const { dial, clock, ended } = await lab({ ...eapOnly, eapMethods: await one(registration) });
  const unheard = (octets: Uint8Array) => (isEap(octets, isMethodResponse) ? undefined : octets);
  const call = await dial({ ...caller(await one(echoing), patient), fault: { toServer: unheard } });
  const hours = 1;
  await clock.advanceAsync(hours * 3_600_000);
  expect(ended).toEqual([]);
  expect(call.call.stage).toBe("PPP authentication");
  expect(Math.abs(seen.made.length - hours * 1_200)).toBeLessThan(3);
});

it("EAP-29 a method that waits for a user uses the interactive form: a token is typed after ten minutes", async () => {
  const { dial, clock } = await lab({ ...eapOnly, eapMethods: await one(genericTokenCard()) });
  const held: Uint8Array[] = [];
  const fault: LabCaller["fault"] = {
    toServer: (octets) => (isEap(octets, isMethodResponse) ? void held.push(octets) : octets),
  };
  const call = await dial({ ...caller(await one(genericTokenCard()), patient), fault });
  await clock.advanceAsync(600_000);
  expect([call.connection, call.end]).toEqual([undefined, undefined]);
  delete fault.toServer;
  call.call.received(held[0] ?? new Uint8Array(0));
  await clock.advanceAsync(5_000);
  expect(call.connection).toBeDefined();
});

it("EAP-47, EAP-48: Success is lost and not sent again; the packet of IPCP stands for it, and the call connects", async () => {
  const peer = observed(md5Challenge());
  const { dial, clock } = await lab({ ...eapOnly, eapMethods: await one(md5Challenge()) });
  let successes = 0;
  const fault: LabCaller["fault"] = {
    toCaller: (octets) => {
      if (!isEap(octets, isSuccess)) return octets;
      successes += 1;
      return undefined;
    },
  };
  const call = await dial({ ...caller(await one(peer.registration)), fault });
  await clock.advanceAsync(60_000);
  expect(call.connection).toBeDefined();
  expect(successes).toBe(1);
  const inferred = peer.seen.made.filter(({ input }) => input?.successPacketReceived === true);
  expect(inferred).toMatchObject([{ received: null }]);
});

it("EAP-49 a packet of IPCP in the middle of a method: the method refuses it, and the call fails", async () => {
  const accounts = { verify: () => ({ kind: "refused", code: 691 }) as const };
  const { authenticator } = await methodsOf([msChapV2({ accounts })]);
  const observing = observed(msChapV2());
  const { dial, clock } = await lab({ ...eapOnly, eapMethods: authenticator });
  const fault: LabCaller["fault"] = {
    toServer: (octets) => (isEap(octets, isMethodResponse) ? undefined : octets),
  };
  const call = await dial({ ...caller(await one(observing.registration)), fault });
  await clock.advanceAsync(1_000);
  const request = encodeControlPacket({ code: 1, identifier: 1, data: Uint8Array.of(3, 6, 10, 99, 0, 1) });
  for (let time = 0; time < 2; time++) call.dialer.received(encodeFrame(protocolIpcp, request));
  await clock.advanceAsync(10_000);
  expect(observing.seen.made.filter(({ input }) => input?.successPacketReceived === true)).toHaveLength(1);
  expect(call.connection).toBeUndefined();
  expect(call.end?.error).not.toBe(0);
});

it("EAP-78 three links of one connection: the first is marked, what it saved reaches the others", async () => {
  const saved = Uint8Array.of(7, 7, 7);
  let links = 0;
  const { registration, seen } = observed({ ...md5Challenge() });
  const saving = {
    ...registration,
    module: {
      ...registration.module,
      RasEapGetInfo(type: number, info: Parameters<typeof registration.module.RasEapGetInfo>[1]) {
        const result = registration.module.RasEapGetInfo(type, info);
        const { makeMessage } = info;
        info.makeMessage = (work, received, send, output, input) => {
          const status = makeMessage?.(work, received, send, output, input) ?? 0;
          if (links++ === 0) {
            output.saveConnectionData = true;
            output.connectionData = saved;
            output.saveUserData = true;
            output.userData = Uint8Array.of(1);
          }
          return status;
        };
        return result;
      },
    },
  };
  const methods = await one(saving);
  const { dial, clock } = await lab({ ...eapOnly, eapMethods: await one(md5Challenge()) });
  const connection = new EapMultilinkConnection();
  for (let link = 0; link < 3; link++) {
    const call = await dial(caller(methods, { connection, userData: Uint8Array.of(5) }));
    await clock.advanceAsync(5_000);
    expect(call.connection).toBeDefined();
  }
  expect(seen.begun.map(({ flags }) => (flags & RAS_EAP_FLAG_FIRST_LINK) !== 0)).toEqual([
    true,
    false,
    false,
  ]);
  expect(seen.begun.map(({ connectionData }) => hex(connectionData ?? undefined))).toEqual([
    "",
    "070707",
    "070707",
  ]);
  expect(seen.begun.map(({ userData }) => hex(userData ?? undefined))).toEqual(["05", "05", "05"]);
  const calledBack = await dial(
    caller(methods, { connection: new EapMultilinkConnection(), callback: true }),
  );
  await clock.advanceAsync(5_000);
  expect(calledBack.connection).toBeDefined();
  expect((seen.begun.at(-1)?.flags ?? 0) & RAS_EAP_FLAG_FIRST_LINK).toBe(0);
});

/** A RADIUS server with methods, and the provider that asks it. */
async function radiusServer(methods: readonly EapMethod[]) {
  const secret = new PreparedSecret(new Secret("testing123"));
  const received: Uint8Array[] = [];
  const granted: RawAttribute[][] = [];
  const random = createSeededRandom(3);
  let answered: (answer: readonly [code: number, packet: Uint8Array]) => void = () => {};
  let sent: Uint8Array = new Uint8Array(0);
  const clock = { now: () => 0, monotonic: () => 0, after: () => () => {} };
  const host = createEapAuthenticator({
    methods,
    provider: accountsForEap,
    clock,
    random,
    log: silentLog,
    settings: { retransmission: "lower-layer" },
    events: {
      send: (packet) => {
        sent = packet;
        if (packet[0] === 1) answered([11, packet]);
      },
      finished: ({ result }) => answered([result === 0 ? 2 : 3, sent]),
    },
  });
  const accessRequest = async (attributes: readonly RawAttribute[]): Promise<RadiusAnswer> => {
    const request = decodeRadiusPacket(
      encodeRadiusPacket({ code: 1, identifier: 1, authenticator: new Uint8Array(16), attributes }),
    );
    const message = joinEapMessage(request);
    if (message.kind !== "packet") throw new TypeError("no EAP");
    received.push(Uint8Array.from(message.bytes));
    const [code, packet] = await new Promise<readonly [number, Uint8Array]>((resolve) => {
      answered = resolve;
      void host.receive(Uint8Array.from(message.bytes));
    });
    const authenticator = new Uint8Array(16);
    const hidden = (type: number, key: Uint8Array): RawAttribute => ({
      type: 26,
      value: joinVendorSpecific(
        311,
        type,
        hideSaltEncrypted(key, { secret, requestAuthenticator: authenticator, salt: random(2) }),
      ),
    });
    const more =
      code === 2
        ? [hidden(16, keys.send), hidden(17, keys.receive)]
        : [{ type: 24, value: Uint8Array.of(1) }];
    if (code === 2) granted.push(more);
    const answer = [...splitEapMessage(packet), ...more];
    const bytes = encodeRadiusPacket({ code, identifier: 1, authenticator, attributes: answer });
    return new RadiusAnswer(decodeRadiusPacket(bytes), 1, 1, authenticator);
  };
  const provider = radiusProvider({
    servers: [{ name: "lab", secret, authentication: { accessRequest } }],
    nas: { identifier: "gate" },
    clock,
    log: silentLog,
  });
  return { provider, received, granted };
}
