import { expect, it } from "vitest";
import {
  EAPACTION_Done,
  EAPACTION_NoAction,
  EAPACTION_Send,
  EAPACTION_SendAndDone,
  EAPACTION_SendWithTimeout,
  eapStatusText,
  encodeEapResult,
  raatFilterId,
  raatUserName,
  textAttribute,
} from "../src/index.ts";
import {
  authenticator,
  type Call,
  ends,
  nextIdentifier,
  peer,
  type Reaction,
  request,
  requestPacket,
  response,
  scripted,
  sends,
} from "./harness.ts";

const first = request(EAPACTION_SendWithTimeout);

it("EAP-41 authResultCode counts with Done and SendAndDone only", async () => {
  const method = scripted({
    make: [
      (call) => ((call.output.authResultCode = 691), first(call)),
      ends(EAPACTION_NoAction, 691),
      ends(EAPACTION_Done, 691),
    ],
  });
  const { host, lastId, outcomes } = await authenticator([method.module]);
  host.start();
  host.receive(response(lastId()));
  expect(outcomes).toEqual([]);
  host.receive(response(lastId()));
  expect(outcomes).toMatchObject([{ result: 691 }]);
});

it("EAP-42 NO_ERROR is a success with attributes and identity", async () => {
  const filter = textAttribute(raatFilterId, "staff");
  const method = scripted({
    make: [(call) => ((call.output.userAttributes = [filter]), ends(EAPACTION_Done)(call))],
  });
  const { host, outcomes } = await authenticator([method.module]);
  host.start();
  expect(outcomes).toMatchObject([{ result: 0, identity: "alice", attributes: [filter], endedBy: "method" }]);
});

it("EAP-43 any other value is a failure with that code, without attributes; SendAndDone still transmits", async () => {
  const method = scripted({
    make: [
      (call) => {
        call.output.userAttributes = [textAttribute(raatFilterId, "staff")];
        return sends(EAPACTION_SendAndDone, 4, 9, { result: 648 })(call);
      },
    ],
  });
  const { host, outcomes, sent } = await authenticator([method.module]);
  host.start();
  expect(sent).toEqual(["04090004"]);
  expect(outcomes).toMatchObject([{ result: 648, attributes: [], finalPacketSent: true }]);
});

it.each([
  [649, "may not dial in"],
  [648, "expired"],
  [647, "disabled"],
  [646, "time of day"],
  [645, "internal"],
  [4711, "4711"],
])("EAP-44 the failure %i has a text", async (code, words) => {
  const method = scripted({ make: [ends(EAPACTION_Done, code)] });
  const { host, outcomes, told } = await peer([method.module]);
  host.receive(requestPacket(1));
  expect(outcomes).toMatchObject([{ result: code }]);
  expect(told).toEqual([`error ${code} ${eapStatusText(code)}`]);
  expect(eapStatusText(code)).toContain(words);
});

it("EAP-45, X-28: the method's Success goes out and the host adds none", async () => {
  const method = scripted({ make: [first, sends(EAPACTION_SendAndDone, 3, 33)] });
  const { host, lastId, sent } = await authenticator([method.module]);
  host.start();
  host.receive(response(lastId()));
  expect(sent.slice(1)).toEqual(["03210004"]);

  const sentBefore = scripted({ make: [first, sends(EAPACTION_Send, 3, 33), ends(EAPACTION_Done)] });
  const other = await authenticator([sentBefore.module]);
  other.host.start();
  other.host.receive(response(other.lastId()));
  other.host.receive(response(other.lastId()));
  expect(other.sent.slice(1)).toEqual(["03210004"]);
});

it.each([
  [0, "03"],
  [691, "04"],
])(
  "EAP-45, X-28: after a bare Done with %i the host sends the matching packet, unless set not to",
  async (result, code) => {
    for (const autoFinalPacket of [true, false]) {
      const method = scripted({ make: [first, ends(EAPACTION_Done, result)] });
      const { host, lastId, sent } = await authenticator([method.module], { settings: { autoFinalPacket } });
      host.start();
      const identifier = lastId().toString(16).padStart(2, "0");
      host.receive(response(lastId()));
      expect(sent.slice(1)).toEqual(autoFinalPacket ? [`${code}${identifier}0004`] : []);
    }
  },
);

it("EAP-46, X-07: the identity told by attribute, by field, or the one of Begin; at most 256 characters", async () => {
  const told =
    (attribute: string | undefined, field: string | null): Reaction =>
    (call) => {
      call.output.identity = field;
      if (attribute !== undefined) call.output.userAttributes = [textAttribute(raatUserName, attribute)];
      return sends(EAPACTION_SendAndDone, 3, 5)(call);
    };
  const long = "x".repeat(256);
  for (const [attribute, field, expected] of [
    [undefined, null, "alice"],
    [undefined, "CORP\\alice", "CORP\\alice"],
    ["alice@corp", "CORP\\alice", "alice@corp"],
    [undefined, long, long],
  ] as const) {
    const method = scripted({ make: [told(attribute, field)] });
    const { host, outcomes } = await authenticator([method.module]);
    host.start();
    expect(outcomes).toMatchObject([{ result: 0, identity: expected }]);
  }
  const tooLong = scripted({ make: [told(undefined, `${long}x`)] });
  const { host, outcomes, sent } = await authenticator([tooLong.module]);
  host.start();
  expect(outcomes).toMatchObject([{ result: 645 }]);
  expect(sent).toEqual(["04050004"]);
});

it("EAP-47 nothing waits for an answer to Success and Failure, and they are not sent again", async () => {
  const method = scripted({ make: [sends(EAPACTION_SendAndDone, 3, 5)] });
  const { host, clock, sent, retransmitAfter } = await authenticator([method.module]);
  host.start();
  expect(clock.pending).toBe(0);
  clock.advance(100_000);
  expect([sent, retransmitAfter]).toEqual([["03050004"], ["never"]]);
});

const answered = (call: Call): number => sends(EAPACTION_Send, 2, call.received?.[1] ?? 0)(call);

it("EAP-48 a network-phase packet is an inferred success: one call with the flag and without a packet", async () => {
  const method = scripted({ make: [answered, ends(EAPACTION_Done)] });
  const { host, outcomes } = await peer([method.module]);
  host.receive(requestPacket(7));
  host.networkPhaseSeen();
  expect(method.made[1]).toMatchObject({ received: null, input: { successPacketReceived: true } });
  expect(outcomes).toMatchObject([{ result: 0 }]);
});

it("EAP-49 the inferred success comes once, not before the method nor after Done; the method may refuse it", async () => {
  const method = scripted({
    make: [answered, ends(EAPACTION_NoAction), answered, ends(EAPACTION_Done, 691)],
  });
  const { host, outcomes } = await peer([method.module]);
  host.networkPhaseSeen();
  expect(method.calls).toEqual([]);
  host.receive(requestPacket(7));
  host.networkPhaseSeen();
  host.networkPhaseSeen();
  expect(method.calls).toEqual(["Begin", "Make 1/7", "Make success inferred"]);
  host.receive(requestPacket(8));
  host.receive(encodeEapResult(3, 8));
  host.networkPhaseSeen();
  expect(method.calls.slice(3)).toEqual(["Make 1/8", "Make 3/8", "End"]);
  expect(outcomes).toHaveLength(1);

  const refusing = scripted({ make: [answered, ends(EAPACTION_Done, 691)] });
  const other = await peer([refusing.module]);
  other.host.receive(requestPacket(7));
  other.host.networkPhaseSeen();
  expect(other.outcomes).toMatchObject([{ result: 691 }]);
});

it("EAP-48 while a call is outstanding the inferred success waits for its return", async () => {
  let release: (code: number) => void = () => undefined;
  const method = scripted({
    make: [() => new Promise((resolve) => (release = resolve)), ends(EAPACTION_Done)],
  });
  const { host, outcomes } = await peer([method.module]);
  host.receive(requestPacket(7));
  host.networkPhaseSeen();
  expect(method.calls).toEqual(["Begin", "Make 1/7"]);
  release(0);
  await host.idle();
  expect(method.calls).toEqual(["Begin", "Make 1/7", "Make success inferred", "End"]);
  expect(outcomes).toMatchObject([{ result: 0 }]);
});

it("EAP-59 identifiers: bInitialId follows the identity request, a resend keeps its own, the next adds 1", async () => {
  const resend: Reaction = (call) =>
    sends(EAPACTION_SendWithTimeout, 1, nextIdentifier({ ...call, index: 0 }))(call);
  const method = scripted({
    make: [
      first,
      resend,
      (call) => sends(EAPACTION_SendWithTimeout, 1, nextIdentifier({ ...call, index: 1 }))(call),
    ],
  });
  const { host, clock, sent, lastId } = await authenticator([method.module], {
    askIdentity: true,
    random: () => Uint8Array.of(254),
  });
  host.start();
  host.receive(response(254, 1, [97]));
  clock.advance(3_000);
  host.receive(response(lastId()));
  expect(method.begins[0]?.initialId).toBe(255);
  expect(sent.map((packet) => packet.slice(2, 4))).toEqual(["fe", "ff", "ff", "00"]);
});
