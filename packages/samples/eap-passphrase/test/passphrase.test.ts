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
import { enrol, newPassphrase, passphrase, passphraseType } from "../src/index.ts";
import { readAnswer, readChallenge, readVerdict, writeAnswer, writeChallenge } from "../src/messages.ts";
import { derive, proofKey } from "../src/proof.ts";
import { deriveKey, parseVerifier, usualIterations } from "../src/verifier.ts";

const words = "correct horse battery staple";
/** Few, so that the tests are quick. */
const iterations = 1_000;
const kept = await enrol(words, { iterations });
const { key, salt } = parseVerifier(kept);
const verifiers = new Map([["printer-1", kept]]);
const otherNonce = key.map((octet) => octet ^ 1);
/** What a script says in the place of the server. */
const challenge = writeChallenge({ serverNonce: otherNonce, salt, iterations });

function benchWith(
  options: EapSessionOptions = {},
  verifierOf = (identity: string) => verifiers.get(identity),
) {
  return createEapBench({
    method: passphrase({ verifierOf, leastIterations: iterations }),
    identity: "printer-1",
    password: words,
    ...options,
  });
}

describe("both sides have the passphrase", () => {
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
    const { serverNonce } = readChallenge(challenge ?? key) ?? {};
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
    ["the challenge is lost", drop({ to: "peer", type: passphraseType, nth: 1 })],
    ["the answer is lost", drop({ to: "authenticator", type: passphraseType, nth: 1 })],
    ["the server's proof is lost, twice", drop({ to: "peer", type: passphraseType, nth: [2, 3] })],
    ["the verdict is lost", drop({ to: "authenticator", type: passphraseType, nth: 2 })],
    ["every request arrives twice", duplicate({ to: "peer", code: "Request" })],
    ["every response arrives twice", duplicate({ to: "authenticator" })],
    ["the answer arrives after its resend", reorder({ to: "authenticator", type: passphraseType, nth: 1 })],
    ["the challenge takes long", delay({ to: "peer", type: passphraseType, nth: 1 }, 4_000)],
    ["the challenge arrives cut", corrupt({ to: "peer", type: passphraseType, nth: 1 }, shortened)],
    ["the answer arrives cut", corrupt({ to: "authenticator", type: passphraseType, nth: 1 }, shortened)],
    ["the verdict arrives cut", corrupt({ to: "authenticator", type: passphraseType, nth: 2 }, shortened)],
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
  it("with another passphrase", async () => {
    const session = await benchWith().connect({ password: "incorrect horse" });
    expect(session.authenticator).toMatchObject({ result: 691, attributes: [] });
    expect(session.peer).toMatchObject({ result: 691, attributes: [] });
    expect(session.packets.at(-1)).toMatch(/^to the peer: Failure/);
  });

  it("whom nobody knows, after the same packets as one with another passphrase", async () => {
    const bench = benchWith();
    const unknown = await bench.connect({ identity: "printer-2" });
    const wrong = await bench.connect({ password: "incorrect horse" });
    const shape = (lines: readonly string[]) => lines.slice(2).map((line) => line.replace(/ \d+/, ""));
    expect(unknown.authenticator?.result).toBe(691);
    expect(shape(unknown.packets)).toEqual(shape(wrong.packets));
  });

  it("that sends a proof made for another identity", async () => {
    const session = await benchWith().connect({
      async peer(line) {
        await line.identify();
        const { serverNonce = key } = readChallenge((await line.receive()).data) ?? {};
        const exchange = { identity: "printer-2", serverNonce, peerNonce: otherNonce };
        const proof = await derive(await proofKey(key), "peer proof", exchange);
        line.respond(writeAnswer({ peerNonce: otherNonce, proof }));
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

  it("whose passphrase is not there: it answers nothing, and hangs up", async () => {
    const session = await benchWith().connect({ password: null });
    expect(session.peer?.result).toBe(691);
    expect(session.authenticator?.result).toBe(719);
  });

  it("when the passphrases cannot be looked up", async () => {
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
        await line.request(passphraseType, challenge);
        isSatisfied = readVerdict((await line.request(passphraseType, Uint8Array.of(1, ...otherNonce))).data);
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
        await line.request(passphraseType, challenge);
        line.succeed();
      },
    });
    expect(session.peer?.result).toBe(691);
  });
});

describe("a server that is not what it seems", () => {
  it.each([
    ["too little work", iterations - 1],
    ["no work", 0],
    ["work without end", 10_000_001],
    ["the greatest number", 0xffffffff],
  ])("and asks for %s gets no proof", async (_, asked) => {
    const session = await benchWith().connect({
      async authenticator(line) {
        await line.request(1);
        const data = writeChallenge({ serverNonce: otherNonce, salt, iterations: asked });
        line.send({ code: 1, identifier: 2, type: passphraseType, data });
      },
    });
    expect(session.peer?.result).toBe(691);
    expect(session.packets.filter((line) => line.startsWith("to the authenticator"))).toHaveLength(1);
  });
});

describe("what a server keeps", () => {
  it("is made with PBKDF2: the vectors of RFC 7914 section 11", async () => {
    // There with 64 octets of output; the first 32 are the same.
    const octets = (text: string) => new TextEncoder().encode(text);
    expect(Buffer.from(await deriveKey("passwd", octets("salt"), 1)).toString("hex")).toBe(
      "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc",
    );
    expect(Buffer.from(await deriveKey("Password", octets("NaCl"), 80_000)).toString("hex")).toBe(
      "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56",
    );
  });

  it("does not have the passphrase, and is another each time", async () => {
    expect(kept).toMatch(/^pbkdf2-sha256\$1000\$[\da-f]{32}\$[\da-f]{64}$/);
    expect(await enrol(words, { iterations })).not.toBe(kept);
  });

  it("is the same for two ways to type one letter", async () => {
    expect(await deriveKey("caf\u00e9", salt, 1)).toEqual(await deriveKey("cafe\u0301", salt, 1));
  });

  it.each([
    ["nothing", ""],
    ["a passphrase", words],
    ["cut", kept.slice(0, -1)],
    ["without iterations", kept.replace("$1000$", "$0$")],
    ["with too many of them", kept.replace("$1000$", "$10000001$")],
    ["followed by something", `${kept}\n`],
  ])("is refused when it is something else: %s", async (_, text) => {
    expect(() => parseVerifier(text)).toThrow(TypeError);
    const session = await benchWith({}, () => text).connect();
    expect(session.authenticator?.result).toBe(645);
  });

  it("a new passphrase has 100 random bits, in groups", () => {
    const some = Array.from({ length: 50 }, newPassphrase);
    for (const one of some) expect(one).toMatch(/^[0-9a-hjkmnp-tv-z]{4}(-[0-9a-hjkmnp-tv-z]{4}){4}$/);
    expect(new Set(some).size).toBe(50);
  });

  it("an unknown identity gets a salt that stays, as a known one does, and the usual iterations", async () => {
    const decoySecret = new Uint8Array(32).fill(7);
    const challengeFor = async (identity: string, secret = decoySecret) => {
      const bench = createEapBench({ method: passphrase({ decoySecret: secret }), identity });
      let found: ReturnType<typeof readChallenge>;
      await bench.connect({
        async peer(line) {
          await line.identify();
          found = readChallenge((await line.receive()).data);
        },
      });
      return { salt: found?.salt, iterations: found?.iterations };
    };
    const first = await challengeFor("nobody");
    expect(first).toMatchObject({ iterations: usualIterations });
    expect(first.salt).toHaveLength(16);
    expect(await challengeFor("nobody")).toEqual(first);
    expect((await challengeFor("somebody")).salt).not.toEqual(first.salt);
    expect((await challengeFor("nobody", new Uint8Array(32))).salt).not.toEqual(first.salt);
  });
});

/** The packet without its last octet, with a Length that says so. */
function shortened(packet: Uint8Array): Uint8Array {
  const cut = packet.slice(0, -1);
  cut[3] = cut.length;
  return cut;
}
