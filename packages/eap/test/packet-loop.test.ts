import { expect, it } from "vitest";
import {
  EAPACTION_Authenticate,
  EAPACTION_Done,
  EAPACTION_IndicateIdentity,
  EAPACTION_IndicateTLV,
  EAPACTION_NoAction,
  EAPACTION_Send,
  EAPACTION_SendAndDone,
  EAPACTION_SendWithTimeout,
  EAPACTION_SendWithTimeoutInteractive,
  EapEvent,
} from "../src/index.ts";
import {
  authenticator,
  ends,
  nextIdentifier,
  peer,
  type Reaction,
  request,
  requestPacket,
  response,
  returns,
  scripted,
  sends,
} from "./harness.ts";

const first = request(EAPACTION_SendWithTimeout);
const again: Reaction = (call) =>
  sends(EAPACTION_SendWithTimeout, 1, nextIdentifier({ ...call, index: 0 }))(call);
const accept = ends(EAPACTION_NoAction);

it("EAP-14, EAP-15, EAP-16: start, packet, timeout and end reach one function; a start looks like a resend", async () => {
  const method = scripted({ make: [first, again, ends(EAPACTION_Done)] });
  const { host, clock, lastId, outcomes } = await authenticator([method.module]);
  host.start();
  clock.advance(3_000);
  const packet = response(lastId(), 4, [1, 2, 3]);
  host.receive(Uint8Array.of(...packet, 0xee, 0xee));
  expect(method.calls).toEqual(["Begin", "Make null", "Make null", `Make 2/${response(lastId())[1]}`, "End"]);
  expect(method.made[0]?.input).toEqual(method.made[1]?.input);
  expect(method.made[2]?.received).toEqual(packet);
  expect(outcomes).toMatchObject([{ result: 0, identity: "alice", method: 4, endedBy: "method" }]);
});

it.each([
  ["NoAction", EAPACTION_NoAction, false, "never", "lives"],
  ["Authenticate", EAPACTION_Authenticate, false, "never", "lives"],
  ["Done", EAPACTION_Done, false, "never", "over"],
  ["SendAndDone", EAPACTION_SendAndDone, true, "never", "over"],
  ["Send", EAPACTION_Send, true, "never", "lives"],
  ["SendWithTimeout", EAPACTION_SendWithTimeout, true, 3_000, "lives"],
  ["SendWithTimeoutInteractive", EAPACTION_SendWithTimeoutInteractive, true, 3_000, "lives"],
] as const)(
  "EAP-17, EAP-18: %s alone decides about transmission, timer and end",
  async (_, action, sent, timer, state) => {
    const method = scripted({ make: [sends(action, 1, 77, { data: [1, 2] })] });
    const bench = await authenticator([method.module], {
      settings: { autoFinalPacket: false },
      provider: {
        authenticate: () => new Promise(() => undefined),
        authorize: () => new Promise(() => undefined),
      },
    });
    bench.host.start();
    const running = bench.host.idle();
    expect(bench.sent).toEqual(sent ? ["014d0007040102"] : []);
    if (sent) expect(bench.retransmitAfter).toEqual([timer]);
    expect(bench.outcomes).toHaveLength(state === "over" ? 1 : 0);
    if (action === EAPACTION_Authenticate) {
      expect(running).toBeInstanceOf(Promise);
      bench.host.stop();
    }
    await running;
  },
);

it.each([
  ["a Length below 4", [1, 1, 0, 3]],
  ["a Length above the buffer", [1, 1, 0xff, 0xff]],
  ["the code 0", [0, 1, 0, 5, 4]],
  ["the code 5", [5, 1, 0, 5, 4]],
])("EAP-19 a send packet with %s is not transmitted: 645 and a diagnostic", async (_, octets) => {
  const method = scripted({
    make: [
      ({ output, sendPacket }) => {
        sendPacket.set(octets);
        output.action = EAPACTION_Send;
        return 0;
      },
    ],
  });
  const { host, sent, outcomes, log } = await authenticator([method.module]);
  host.start();
  expect(sent).toEqual([]);
  expect(outcomes).toMatchObject([{ result: 645 }]);
  expect(method.calls.at(-1)).toBe("End");
  expect(log.withId(EapEvent.MethodFailed)[0]?.fields).toMatchObject({ diagnostic: "bad-send-packet" });
});

it("EAP-20, X-06: idExpected stops the timer; without it that is the identifier of the packet sent", async () => {
  const expecting =
    (idExpected: number | null): Reaction =>
    (call) => {
      call.output.idExpected = idExpected;
      return sends(EAPACTION_SendWithTimeout, 1, 20)(call);
    };
  for (const [idExpected, stops] of [
    [9, 9],
    [null, 20],
  ] as const) {
    for (const arrived of [9, 20]) {
      const method = scripted({ make: [expecting(idExpected), accept] });
      const { host, clock } = await authenticator([method.module]);
      host.start();
      host.receive(response(arrived));
      clock.advance(3_000);
      expect(method.calls.slice(3), `${idExpected} ${arrived}`).toEqual(
        arrived === stops ? [] : ["Make null"],
      );
    }
  }
});

it("EAP-21 a packet with another identifier than expected reaches the method", async () => {
  const method = scripted({ make: [sends(EAPACTION_SendWithTimeout, 1, 9), accept] });
  const { host } = await authenticator([method.module]);
  host.start();
  host.receive(response(8));
  expect(method.calls.at(-1)).toBe("Make 2/8");
});

it("EAP-22, X-25: 722 discards: nothing is sent, nothing of the output counts, no warning, the session lives", async () => {
  const method = scripted({
    make: [
      first,
      (call) => {
        sends(EAPACTION_SendAndDone, 3, 1)(call);
        call.output.invokeInteractiveUI = true;
        return 722;
      },
      ends(EAPACTION_Done),
    ],
  });
  const { host, sent, outcomes, log, lastId } = await authenticator([method.module]);
  host.start();
  host.receive(response(lastId()));
  expect(sent).toHaveLength(1);
  expect(outcomes).toEqual([]);
  expect(log.events.filter(({ severity }) => severity !== "debug")).toEqual([]);
  host.receive(response(lastId()));
  expect(outcomes).toMatchObject([{ result: 0 }]);
});

it("EAP-23 a discarded packet does not restart the timer, even with the expected identifier", async () => {
  const method = scripted({ make: [first, returns(722), returns(722), again] });
  const { host, clock, lastId, sent } = await authenticator([method.module]);
  host.start();
  clock.advance(2_999);
  host.receive(response(lastId()));
  host.receive(response(lastId() + 1));
  expect(sent).toHaveLength(1);
  clock.advance(1);
  expect(method.calls.at(-1)).toBe("Make null");
  expect(sent).toHaveLength(2);
});

it("EAP-24 without the expected packet in time MakeMessage is called without a message", async () => {
  const method = scripted({ make: [first, again] });
  const { host, clock } = await authenticator([method.module], { settings: { retransmitMs: 5_000 } });
  host.start();
  clock.advance(4_999);
  expect(method.calls).toHaveLength(2);
  clock.advance(1);
  expect(method.calls).toEqual(["Begin", "Make null", "Make null"]);
});

it("EAP-25 another identifier accepted with NoAction leaves the timer; any other action replaces it", async () => {
  const method = scripted({ make: [first, accept, again, request(EAPACTION_Send), again] });
  const { host, clock, lastId } = await authenticator([method.module]);
  host.start();
  clock.advance(2_000);
  host.receive(response(lastId() + 7));
  clock.advance(1_000);
  expect(method.calls.slice(3)).toEqual(["Make null"]);
  host.receive(response(lastId() + 7));
  clock.advance(60_000);
  expect(method.calls).toHaveLength(5);
});

it("EAP-26, X-09: ten resends three seconds apart, then 718 and End; both numbers are settings", async () => {
  const method = scripted({ make: [first, again] });
  const { host, clock, outcomes, sent, log, retransmissions } = await authenticator([method.module]);
  host.start();
  clock.advance(32_999);
  expect(sent).toHaveLength(11);
  expect(retransmissions).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(outcomes).toEqual([]);
  clock.advance(1);
  expect(outcomes).toMatchObject([{ result: 718, endedBy: "no-answer" }]);
  expect(method.calls.at(-1)).toBe("End");
  expect(log.withId(EapEvent.SessionLimit)).toHaveLength(1);
  expect(clock.pending).toBe(0);

  const short = scripted({ make: [first, again] });
  const other = await authenticator([short.module], { settings: { retransmitMs: 100, maxRetransmits: 1 } });
  other.host.start();
  other.clock.advance(200);
  expect(other.sent).toHaveLength(2);
  expect(other.outcomes).toMatchObject([{ result: 718 }]);
});

it("EAP-27, EAP-29: a user has unlimited time under the interactive action, then a normal action gives up", async () => {
  const interactive: Reaction = (call) =>
    sends(EAPACTION_SendWithTimeoutInteractive, 1, nextIdentifier({ ...call, index: 0 }))(call);
  const method = scripted({
    make: [
      (call) => {
        const { received } = call;
        if (received === null && call.index < 28_801) return interactive(call);
        return sends(EAPACTION_SendWithTimeout, 1, (nextIdentifier({ ...call, index: 0 }) + 1) & 255)(call);
      },
    ],
  });
  const { host, clock, outcomes, lastId } = await authenticator([method.module]);
  host.start();
  clock.advance(24 * 3_600_000);
  expect(outcomes).toEqual([]);
  host.receive(response(lastId()));
  clock.advance(33_000);
  expect(outcomes).toMatchObject([{ result: 718 }]);
});

it("EAP-28, X-08: the interactive form asks for a resend each interval and its count stays 0; or never, by setting", async () => {
  const interactive: Reaction = (call) =>
    sends(EAPACTION_SendWithTimeoutInteractive, 1, nextIdentifier({ ...call, index: 0 }))(call);
  const method = scripted({ make: [interactive] });
  const bench = await authenticator([method.module]);
  bench.host.start();
  bench.clock.advance(30_000);
  expect(bench.sent).toHaveLength(11);
  expect(new Set(bench.sent).size).toBe(1);
  expect(new Set(bench.retransmissions)).toEqual(new Set([0]));

  const quiet = scripted({ make: [interactive] });
  const never = await authenticator([quiet.module], { settings: { interactiveRetransmit: "never" } });
  never.host.start();
  never.clock.advance(24 * 3_600_000);
  expect(quiet.calls).toEqual(["Begin", "Make null"]);
  expect(never.retransmitAfter).toEqual(["never"]);
  expect(never.outcomes).toEqual([]);
});

it("EAP-27, EAP-28: interactive waits leave no count behind, and discarded resends do not end them", async () => {
  const method = scripted({
    make: [
      sends(EAPACTION_SendWithTimeoutInteractive, 1, 5),
      (call) => (call.index < 100 ? 722 : sends(EAPACTION_SendWithTimeout, 1, 5)(call)),
    ],
  });
  const { host, clock, outcomes, sent } = await authenticator([method.module]);
  host.start();
  clock.advance(99 * 3_000);
  expect([sent.length, outcomes]).toEqual([1, []]);
  clock.advance(3_000 + 32_999);
  expect(outcomes).toEqual([]);
  clock.advance(1);
  expect(outcomes).toMatchObject([{ result: 718 }]);
});

it("EAP-23, EAP-39: the time that is reached during a call counts when the call returned 722, and only then", async () => {
  for (const [code, further] of [
    [722, ["Make null"]],
    [0, []],
  ] as const) {
    let release: (code: number) => void = () => undefined;
    const method = scripted({
      make: [first, () => new Promise((resolve) => (release = resolve)), again],
    });
    const { host, clock, lastId } = await authenticator([method.module]);
    host.start();
    host.receive(response(lastId()));
    clock.advance(10_000);
    expect(method.calls).toHaveLength(3);
    release(code);
    await host.idle();
    clock.advance(0);
    expect(method.calls.slice(3)).toEqual(further);
  }
});

it("EAP-27 the interactive action does not give up after resends that counted, nor where none is allowed", async () => {
  const late = scripted({
    make: [sends(EAPACTION_SendWithTimeout, 1, 5), sends(EAPACTION_SendWithTimeoutInteractive, 1, 5)],
  });
  const bench = await authenticator([late.module], { settings: { maxRetransmits: 1 } });
  bench.host.start();
  bench.clock.advance(3_600_000);
  expect(bench.outcomes).toEqual([]);
  const none = scripted({ make: [sends(EAPACTION_SendWithTimeoutInteractive, 1, 5)] });
  const other = await authenticator([none.module], { settings: { maxRetransmits: 0 } });
  other.host.start();
  other.clock.advance(3_600_000);
  expect(other.outcomes).toEqual([]);
});

it("EAP-30 a resend call decides anew: Done, another packet; a new identifier starts the count from 0", async () => {
  const done = scripted({ make: [first, ends(EAPACTION_Done, 691)] });
  const bench = await authenticator([done.module]);
  bench.host.start();
  bench.clock.advance(3_000);
  expect(bench.outcomes).toMatchObject([{ result: 691 }]);

  const fifth = scripted({
    make: [(call) => sends(EAPACTION_SendWithTimeout, 1, call.index < 5 ? 50 : 51)(call)],
  });
  const other = await authenticator([fifth.module], { settings: { maxRetransmits: 5 } });
  other.host.start();
  other.clock.advance(5 * 3_000);
  expect(other.sent.map((packet) => packet.slice(2, 4))).toEqual(["32", "32", "32", "32", "32", "33"]);
  other.clock.advance(5 * 3_000);
  expect(other.outcomes).toEqual([]);
  other.clock.advance(3_000);
  expect(other.outcomes).toMatchObject([{ result: 718 }]);
});

it("EAP-31 an untouched output is NoAction: nothing happens until a packet comes", async () => {
  const method = scripted({ make: [returns(0)] });
  const { host, clock, sent, outcomes } = await authenticator([method.module]);
  host.start();
  clock.advance(100_000);
  expect(method.made[0]?.output).toMatchObject({ action: EAPACTION_NoAction, authResultCode: 0 });
  expect([method.calls, sent, outcomes]).toEqual([["Begin", "Make null"], [], []]);
  host.receive(response(1));
  expect(method.calls.at(-1)).toBe("Make 2/1");
});

it("EAP-32 Send runs no timer", async () => {
  const method = scripted({ make: [sends(EAPACTION_Send, 2, 5)] });
  const { host, clock, sent } = await peer([method.module]);
  host.receive(requestPacket(5));
  clock.advance(100_000);
  expect(sent).toEqual(["0205000504"]);
  expect(method.calls).toEqual(["Begin", "Make 1/5"]);
});

it("EAP-33 a peer that uses SendWithTimeout may, and a diagnostic says so", async () => {
  const method = scripted({ make: [sends(EAPACTION_SendWithTimeout, 2, 5)] });
  const { host, clock, sent, log } = await peer([method.module]);
  host.receive(requestPacket(5));
  clock.advance(3_000);
  expect(sent).toHaveLength(2);
  expect(log.withId(EapEvent.MethodMisbehaved)[0]?.fields).toMatchObject({ diagnostic: "peer-retransmits" });
});

it.each([691, 8, 87])("EAP-35, EAP-37: returning %i disconnects, and no packet goes out", async (code) => {
  const method = scripted({
    make: [first, (call) => (sends(EAPACTION_SendAndDone, 4, 1)(call), code)],
  });
  const { host, sent, outcomes, lastId } = await authenticator([method.module]);
  host.start();
  host.receive(response(lastId()));
  expect(sent).toHaveLength(1);
  expect(outcomes).toMatchObject([{ result: code, endedBy: "method-error", finalPacketSent: false }]);
  expect(method.calls.at(-1)).toBe("End");
});

it("EAP-36 the error is logged on the authenticator and shown on the peer", async () => {
  const server = scripted({ make: [returns(647)] });
  const { host, log } = await authenticator([server.module]);
  host.start();
  expect(log.withId(EapEvent.MethodFailed)).toMatchObject([
    { severity: "error", fields: { detail: 647 }, message: expect.stringContaining("account is disabled") },
  ]);
  const client = scripted({ make: [returns(647)] });
  const bench = await peer([client.module]);
  bench.host.receive(requestPacket(1));
  expect(bench.told).toEqual(["error 647 The account is disabled (647)."]);
});

it("EAP-38 the send buffer is as long as a packet may be, zeroed for each call; less than 1020 is refused", async () => {
  const lengths: number[] = [];
  const flight = new Uint8Array(4_000).fill(7);
  let sentOctets = 0;
  const fragment: Reaction = (call) => {
    lengths.push(call.sendPacket.length);
    expect(call.sendPacket.every((octet) => octet === 0)).toBe(true);
    const data = flight.subarray(sentOctets, sentOctets + call.sendPacket.length - 5);
    sentOctets += data.length;
    return request(EAPACTION_SendWithTimeout, [...data])(call);
  };
  const method = scripted({ make: [fragment, fragment, fragment, ends(EAPACTION_Done)] });
  const { host, lastId, sent, outcomes } = await authenticator([method.module], { maxPacketSize: 1_400 });
  host.start();
  for (let round = 0; round < 3; round += 1) host.receive(response(lastId()));
  expect(lengths).toEqual([1_400, 1_400, 1_400]);
  expect(sent.slice(0, 3).map((packet) => packet.length / 2)).toEqual([1_400, 1_400, 4_000 - 2 * 1_395 + 5]);
  expect(outcomes).toMatchObject([{ result: 0 }]);
  await expect(authenticator([method.module], { maxPacketSize: 1_019 })).rejects.toThrow("maxPacketSize");
});

it("EAP-39 calls of one session never overlap: packets wait in order, 16 of them; duplicates go first", async () => {
  let release: (code: number) => void = () => undefined;
  let running = 0;
  let most = 0;
  const slow: Reaction = async () => {
    running += 1;
    most = Math.max(most, running);
    const code = await new Promise<number>((resolve) => {
      release = resolve;
    });
    running -= 1;
    return code;
  };
  const method = scripted({ make: [returns(0), slow] });
  const { host, log } = await authenticator([method.module]);
  host.start();
  host.receive(response(0));
  for (let id = 1; id <= 14; id += 1) host.receive(response(id));
  host.receive(response(2));
  host.receive(response(3));
  expect(log.events).toEqual([]);
  host.receive(response(40));
  host.receive(response(41));
  host.receive(response(42));
  expect(log.withId(EapEvent.PacketDropped).map(({ fields }) => fields?.["diagnostic"])).toEqual([
    "packet-queue-full",
    "packet-queue-full",
    "packet-queue-full",
  ]);
  for (let turn = 0; turn < 17; turn += 1) {
    release(0);
    for (let step = 0; step < 20; step += 1) await Promise.resolve();
  }
  const order = method.calls.slice(2).map((call) => Number(call.slice("Make 2/".length)));
  expect(order).toEqual([0, 1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 2, 3, 40, 41]);
  expect(most).toBe(1);
});

it.each([EAPACTION_IndicateTLV, EAPACTION_IndicateIdentity, 9, -1, 1.5, Number.NaN])(
  "EAP-17 the action %d is none a method may use: 645",
  async (action) => {
    const method = scripted({
      make: [({ output }) => (Object.assign(output, { action }), 0)],
    });
    const { host, outcomes } = await authenticator([method.module]);
    host.start();
    expect(outcomes).toMatchObject([{ result: 645 }]);
  },
);

it.each([
  ["three octets", [2, 1, 0]],
  ["a Length above the octets", [2, 1, 0, 9, 4]],
  ["a Length of 3", [2, 1, 0, 3, 4]],
  ["the code 0", [0, 1, 0, 5, 4]],
  ["the code 5", [5, 1, 0, 5, 4]],
  ["a Response without a type", [2, 1, 0, 4]],
  ["a Request", [1, 1, 0, 5, 4]],
  ["a Success", [3, 1, 0, 4]],
  ["a Failure", [4, 1, 0, 4]],
  ["half an expanded type", [2, 1, 0, 8, 254, 0, 0, 1]],
])("EAP-40 an authenticator drops %s before MakeMessage", async (_, octets) => {
  const method = scripted({ make: [first] });
  const { host, log, outcomes } = await authenticator([method.module]);
  host.start();
  host.receive(Uint8Array.from(octets));
  expect(method.calls).toEqual(["Begin", "Make null"]);
  expect(outcomes).toEqual([]);
  expect(log.withId(EapEvent.PacketDropped)).toHaveLength(1);
});

it("EAP-40 a peer drops a Response, and what is no packet", async () => {
  const method = scripted({ make: [accept] });
  const { host } = await peer([method.module]);
  host.receive(requestPacket(1));
  host.receive(response(2));
  host.receive(Uint8Array.of(1, 2, 0, 200, 4));
  expect(method.calls).toEqual(["Begin", "Make 1/1"]);
});
