import { createHmac } from "node:crypto";
import { findAuthAttribute, raatSessionId } from "@sallyport/eap";
import {
  corrupt,
  createEapBench,
  delay,
  drop,
  duplicate,
  type EapFault,
  type EapSessionOptions,
  reorder,
} from "@sallyport/testbench";
import { describe, expect, it } from "vitest";
import { keyProof, keyProofType } from "../src/index.ts";
import { readAnswer, readChallenge, readVerdict, writeAnswer } from "../src/messages.ts";
import { derive, proofKey } from "../src/proof.ts";

const key = Uint8Array.from({ length: 32 }, (_, index) => index);
const otherKey = key.map((octet) => octet ^ 1);
const deviceKeys = new Map([["printer-1", key]]);

function benchWith(
  options: EapSessionOptions = {},
  deviceKey = (identity: string) => deviceKeys.get(identity),
) {
  return createEapBench({
    method: keyProof({ deviceKey }),
    identity: "printer-1",
    password: null,
    peer: { userData: key },
    ...options,
  });
}

describe("both sides have the key", () => {
  it("EAP-84 both succeed, with the same keys and the same session", async () => {
    const session = await benchWith().connect();
    expect(session.succeeded, session.diagram()).toBe(true);
    expect(session.keysCompared).toBe("match");
    const { send, receive } = session.keys.authenticator ?? {};
    expect(send).toHaveLength(32);
    expect(receive).toHaveLength(32);
    expect(send).not.toEqual(receive);
    const name = (side: "peer" | "authenticator") => {
      const value = findAuthAttribute(session[side]?.attributes ?? [], raatSessionId)?.value;
      return value instanceof Uint8Array ? Buffer.from(value).toString("hex") : undefined;
    };
    expect(name("peer")).toMatch(/^fe007ed900000001[\da-f]{128}$/);
    expect(name("authenticator")).toBe(name("peer"));
  });

  it("the keys are those that the documentation of the derivation says", async () => {
    const session = await benchWith().connect();
    const [challenge, answer] = session.transcript.flatMap((entry) =>
      entry.kind === "packet" && entry.packet.endsWith("32473/1") ? [entry.bytes.subarray(12)] : [],
    );
    const serverNonce = readChallenge(challenge ?? key);
    const { peerNonce } = readAnswer(answer ?? key) ?? {};
    const statement = Buffer.concat([
      Buffer.from("session key 2\0"),
      serverNonce ?? key,
      peerNonce ?? key,
      Buffer.from("printer-1"),
    ]);
    const expected = createHmac("sha256", key).update(statement).digest();
    expect(session.keys.authenticator?.send).toEqual(new Uint8Array(expected));
  });

  it("no two sessions have the same keys", async () => {
    const bench = benchWith();
    const [one, other] = [await bench.connect(), await bench.connect()];
    expect(one.keys.peer?.send).not.toEqual(other.keys.peer?.send);
  });

  it.each<[string, EapFault]>([
    ["the challenge is lost", drop({ to: "peer", type: keyProofType, nth: 1 })],
    ["the answer is lost", drop({ to: "authenticator", type: keyProofType, nth: 1 })],
    ["the server's proof is lost, twice", drop({ to: "peer", type: keyProofType, nth: [2, 3] })],
    ["the verdict is lost", drop({ to: "authenticator", type: keyProofType, nth: 2 })],
    ["every request arrives twice", duplicate({ to: "peer", code: "Request" })],
    ["every response arrives twice", duplicate({ to: "authenticator" })],
    ["the answer arrives after its resend", reorder({ to: "authenticator", type: keyProofType, nth: 1 })],
    ["the challenge takes long", delay({ to: "peer", type: keyProofType, nth: 1 }, 4_000)],
    ["the challenge arrives cut", corrupt({ to: "peer", type: keyProofType, nth: 1 }, shortened)],
    ["the answer arrives cut", corrupt({ to: "authenticator", type: keyProofType, nth: 1 }, shortened)],
    ["the verdict arrives cut", corrupt({ to: "authenticator", type: keyProofType, nth: 2 }, shortened)],
  ])("and succeed when %s", async (_, fault) => {
    const session = await benchWith().connect({ faults: [fault] });
    expect(session.succeeded, session.diagram()).toBe(true);
    expect(session.keysCompared).toBe("match");
  });

  it("EAP-48 a Success that was lost is inferred from the network phase", async () => {
    const session = await benchWith().start({ faults: [drop({ to: "peer", code: "Success" })] });
    await session.until(() => session.authenticator?.result === 0);
    await session.networkPhaseSeen();
    expect((await session.finished()).keysCompared).toBe("match");
  });
});

describe("a peer is refused", () => {
  it("with another key", async () => {
    const session = await benchWith().connect({ peer: { userData: otherKey } });
    expect(session.authenticator).toMatchObject({ result: 691, attributes: [] });
    expect(session.peer).toMatchObject({ result: 691, attributes: [] });
    expect(session.packets.at(-1)).toMatch(/^to the peer: Failure/);
  });

  it("whom nobody knows, after the same packets as one with another key", async () => {
    const bench = benchWith();
    const unknown = await bench.connect({ identity: "printer-2" });
    const wrong = await bench.connect({ peer: { userData: otherKey } });
    const shape = (lines: readonly string[]) => lines.slice(2).map((line) => line.replace(/ \d+/, ""));
    expect(unknown.authenticator?.result).toBe(691);
    expect(shape(unknown.packets)).toEqual(shape(wrong.packets));
  });

  it("that sends a proof made for another identity", async () => {
    const session = await benchWith().connect({
      async peer(line) {
        await line.identify();
        const serverNonce = readChallenge((await line.receive()).data) ?? key;
        const exchange = { identity: "printer-2", serverNonce, peerNonce: otherKey };
        const proof = await derive(await proofKey(key), "peer proof", exchange);
        line.respond(writeAnswer({ peerNonce: otherKey, proof }));
        expect((await line.receive()).code).toBe(4);
      },
    });
    expect(session.authenticator?.result).toBe(691);
  });

  it("that repeats an answer of an earlier session", async () => {
    const bench = benchWith();
    const earlier = await bench.connect();
    const [, answer] = earlier.transcript.flatMap((entry) =>
      entry.kind === "packet" && entry.packet.endsWith("32473/1") ? [entry.bytes.subarray(12)] : [],
    );
    const session = await bench.connect({
      async peer(line) {
        await line.identify();
        await line.receive();
        line.respond(answer ?? key);
        expect((await line.receive()).code).toBe(4);
      },
    });
    expect(session.authenticator?.result).toBe(691);
  });

  it("whose key is not there: it answers nothing, and hangs up", async () => {
    const session = await benchWith().connect({ peer: { userData: null } });
    expect(session.peer?.result).toBe(691);
    expect(session.authenticator?.result).toBe(719);
  });

  it("when the keys cannot be looked up", async () => {
    const session = await benchWith({}, () => {
      throw new Error("no database");
    }).connect();
    expect(session.authenticator?.result).toBe(645);
  });
});

describe("an authenticator is refused", () => {
  it("that proves nothing: the peer says so, and believes no Success", async () => {
    let isSatisfied: boolean | undefined;
    const session = await benchWith().connect({
      async authenticator(line) {
        await line.request(1);
        await line.request(keyProofType, Uint8Array.of(1, ...otherKey));
        isSatisfied = readVerdict((await line.request(keyProofType, Uint8Array.of(1, ...otherKey))).data);
        line.succeed();
      },
    });
    expect(isSatisfied).toBe(false);
    expect(session.peer).toMatchObject({ result: 691, attributes: [] });
  });

  it("that sends Success instead of its proof", async () => {
    const session = await benchWith().connect({
      async authenticator(line) {
        await line.request(1);
        await line.request(keyProofType, Uint8Array.of(1, ...otherKey));
        line.succeed();
      },
    });
    expect(session.peer?.result).toBe(691);
  });
});

/** The packet without its last octet, with a Length that says so. */
function shortened(packet: Uint8Array): Uint8Array {
  const cut = packet.slice(0, -1);
  cut[3] = cut.length;
  return cut;
}
