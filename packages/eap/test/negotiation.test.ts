import { expect, it } from "vitest";
import {
  EAPACTION_Done,
  EAPACTION_NoAction,
  EAPACTION_Send,
  EAPACTION_SendWithTimeout,
  EapEvent,
  type EapMethodRegistration,
  type EapType,
  eapTypeNak,
  encodeEapPacket,
  encodeEapResult,
  encodeNak,
} from "../src/index.ts";
import {
  authenticator,
  ends,
  peer,
  request,
  requestPacket,
  response,
  scripted,
  sends,
  text,
} from "./harness.ts";

/** Methods of the given types, each of which asks once and then listens. */
function methods(types: readonly EapType[]) {
  const calls: string[] = [];
  const registrations: EapMethodRegistration[] = types.map((type) => {
    const name = typeof type === "number" ? `${type}` : "expanded";
    const { module } = scripted({
      begin: (input) => (calls.push(`Begin ${name} ${input.initialId}`), 0),
      end: () => (calls.push(`End ${name}`), 0),
      make: [
        (call) => {
          const identifier = (call.work as { input: { initialId: number } }).input.initialId;
          return sends(EAPACTION_SendWithTimeout, 1, identifier, { type })(call);
        },
        ends(EAPACTION_NoAction),
      ],
    });
    return { type, module };
  });
  return { registrations, calls };
}

const nak = (identifier: number, ...types: number[]): Uint8Array => response(identifier, eapTypeNak, types);

it("EAP-56 Identity, Notification and Nak never reach the method", async () => {
  const method = scripted({ make: [request(EAPACTION_SendWithTimeout), ends(EAPACTION_NoAction)] });
  const { host, lastId, log } = await authenticator([method.module], { askIdentity: true });
  host.start();
  host.receive(response(lastId(), 1, text("alice")));
  const id = lastId();
  host.receive(response(id, 1, text("mallory")));
  host.receive(response(id, 2));
  host.receive(response(id, 13));
  host.receive(response(id + 1, 3, [13]));
  host.receive(encodeNak((id + 1) & 255, [13], { expanded: true }));
  expect(method.calls).toEqual(["Begin", "Make null"]);
  expect(log.withId(EapEvent.PacketDropped)).toHaveLength(5);

  const client = scripted({ make: [sends(EAPACTION_Send, 2, 8)] });
  const other = await peer([client.module]);
  other.host.receive(requestPacket(1, 1));
  other.host.receive(requestPacket(2, 2, text("hello")));
  other.host.receive(requestPacket(8, 4));
  other.host.receive(requestPacket(9, 2, text("wait")));
  other.host.receive(requestPacket(10, 1));
  expect(client.calls).toEqual(["Begin", "Make 1/8"]);
  expect(other.told).toEqual(["notification hello", "notification wait"]);
  expect(other.sent).toEqual(["0201000a01616c696365", "0202000502", "0208000504", "0209000502"]);
});

it("EAP-57 a Nak ends the method and begins the first type it names that is offered", async () => {
  const { registrations, calls } = methods([25, 4, 13, 26]);
  const { host, lastId } = await authenticator(registrations);
  host.start();
  const id = lastId();
  host.receive(nak(id, 99, 13, 4));
  expect(calls).toEqual([`Begin 25 ${id}`, "End 25", `Begin 13 ${(id + 1) & 255}`]);
});

it.each([
  ["names nothing", [0], 919],
  ["names no offered type", [99, 98], 918],
  ["names only the refused type itself", [25], 918],
])("EAP-57 a Nak that %s leaves nothing: Failure and a code", async (_, types, code) => {
  const { registrations, calls } = methods([25, 4]);
  const { host, lastId, sent, outcomes } = await authenticator(registrations);
  host.start();
  host.receive(nak(lastId(), ...types));
  expect(sent.at(-1)).toBe(`04${lastId().toString(16).padStart(2, "0")}0004`);
  expect(outcomes).toMatchObject([{ result: code, endedBy: "negotiation", finalPacketSent: true }]);
  expect(calls.filter((call) => call === "End 25")).toHaveLength(1);
});

it("EAP-57 no type is offered twice, however long the Nak", async () => {
  const { registrations, calls } = methods([25, 4]);
  const { host, lastId, outcomes } = await authenticator(registrations);
  host.start();
  host.receive(nak(lastId(), ...Array.from({ length: 200 }, (_, index) => (index === 150 ? 4 : 100))));
  host.receive(nak(lastId(), 25));
  expect(outcomes).toMatchObject([{ result: 918 }]);
  expect(calls.map((call) => call.split(" ").slice(0, 2).join(" "))).toEqual([
    "Begin 25",
    "End 25",
    "Begin 4",
    "End 4",
  ]);
});

it("EAP-57 a Nak is legal for the first request only, with its identifier and something in it", async () => {
  const method = scripted({ make: [request(EAPACTION_SendWithTimeout), request(EAPACTION_SendWithTimeout)] });
  const other = scripted({ make: [ends(EAPACTION_NoAction)] });
  const { host, lastId, outcomes } = await authenticator([method.module, other.module]);
  host.start();
  const id = lastId();
  host.receive(nak((id + 1) & 255, 5));
  host.receive(nak(id));
  host.receive(response(id, 4));
  expect(lastId()).toBe((id + 1) & 255);
  host.receive(nak(lastId(), 5));
  expect(other.calls).toEqual([]);
  expect(method.calls).toEqual(["Begin", "Make null", `Make 2/${id}`]);
  expect(outcomes).toEqual([]);
});

const vendorType = { vendorId: 311, vendorType: 7 };

it("EAP-57 an Expanded Nak answers an expanded request, a Legacy Nak a plain one", async () => {
  const { registrations, calls } = methods([vendorType, 4, 13]);
  const { host, lastId } = await authenticator(registrations);
  host.start();
  const id = lastId();
  host.receive(nak(id, 4));
  expect(calls).toHaveLength(1);
  host.receive(encodeNak(id, [{ vendorId: 9, vendorType: 1 }, 13], { expanded: true }));
  expect(calls).toEqual([`Begin expanded ${id}`, "End expanded", `Begin 13 ${(id + 1) & 255}`]);

  const plain = methods([4, vendorType]);
  const bench = await authenticator(plain.registrations);
  bench.host.start();
  bench.host.receive(nak(bench.lastId(), 254));
  expect(plain.calls.map((call) => call.split(" ")[1])).toEqual(["4", "4", "expanded"]);
});

it("EAP-57 the timer of the refused method is gone with it", async () => {
  const asking = scripted({ make: [request(EAPACTION_SendWithTimeout)] });
  const listening = scripted({ make: [ends(EAPACTION_NoAction)] });
  const { host, lastId, clock } = await authenticator([asking.module, listening.module]);
  host.start();
  host.receive(nak(lastId(), 5));
  clock.advance(60_000);
  expect(asking.calls).toEqual(["Begin", "Make null", "End"]);
  expect(listening.calls).toEqual(["Begin", "Make null"]);
});

it("EAP-56 a plain type in the expanded form is another packet than the method knows, and is dropped", async () => {
  const expanded = { vendorId: 0, vendorType: 4 };
  const server = scripted({ make: [request(EAPACTION_SendWithTimeout), ends(EAPACTION_NoAction)] });
  const { host, lastId } = await authenticator([server.module]);
  host.start();
  host.receive(encodeEapPacket({ code: 2, identifier: lastId(), type: expanded }));
  expect(server.calls).toEqual(["Begin", "Make null"]);
  const client = scripted({ make: [ends(EAPACTION_NoAction)] });
  const other = await peer([client.module]);
  other.host.receive(requestPacket(1, 4));
  other.host.receive(encodeEapPacket({ code: 1, identifier: 2, type: expanded }));
  expect(client.calls).toEqual(["Begin", "Make 1/1"]);
});

it.each([
  ["its enabled types, best first", [26, 13], requestPacket(7, 4), "0207000703" + "1a0d"],
  ["0 when it has none", [], requestPacket(7, 4), "0207000603" + "00"],
  ["254 for expanded types", [13, vendorType], requestPacket(7, 4), "0207000703" + "0dfe"],
  [
    "an Expanded Nak to an expanded request",
    [13, vendorType],
    encodeEapPacket({ code: 1, identifier: 7, type: { vendorId: 9, vendorType: 1 } }),
    "0207001c" + "fe00000000000003" + "fe0000000000000d" + "fe00013700000007",
  ],
  [
    "an Expanded Nak of nothing",
    [],
    encodeEapPacket({ code: 1, identifier: 7, type: { vendorId: 9, vendorType: 1 } }),
    "02070014" + "fe00000000000003" + "fe00000000000000",
  ],
])("EAP-58 a peer without the type asked for answers %s", async (_, types, asked, expected) => {
  const { registrations, calls } = methods(types);
  const { host, sent } = await peer(registrations);
  host.receive(asked);
  expect(sent).toEqual([expected]);
  expect(calls).toEqual([]);
});

it("EAP-58 after a Nak the authenticator's Failure ends the peer with 918, a forged one does not", async () => {
  const { registrations } = methods([26]);
  const { host, outcomes } = await peer(registrations);
  host.receive(requestPacket(7, 4));
  host.receive(encodeEapResult(4, 99));
  host.receive(encodeEapResult(3, 7));
  expect(outcomes).toEqual([]);
  host.receive(encodeEapResult(4, 7));
  expect(outcomes).toMatchObject([{ result: 918 }]);
});

it("EAP-58 a refused identity ends the peer with 691", async () => {
  const { registrations } = methods([26]);
  const { host, outcomes } = await peer(registrations);
  host.receive(requestPacket(7, 1));
  host.receive(encodeEapResult(4, 7));
  expect(outcomes).toMatchObject([{ result: 691 }]);
});

it.each(["alice", "CORP\\alice", "alice@corp.example", "", "Zoë 日本", "\uFEFFbom"])(
  "EAP-60, EAP-61: the identity %j becomes the identity of Begin, unchanged",
  async (identity) => {
    const method = scripted({ make: [ends(EAPACTION_Done)] });
    const { host, lastId, outcomes, sent } = await authenticator([method.module], { askIdentity: true });
    host.start();
    expect(sent[0]).toMatch(/^01..000501$/);
    host.receive(response((lastId() + 1) & 255, 1, text("mallory")));
    host.receive(response(lastId(), 1, text(identity)));
    expect(method.begins.map((begin) => begin.identity)).toEqual([identity]);
    expect(outcomes).toMatchObject([{ identity }]);
  },
);

it("EAP-60 an identity that is no UTF-8 is refused: Failure and 691, no method", async () => {
  const method = scripted({ make: [ends(EAPACTION_Done)] });
  const { host, lastId, outcomes, sent } = await authenticator([method.module], { askIdentity: true });
  host.start();
  host.receive(response(lastId(), 1, [0xff, 0xfe]));
  expect(method.calls).toEqual([]);
  expect(outcomes).toMatchObject([{ result: 691, method: undefined }]);
  expect(sent.at(-1)).toMatch(/^04/);
});

it("EAP-60 over RADIUS the identity response comes first, and the method's identifiers follow its own", async () => {
  const method = scripted({ make: [request(EAPACTION_SendWithTimeout)] });
  const { host, sent, clock } = await authenticator([method.module], {
    askIdentity: true,
    settings: { retransmission: "lower-layer" },
  });
  host.receive(response(200, 1, text("alice")));
  expect(method.begins[0]).toMatchObject({ identity: "alice", initialId: 201 });
  expect(sent).toEqual(["01c9000504"]);
  expect(clock.pending).toBe(0);
});

it("EAP-24, EAP-26: an identity request without an answer is sent again with the same identifier, then 718", async () => {
  const method = scripted({ make: [ends(EAPACTION_Done)] });
  const { host, sent, clock, outcomes } = await authenticator([method.module], { askIdentity: true });
  host.start();
  clock.advance(33_000);
  expect(sent).toHaveLength(11);
  expect(new Set(sent).size).toBe(1);
  expect(outcomes).toMatchObject([{ result: 718, endedBy: "no-answer" }]);
});

it("EAP-58 a host without any method refuses with 918", async () => {
  const { host, lastId, outcomes, sent } = await authenticator([], { askIdentity: true });
  host.start();
  host.receive(response(lastId(), 1, text("alice")));
  expect(sent.at(-1)).toMatch(/^04/);
  expect(outcomes).toMatchObject([{ result: 918 }]);
});

it("EAP-56 requests that mean nothing to a peer are dropped: Nak, EAP within EAP, another type while a method runs", async () => {
  const { registrations, calls } = methods([4, 13]);
  const { host, sent, log } = await peer(registrations);
  host.receive(requestPacket(1, 3));
  host.receive(requestPacket(2, 0));
  host.receive(requestPacket(3, 4));
  host.receive(requestPacket(4, 13));
  expect(calls.map((call) => call.split(" ")[1])).toEqual(["4"]);
  expect(sent).toHaveLength(1);
  expect(log.withId(EapEvent.PacketDropped)).toHaveLength(3);
});
