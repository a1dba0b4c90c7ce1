import { WindowsError } from "@sallyport/errors";
import { expect, it } from "vitest";
import {
  answerDuplicates,
  authAttributeText,
  defineEapMethod,
  EAPACTION_Send,
  type EapMethodDefinition,
  type EapPeerEvent,
  type EapProvider,
  encodeEapResult,
  findMppeKeys,
  type RasEapUserInterfaceModule,
  raatFilterId,
  raatUserPassword,
  textAttribute,
} from "../src/index.ts";
import { authenticator, peer, requestPacket, response, returns, scripted, sends, text } from "./harness.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const data = (event: EapPeerEvent): string =>
  event.kind === "request" ? String.fromCharCode(...event.data) : event.kind;

/** Connects both sides of a method until the authenticator is done or nothing moves. */
async function converse(definition: EapMethodDefinition, options: { readonly provider?: EapProvider } = {}) {
  const method = defineEapMethod(definition);
  const server = await authenticator([method], { askIdentity: true, ...options });
  const client = await peer([method], { password: "wonderland" });
  const ladder: string[] = [];
  let fromServer = 0;
  let fromClient = 0;
  server.host.start();
  for (let step = 0; step < 40; step += 1) {
    await turn();
    for (; fromServer < server.sent.length; fromServer += 1) {
      ladder.push(`-> ${server.sent[fromServer]}`);
      client.host.receive(Buffer.from(server.sent[fromServer] ?? "", "hex"));
    }
    await turn();
    for (; fromClient < client.sent.length; fromClient += 1) {
      ladder.push(`<- ${client.sent[fromClient]}`);
      server.host.receive(Buffer.from(client.sent[fromClient] ?? "", "hex"));
    }
  }
  return { server: server.outcomes, client: client.outcomes, ladder, log: server.log };
}

const keys = { send: new Uint8Array(32).fill(1), receive: new Uint8Array(32).fill(2) };

const echo: EapMethodDefinition = {
  type: 255,
  name: "Echo",
  keys: true,
  async authenticator(session) {
    for (const word of ["one", "two"]) {
      const reply = await session.request(Uint8Array.from(text(word)));
      if (String.fromCharCode(...reply.data) !== word) return session.fail(691);
    }
    return session.succeed({
      identity: "CORP\\alice",
      attributes: [textAttribute(raatFilterId, "staff")],
      keys,
    });
  },
  async peer(session) {
    let event = await session.receive();
    while (event.kind === "request") event = await session.respond(event.data);
    return event.kind === "success" ? session.succeed({ keys }) : session.fail(691);
  },
};

it("a method as two coroutines: each request and respond is one round", async () => {
  const { server, client, ladder } = await converse(echo);
  const id = Number.parseInt(ladder[0]?.slice(5, 7) ?? "", 16);
  const at = (offset: number): string => ((id + offset) & 255).toString(16).padStart(2, "0");
  expect(ladder).toEqual([
    `-> 01${at(0)}000501`,
    `<- 02${at(0)}000a01616c696365`,
    `-> 01${at(1)}0008ff6f6e65`,
    `<- 02${at(1)}0008ff6f6e65`,
    `-> 01${at(2)}0008ff74776f`,
    `<- 02${at(2)}0008ff74776f`,
    `-> 03${at(2)}0004`,
  ]);
  expect(server).toMatchObject([{ result: 0, identity: "CORP\\alice", method: 255 }]);
  expect(findMppeKeys(server[0]?.attributes ?? [])).toEqual(keys);
  expect(client).toMatchObject([{ result: 0 }]);
});

it("EAP-84 the peer's keys are swapped: they are named from the view of the access server", async () => {
  const { client } = await converse(echo);
  expect(findMppeKeys(client[0]?.attributes ?? [])).toEqual({ send: keys.receive, receive: keys.send });
});

it("a refusal reaches both sides: Failure on the wire, the code in the outcome", async () => {
  const { server, client, ladder } = await converse({
    ...echo,
    async authenticator(session) {
      await session.request(Uint8Array.of(1));
      return session.fail(649);
    },
  });
  expect(server).toMatchObject([{ result: 649, endedBy: "method" }]);
  expect(client).toMatchObject([{ result: 691 }]);
  expect(ladder.at(-1)).toMatch(/^-> 04/);
});

it("the provider is asked by session.authenticate", async () => {
  const provider: EapProvider = {
    authenticate: async ({ attributes }) => ({
      result: attributes[0] !== undefined && authAttributeText(attributes[0]) === "wonderland" ? 0 : 691,
      attributes: [textAttribute(raatFilterId, "from provider")],
    }),
    authorize: () => ({ result: 1, attributes: [] }),
  };
  const method: EapMethodDefinition = {
    type: 255,
    name: "Plain",
    async authenticator(session) {
      const reply = await session.request(new Uint8Array(0), { interactive: true });
      const found = await session.authenticate([{ type: raatUserPassword, value: reply.data }]);
      return found.result === 0 ? session.succeed() : session.fail(found.result);
    },
    async peer(session) {
      await session.receive();
      const end = await session.respond(Uint8Array.from(text(session.password ?? "")));
      return end.kind === "success" ? session.succeed() : session.fail();
    },
  };
  const { server } = await converse(method, { provider });
  expect(server).toMatchObject([{ result: 0, attributes: [textAttribute(raatFilterId, "from provider")] }]);
});

it("EAP-16, EAP-30: a resend call sends the same request again, without the coroutine", async () => {
  let rounds = 0;
  const method = defineEapMethod({
    type: 6,
    name: "Token",
    async authenticator(session) {
      rounds += 1;
      await session.request(Uint8Array.of(7));
      return session.succeed();
    },
  });
  const { host, sent, clock, outcomes } = await authenticator([method]);
  host.start();
  await host.idle();
  clock.advance(6_000);
  expect(new Set(sent).size).toBe(1);
  expect([sent.length, rounds]).toEqual([3, 1]);
  clock.advance(27_000);
  expect(outcomes).toMatchObject([{ result: 718 }]);
});

it("EAP-22 a response with another identifier, or one that accept refuses, is discarded", async () => {
  const replies: string[] = [];
  const method = defineEapMethod({
    type: 6,
    name: "Token",
    async authenticator(session) {
      const reply = await session.request(new Uint8Array(0), { accept: (octets) => octets.length > 0 });
      replies.push(String(reply.data));
      return session.succeed();
    },
  });
  const { host, lastId, outcomes, log } = await authenticator([method]);
  host.start();
  await host.idle();
  host.receive(response(lastId() + 1, 6, [1]));
  host.receive(response(lastId(), 6));
  expect(log.events.map(({ fields }) => fields?.["diagnostic"])).toEqual([
    "packet-discarded",
    "packet-discarded",
  ]);
  host.receive(response(lastId(), 6, [2]));
  await host.idle();
  expect(replies).toEqual(["2"]);
  expect(outcomes).toMatchObject([{ result: 0 }]);
});

it.each([
  ["a WindowsError with its code", new WindowsError(8, { space: "win32" }), 8],
  ["anything else with 645", new Error("boom"), 645],
])("EAP-93 a coroutine that throws ends the session: %s", async (_, error, code) => {
  for (const asked of [false, true]) {
    const method = defineEapMethod({
      type: 6,
      name: "Token",
      async authenticator(session) {
        if (asked) await session.request(new Uint8Array(0));
        throw error;
      },
    });
    const { host, lastId, outcomes } = await authenticator([method]);
    host.start();
    await host.idle();
    if (asked) host.receive(response(lastId(), 6));
    await host.idle();
    expect(outcomes).toMatchObject([{ result: code, endedBy: "method-error" }]);
  }
});

it("a coroutine that returns no verdict, or sends more than a packet holds, ends the session with 645", async () => {
  for (const run of [
    async () => undefined,
    async (session: { maxDataLength: number; request(data: Uint8Array): Promise<unknown> }) =>
      session.request(new Uint8Array(session.maxDataLength + 1)),
  ]) {
    const method = defineEapMethod({ type: 6, name: "Token", authenticator: run as never });
    const { host, outcomes } = await authenticator([method]);
    host.start();
    await host.idle();
    expect(outcomes).toMatchObject([{ result: 645 }]);
  }
});

it("EAP-91 when the session ends the coroutine's wait is rejected, its finally runs, and no rejection is lost", async () => {
  const seen: string[] = [];
  const method = defineEapMethod({
    type: 6,
    name: "Token",
    async authenticator(session) {
      try {
        await session.request(new Uint8Array(0));
        return session.succeed();
      } finally {
        seen.push(`aborted: ${session.signal.aborted}`);
      }
    },
  });
  const { host, outcomes } = await authenticator([method]);
  host.start();
  await host.idle();
  host.stop();
  await turn();
  expect(seen).toEqual(["aborted: true"]);
  expect(outcomes).toHaveLength(1);
});

it("EAP-91 the same for a peer's coroutine, which waits for a packet or for its user", async () => {
  const seen: string[] = [];
  for (const waits of ["packet", "user"] as const) {
    const method = defineEapMethod({
      type: 6,
      name: "Token",
      userInterface: { RasEapInvokeInteractiveUI: () => new Promise(() => undefined) },
      async peer(session) {
        try {
          await session.receive();
          await (waits === "packet" ? session.respond(new Uint8Array(0)) : session.askUser());
          return session.succeed();
        } finally {
          seen.push(waits);
        }
      },
    });
    const { host } = await peer([method]);
    host.receive(requestPacket(1, 6));
    await host.idle();
    expect(seen).not.toContain(waits);
    host.stop();
    await turn();
    expect(seen).toContain(waits);
  }
});

it("EAP-91 a request that the coroutine does not wait for ends in silence, too", async () => {
  const method = defineEapMethod({
    type: 6,
    name: "Token",
    async authenticator(session) {
      void session.request(new Uint8Array(0));
      await new Promise(() => undefined);
      return session.succeed();
    },
  });
  const rejections: unknown[] = [];
  const note = (reason: unknown): number => rejections.push(reason);
  const { host, sent } = await authenticator([method]);
  process.on("unhandledRejection", note);
  host.start();
  await host.idle();
  host.stop();
  await turn();
  process.off("unhandledRejection", note);
  expect(sent).toHaveLength(1);
  expect(rejections).toHaveLength(0);
});

it("EAP-34 a byte-identical duplicate is answered again without the coroutine", async () => {
  let rounds = 0;
  const method = defineEapMethod({
    type: 6,
    name: "Token",
    async peer(session) {
      let event = await session.receive();
      while (event.kind === "request") {
        rounds += 1;
        event = await session.respond(Uint8Array.of(rounds));
      }
      return session.succeed();
    },
  });
  const { host, sent } = await peer([method]);
  for (const packet of [requestPacket(1, 6), requestPacket(1, 6), requestPacket(2, 6), requestPacket(2, 6)]) {
    host.receive(packet);
    await host.idle();
  }
  expect(rounds).toBe(2);
  expect(sent).toEqual(["020100060601", "020100060601", "020200060602", "020200060602"]);
});

it("EAP-34 answerDuplicates does the same for a method of entry points", async () => {
  const method = scripted({
    make: [(call) => sends(EAPACTION_Send, 2, call.received?.[1] ?? 0, { data: [call.index] })(call)],
  });
  const { host, sent } = await peer([answerDuplicates(method.module)]);
  for (const id of [1, 1, 1, 2, 2, 1]) host.receive(requestPacket(id));
  expect(method.calls).toEqual(["Begin", "Make 1/1", "Make 1/2", "Make 1/1"]);
  expect(sent.map((packet) => packet.slice(-2))).toEqual(["00", "00", "00", "01", "01", "02"]);
  host.stop();
  expect(method.calls.at(-1)).toBe("End");
});

it("EAP-34 answerDuplicates gives no old answer to a request that was not answered yet", async () => {
  const method = scripted({
    make: [sends(EAPACTION_Send, 2, 1), returns(0), sends(EAPACTION_Send, 2, 2)],
  });
  const { host, sent } = await peer([answerDuplicates(method.module)]);
  for (const id of [1, 2, 2]) host.receive(requestPacket(id));
  expect(method.calls).toEqual(["Begin", "Make 1/1", "Make 1/2", "Make 1/2"]);
  expect(sent).toEqual(["0201000504", "0202000504"]);
});

it("EAP-48 the inferred success reaches the coroutine, and says so", async () => {
  const events: EapPeerEvent[] = [];
  const method = defineEapMethod({
    type: 6,
    name: "Token",
    async peer(session) {
      await session.receive();
      events.push(await session.respond(Uint8Array.of(1)));
      return session.succeed();
    },
  });
  const { host, outcomes } = await peer([method]);
  host.receive(requestPacket(1, 6));
  await host.idle();
  host.networkPhaseSeen();
  await host.idle();
  expect(events).toEqual([{ kind: "success", inferred: true }]);
  expect(outcomes).toMatchObject([{ result: 0 }]);
});

it("EAP-66 the user is asked while requests go on arriving, and data can be saved", async () => {
  const seen: string[] = [];
  let answer: (word: string) => void = () => undefined;
  const userInterface: RasEapUserInterfaceModule = {
    async RasEapInvokeInteractiveUI(_type, _window, context, out) {
      seen.push(`context ${context}`);
      out.value = Uint8Array.from(text(await new Promise<string>((resolve) => (answer = resolve))));
      return 0;
    },
  };
  const method = defineEapMethod({
    type: 5,
    name: "OTP",
    userInterface,
    async peer(session) {
      seen.push(data(await session.receive()));
      const word = await session.askUser(Uint8Array.of(1, 2));
      session.saveUserData(Uint8Array.of(9));
      const next = await session.respond(word ?? new Uint8Array(0));
      seen.push(data(next));
      const end = await session.respond(Uint8Array.of(0));
      return end.kind === "success" ? session.succeed() : session.fail();
    },
  });
  const { host, sent, told, outcomes } = await peer([method]);
  host.receive(requestPacket(1, 5, text("code?")));
  await turn();
  host.receive(requestPacket(1, 5, text("code?")));
  expect(sent).toEqual([]);
  answer("4711");
  await turn();
  expect(sent).toEqual(["02010009" + "05" + "34373131"]);
  expect(told).toEqual(["dialog data 34373131", "user data 09"]);
  host.receive(requestPacket(2, 5, text("again?")));
  await turn();
  host.receive(encodeEapResult(3, 2));
  await turn();
  expect(seen).toEqual(["code?", "context 1,2", "again?"]);
  expect(outcomes).toMatchObject([{ result: 0 }]);
});

it("EAP-90 a request that is sent again and again while the user thinks costs no round", async () => {
  let answer: (word: string) => void = () => undefined;
  const method = defineEapMethod({
    type: 5,
    name: "OTP",
    userInterface: {
      async RasEapInvokeInteractiveUI(_type, _window, _context, out) {
        out.value = Uint8Array.from(text(await new Promise<string>((resolve) => (answer = resolve))));
        return 0;
      },
    },
    async peer(session) {
      await session.receive();
      await session.respond((await session.askUser()) ?? new Uint8Array(0));
      return session.fail();
    },
  });
  const { host, sent, outcomes } = await peer([method]);
  for (let resend = 0; resend < 1_000; resend++) {
    host.receive(requestPacket(1, 5, text("code?")));
    await turn();
  }
  expect(outcomes).toEqual([]);
  answer("4711");
  await turn();
  expect(sent).toEqual(["02010009" + "05" + "34373131"]);
});

it("a role that is left out is not offered", async () => {
  const method = defineEapMethod({
    type: 6,
    name: "Token",
    authenticator: async (session) => session.succeed(),
  });
  const { host, sent } = await peer([method]);
  host.receive(requestPacket(1, 6));
  expect(sent).toEqual(["020100060300"]);
  expect(() => defineEapMethod({ type: 3, name: "Nak" })).toThrow(RangeError);
});

it("an expanded type works as a plain one", async () => {
  const { server, client } = await converse({ ...echo, type: { vendorId: 311, vendorType: 1 } });
  expect([server[0]?.result, client[0]?.result]).toEqual([0, 0]);
});
