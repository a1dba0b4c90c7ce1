import {
  type EapMethodRegistration,
  genericTokenCard,
  md5Challenge,
  msChapV2,
  openEapMethods,
} from "@sallyport/eap";
import {
  type Answer,
  decodeRadiusPacket,
  encodeRadiusPacket,
  RadiusAnswer,
  type RawAttribute,
} from "@sallyport/radius";
import { createSeededRandom, createVirtualClock, silentLog } from "@sallyport/runtime";
import { describe, expect, it } from "vitest";
import {
  type EapConversationLog,
  EapRadiusClient,
  type EapRadiusClientOptions,
  EapRadiusServer,
  ladderDiagram,
} from "../src/index.ts";
import { verifyAlice } from "./alice.ts";
import { methodsOf, secret, text } from "./support.ts";

const bytes = (...octets: number[]) => Uint8Array.from(octets);

/** A peer in front of a server that is a function; both are seen through the log. */
async function converse(
  answerTo: (attributes: readonly RawAttribute[], round: number) => Answer | Error,
  options: Partial<EapRadiusClientOptions> & { method?: EapMethodRegistration } = {},
) {
  const clock = createVirtualClock();
  const requests: (readonly RawAttribute[])[] = [];
  const { method = md5Challenge(), ...rest } = options;
  const methods = await methodsOf(method);
  let finished: EapConversationLog | undefined;
  const random = createSeededRandom(3);
  const client: EapRadiusClient = new EapRadiusClient({
    methods,
    identity: "alice",
    password: "wonderland",
    server: "192.0.2.1:1812",
    secret: secret.reveal(),
    clock,
    random,
    log: silentLog,
    events: {
      request: (attributes) => {
        requests.push(attributes);
        const answer = answerTo(attributes, requests.length);
        queueMicrotask(() => {
          clock.advance(1);
          if (answer instanceof Error) client.failed(answer);
          else client.receive(received(answer));
        });
      },
      finished: (log) => {
        finished = log;
      },
    },
    ...rest,
  });
  client.start();
  await new Promise(setImmediate);
  return { clock, requests, log: () => finished, client };
}

const authenticator = new Uint8Array(16).fill(9);

function received({ code, attributes }: Answer): RadiusAnswer {
  const packet = decodeRadiusPacket(encodeRadiusPacket({ code, identifier: 1, authenticator, attributes }));
  return new RadiusAnswer(packet, 1, 1, authenticator);
}

const eap = (...octets: number[]): RawAttribute => ({ type: 79, value: bytes(...octets) });
const state: RawAttribute = { type: 24, value: text("state") };
const challengeOf = (id = 2): Answer => ({
  code: 11,
  attributes: [eap(1, id, 0, 22, 4, 16, ...new Uint8Array(16).fill(5)), state],
});

describe("the peer's side", () => {
  it("EAP-62 sends identity, then the response with State; the Access-Accept ends it", async () => {
    const { requests, log } = await converse((_, round) =>
      round === 1 ? challengeOf() : { code: 2, attributes: [eap(3, 2, 0, 4)] },
    );
    expect(requests.map((attributes) => attributes.map(({ type }) => type))).toEqual([
      [1, 79],
      [1, 79, 24],
    ]);
    expect(requests[1]?.[0]?.value).toEqual(text("alice"));
    expect(requests[1]?.[2]?.value).toEqual(text("state"));
    expect(log()?.result).toEqual({
      kind: "accepted",
      explanation: "alice is authenticated",
      method: { type: 4, name: "MD5-Challenge" },
      rounds: 2,
      duration: 2,
      peerResult: 0,
      keys: "none",
    });
    expect(
      log()?.entries.map(({ direction, radius, state: carries, eap: packet }) => [
        direction,
        radius.name,
        carries,
        packet === "start" ? packet : `${packet?.codeName} ${packet?.typeName}`,
      ]),
    ).toEqual([
      ["sent", "Access-Request", false, "Response Identity"],
      ["received", "Access-Challenge", true, "Request MD5-Challenge"],
      ["sent", "Access-Request", true, "Response MD5-Challenge"],
      ["received", "Access-Accept", false, "Success undefined"],
    ]);
  });

  it("the log holds neither password nor content", async () => {
    const { log } = await converse(
      (_, round) =>
        round === 1
          ? { code: 11, attributes: [eap(1, 2, 0, 6, 6, 63), state] }
          : { code: 3, attributes: [eap(4, 2, 0, 4)] },
      { method: genericTokenCard() },
    );
    expect(log()?.result.kind).toBe("rejected");
    expect(JSON.stringify(log())).not.toContain("wonderland");
    expect(ladderDiagram(log() as EapConversationLog)).not.toContain("wonderland");
  });

  it("EAP-58 a type that it lacks is answered with a Nak that names its own", async () => {
    const { requests, log } = await converse((_, round) =>
      round === 1
        ? { code: 11, attributes: [eap(1, 2, 0, 6, 25, 0), state] }
        : { code: 3, attributes: [eap(4, 2, 0, 4)] },
    );
    expect(requests[1]?.find(({ type }) => type === 79)?.value).toEqual(bytes(2, 2, 0, 6, 3, 4));
    expect(log()?.entries[2]?.notes).toEqual(["wants MD5-Challenge"]);
    expect(log()?.result).toMatchObject({ kind: "rejected", method: undefined });
  });

  it("EAP-Start has the server ask", async () => {
    const { requests, log } = await converse(
      (_, round) =>
        round === 1
          ? { code: 11, attributes: [eap(1, 7, 0, 5, 1), state] }
          : { code: 3, attributes: [eap(4, 7, 0, 4)] },
      { eapStart: true, attributes: [{ type: 61, value: bytes(0, 0, 0, 19) }] },
    );
    expect(requests[0]?.map(({ type, value }) => [type, value.length])).toEqual([
      [1, 5],
      [61, 4],
      [79, 0],
    ]);
    expect(requests[1]?.find(({ type }) => type === 79)?.value).toEqual(
      bytes(2, 7, 0, 10, 1, ...text("alice")),
    );
    expect(log()?.entries[0]?.eap).toBe("start");
  });

  it.each([
    ["an Access-Challenge without EAP-Message", { code: 11, attributes: [state] }, "carries no EAP-Message"],
    ["an Access-Accept without EAP-Success", { code: 2, attributes: [] }, "carries no EAP-Success"],
    [
      "an Access-Accept with EAP-Failure",
      { code: 2, attributes: [eap(4, 1, 0, 4)] },
      "contradicts the Access-Accept",
    ],
    [
      "an Access-Reject with EAP-Success",
      { code: 3, attributes: [eap(3, 1, 0, 4)] },
      "contradicts the Access-Reject",
    ],
    [
      "EAP-Message attributes apart",
      { code: 11, attributes: [eap(1, 2, 0, 6), state, eap(4, 0)] },
      "other attributes stand between",
    ],
  ])("%s fails the conversation", async (_, answer, words) => {
    const { log } = await converse(() => answer);
    expect(log()?.result.kind).toBe("failed");
    expect(log()?.result.explanation).toContain(words);
  });

  it("an Access-Accept before the method is finished is no success", async () => {
    const { log, clock } = await converse(() => ({ code: 2, attributes: [eap(3, 1, 0, 4)] }));
    clock.advance(60_000);
    expect(log()?.result).toMatchObject({ kind: "failed" });
    expect(log()?.result.explanation).toContain("not finished");
  });

  it("no answer of the server, and none of the method, end it", async () => {
    const silent = await converse(() => new Error("no answer within 5 s"));
    expect(silent.log()?.result).toMatchObject({
      kind: "failed",
      explanation: "no answer within 5 s",
      rounds: 1,
    });
    const discarded = await converse(() => ({ code: 11, attributes: [eap(1, 2, 0, 99, 4), state] }));
    expect(discarded.log()).toBeUndefined();
    discarded.clock.advance(60_000);
    expect(discarded.log()?.result.explanation).toContain("did not answer");
    expect(discarded.clock.pending).toBe(0);
  });

  it("an Access-Reject without EAP-Message is a rejection, and its Reply-Message is told", async () => {
    const { log } = await converse(() => ({ code: 3, attributes: [{ type: 18, value: text("go away") }] }));
    expect(log()?.result.kind).toBe("rejected");
    expect(log()?.entries[1]?.notes).toEqual(["Reply-Message go away"]);
  });
});

describe("keys", () => {
  /** A server of MS-CHAPv2 whose Access-Accept somebody changes on the way. */
  async function withServer(change: (answer: Answer) => Answer, peerSecret = secret.reveal()) {
    const { methods } = await openEapMethods([msChapV2({ accounts: verifyAlice })], { log: silentLog });
    const clock = createVirtualClock();
    const server = new EapRadiusServer({ methods, clock, random: createSeededRandom(5), log: silentLog });
    return converse(
      (attributes) => {
        const datagram = encodeRadiusPacket({ code: 1, identifier: 1, authenticator, attributes });
        const answer = server.handle({
          packet: decodeRadiusPacket(datagram),
          client: { name: "lab", address: "192.0.2.7", secret },
          source: { address: "192.0.2.7", port: 1 },
          receivedAt: 0,
          port: "authentication",
        });
        if (answer === null || answer instanceof Promise)
          throw new Error("a synchronous answer was expected");
        return answer.code === 2 ? change(answer) : answer;
      },
      { method: msChapV2(), secret: peerSecret },
    );
  }

  it("EAP-84 MS-MPPE-Send-Key and MS-MPPE-Recv-Key are compared with the method's, which swaps them", async () => {
    const { log } = await withServer((answer) => answer);
    expect(log()?.result).toMatchObject({ kind: "accepted", keys: "match" });
    expect(log()?.entries.at(-1)?.notes).toEqual(["MS-MPPE keys of 16 and 16 octets"]);
  });

  it("missing keys, and keys of another secret, fail the conversation", async () => {
    const missing = await withServer(({ code, attributes }) => ({
      code,
      attributes: attributes.filter(({ type }) => type !== 26),
    }));
    expect(missing.log()?.result).toMatchObject({ kind: "failed", keys: "missing" });
    const other = await withServer((answer) => answer, text("another secret"));
    expect(other.log()?.result).toMatchObject({ kind: "failed", keys: "differ" });
  });
});

describe("the ladder diagram", () => {
  it("shows every packet, its EAP packet, notes and times, and the result", async () => {
    const { log } = await converse((_, round) =>
      round === 1
        ? {
            code: 11,
            attributes: [
              eap(1, 2, 0, 22, 4, 16, ...new Uint8Array(16)),
              state,
              { type: 27, value: bytes(0, 0, 1, 44) },
            ],
          }
        : { code: 2, attributes: [eap(3, 2, 0, 4)] },
    );
    const drawn = ladderDiagram(log() as EapConversationLog);
    expect(drawn).toMatchInlineSnapshot(`
      "peer "alice"                                                192.0.2.1:1812
            |                                                          |
            |-- Access-Request --------------------------------------->|      0.0 ms
            |     EAP Response 211 Identity, 10 octets                 |
            |<- Access-Challenge, State -------------------------------|      1.0 ms
            |     EAP Request 2 MD5-Challenge, 22 octets               |
            |     Session-Timeout 300 s                                |
            |-- Access-Request, State -------------------------------->|      1.0 ms
            |     EAP Response 2 MD5-Challenge, 27 octets              |
            |<- Access-Accept -----------------------------------------|      2.0 ms
            |     EAP Success 2, 4 octets                              |

      Accepted: alice is authenticated
      MD5-Challenge, 2 rounds, 2.0 ms"
    `);
    const width = Math.max(...drawn.split("\n").map((line) => line.length));
    expect(width).toBeLessThanOrEqual(80);
  });

  it("breaks long notes and names, and stays within its uprights", async () => {
    const { log } = await converse(() => ({
      code: 3,
      attributes: [{ type: 18, value: text(`${"long words ".repeat(12)}${"x".repeat(100)}`) }],
    }));
    const lines = ladderDiagram(log() as EapConversationLog).split("\n");
    const rungs = lines.filter((line) => line.startsWith("      |"));
    expect(new Set(rungs.filter((line) => !line.endsWith("ms")).map((line) => line.length)).size).toBe(1);
  });
});
