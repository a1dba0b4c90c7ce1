import { settingsAccounts, verifyMsChap2 } from "@sallyport/accounts";
import {
  defineEapMethod,
  EAPACTION_Authenticate,
  EAPACTION_Done,
  EAPACTION_SendWithTimeout,
  encodeEapPacket,
  genericTokenCard,
  md5Challenge,
  msChapV2,
  raatFilterId,
  textAttribute,
} from "@sallyport/eap";
import { describe, expect, it } from "vitest";
import { createEapBench, drop, type EapBenchOptions } from "../../src/index.ts";
import { echo, ported } from "./methods.ts";

const alice = { name: "alice", password: "wonderland" };

describe("a session", () => {
  it("goes from the identity request to the end of both sides", async () => {
    const bench = createEapBench({ method: echo() });
    const session = await bench.connect();
    expect(session.succeeded).toBe(true);
    expect(session.authenticator).toMatchObject({ result: 0, identity: "alice", method: 255 });
    expect(session.peer).toMatchObject({ result: 0, method: 255 });
    expect(bench.clock.monotonic()).toBe(0);
    expect(session.packets).toEqual([
      "to the peer: Request 107 Identity",
      'to the authenticator: Response 107 Identity "alice"',
      "to the peer: Request 108 Experimental",
      "to the authenticator: Response 108 Experimental",
      "to the peer: Success 108",
    ]);
    expect(session.calls("authenticator")).toEqual([
      'RasEapBegin("alice", bInitialId 108) -> 0',
      "RasEapMakeMessage(no packet) -> SendWithTimeout",
      "RasEapMakeMessage(Response 108 Experimental) -> SendAndDone 0",
      "RasEapEnd() -> 0",
    ]);
    expect(session.calls("peer")).toEqual([
      'RasEapBegin("alice", bInitialId 0) -> 0',
      "RasEapMakeMessage(Request 108 Experimental) -> Send",
      "RasEapMakeMessage(Success 108) -> Done 0",
      "RasEapEnd() -> 0",
    ]);
  });

  it("is the same in every run, and another with another seed", async () => {
    const lines = async (seed?: number) => {
      const session = await createEapBench({ method: echo(), ...(seed !== undefined && { seed }) }).connect();
      return session.transcript.map((entry) => (entry.kind === "packet" ? [...entry.bytes] : entry.text));
    };
    expect(await lines()).toEqual(await lines(1));
    expect(await lines()).not.toEqual(await lines(2));
  });

  it("has identity and password of the bench or its own", async () => {
    const seen: (string | null)[] = [];
    const method = echo({
      peer: async (session) => (seen.push(session.identity, session.password), session.fail()),
    });
    const bench = createEapBench({ method, identity: "bob", password: "builder" });
    await bench.connect();
    await bench.connect({ identity: "carol", password: null });
    expect(seen).toEqual(["bob", "builder", "carol", null]);
  });

  it("overlaps with others on the same bench", async () => {
    const bench = createEapBench({ method: echo(), latencyMs: 100 });
    const one = await bench.start({ identity: "one" });
    await bench.clock.advanceAsync(150);
    const other = await bench.start({ identity: "other" });
    await one.finished();
    await other.finished();
    expect([one, other].map(({ authenticator }) => authenticator?.identity)).toEqual(["one", "other"]);
    expect([one, other].map(({ transcript }) => transcript.at(-1)?.at)).toEqual([500, 500]);
  });

  it("EAP-57 takes methods in order, and others for one side", async () => {
    const other = echo({ type: 200, name: "Other" });
    const bench = createEapBench({ authenticatorMethods: [echo(), other], peerMethods: [other] });
    const session = await bench.connect();
    expect(session.authenticator).toMatchObject({ result: 0, method: 200 });
    expect(session.packets).toContain("to the authenticator: Response 108 Nak (type 200)");
    expect((await bench.methods("peer")).map(({ name }) => name)).toEqual(["Other"]);
  });

  it.each<[string, EapBenchOptions]>([
    ["a method", { method: echo() }],
    ["a module with a default export", { method: { default: echo() } }],
    ["a registration", { method: { type: 255, module: echo().module } }],
    ["one of several", { methods: [echo({ type: 200 }), echo()] }],
  ])("is made with %s", async (_, options) => {
    expect((await createEapBench(options).connect()).succeeded).toBe(true);
  });

  it("is not made without one", () => {
    expect(() => createEapBench({})).toThrow(new TypeError("a bench needs a method"));
  });

  it("EAP-84 compares the keys of both sides", async () => {
    const pair = (last: number) => ({
      send: Uint8Array.of(1, 2, last),
      receive: Uint8Array.of(4, 5, last),
    });
    const compared = async (authenticator: number | undefined, peer: number | undefined) => {
      const method = echo({
        authenticator: async (session) => (
          await session.request(Uint8Array.of(1)),
          session.succeed(authenticator === undefined ? {} : { keys: pair(authenticator) })
        ),
        peer: async (session) => (
          await session.receive(),
          await session.respond(Uint8Array.of(1)),
          session.succeed(peer === undefined ? {} : { keys: pair(peer) })
        ),
      });
      return await createEapBench({ method }).connect();
    };
    expect((await compared(undefined, undefined)).keysCompared).toBe("none");
    expect((await compared(7, 7)).keys).toEqual({ peer: pair(7), authenticator: pair(7) });
    expect((await compared(7, 7)).keysCompared).toBe("match");
    expect((await compared(7, 8)).keysCompared).toBe("differ");
    expect((await compared(7, undefined)).keysCompared).toBe("only the authenticator");
    expect((await compared(undefined, 7)).keysCompared).toBe("only the peer");
  });

  it("tells what the peer's method wants kept", async () => {
    const method = echo({
      async peer(session) {
        const request = await session.receive();
        session.saveUserData(Uint8Array.of(1));
        session.saveConnectionData(Uint8Array.of(2));
        if (request.kind === "request") await session.respond(request.data);
        return session.succeed();
      },
    });
    const session = await createEapBench({ method }).connect();
    expect(session.saved).toEqual({ userData: Uint8Array.of(1), connectionData: Uint8Array.of(2) });
    expect(session.calls("peer")[1]).toBe(
      "RasEapMakeMessage(Request 108 Experimental) -> Send, save connection data, save user data",
    );
  });
});

describe("a method that comes with its own accounts", () => {
  const accounts = settingsAccounts([alice]);
  const method = msChapV2({
    accounts: {
      verify(answer) {
        const verified = verifyMsChap2(accounts.find({ domain: "", name: answer.identity }), answer);
        return verified.kind === "verified" ? verified : { kind: "refused", code: 691 };
      },
    },
  });

  it("is on the bench like any other: MS-CHAPv2, with its keys", async () => {
    const session = await createEapBench({ method }).connect({
      faults: [drop({ to: "authenticator", nth: 3 })],
    });
    expect(session.succeeded, session.diagram()).toBe(true);
    expect(session.keysCompared).toBe("match");
    expect(session.packets.filter((packet) => packet.includes("Request 108 MS-CHAPv2"))).not.toEqual([]);
  });

  it("asks the user after a wrong password", async () => {
    const session = await createEapBench({ method }).connect({ password: "guess", user: ["wonderland"] });
    expect(session.lines.filter((line) => line.includes("the user is asked"))).toHaveLength(1);
    expect(session.succeeded, session.diagram()).toBe(true);
  });
});

describe("the provider", () => {
  it.each<[string, string, number]>([
    ["alice", "wonderland", 0],
    ["ALICE", "wonderland", 0],
    ["SALLYPORT\\alice", "wonderland", 0],
    ["alice", "guess", 691],
    ["nobody", "wonderland", 691],
    ["off", "wonderland", 647],
    ["gone", "wonderland", 647],
    ["stale", "wonderland", 648],
    ["late", "wonderland", 646],
  ])("EAP-53 verifies %s with %s against the accounts: %i", async (identity, password, result) => {
    const accounts = [
      alice,
      { name: "off", password: "wonderland", enabled: false },
      { name: "gone", password: "wonderland", expires: new Date("2025-12-31") },
      { name: "stale", password: "wonderland", passwordExpires: new Date("2025-12-31") },
      { name: "late", password: "wonderland", logonHours: "Mo-Fr 08:00-18:00" },
    ];
    for (const method of [md5Challenge(), genericTokenCard()]) {
      const session = await createEapBench({ method, accounts }).connect({ identity, password });
      expect(session.authenticator?.result, session.diagram()).toBe(result);
      expect(session.calls("authenticator").find((call) => call.startsWith("provider"))).toMatch(
        new RegExp(`^provider\\.authenticate\\(.*\\) -> ${result}\\b`),
      );
    }
  });

  it("may be an account source", async () => {
    const session = await createEapBench({
      method: md5Challenge(),
      accounts: settingsAccounts([alice]),
    }).connect();
    expect(session.succeeded).toBe(true);
  });

  it("may be the test's own, for all sessions or one", async () => {
    const refusing = {
      authenticate: () => ({ result: 649, attributes: [] }),
      authorize: () => ({ result: 649, attributes: [] }),
    };
    const accepting = {
      authenticate: async () => ({ result: 0, attributes: [textAttribute(raatFilterId, "staff")] }),
      authorize: refusing.authorize,
    };
    const bench = createEapBench({ method: md5Challenge(), provider: refusing });
    expect((await bench.connect()).authenticator?.result).toBe(649);
    const session = await bench.connect({ authenticator: { provider: accepting } });
    expect(session.authenticator?.attributes).toContainEqual(textAttribute(raatFilterId, "staff"));
  });

  it("EAP-52 without credentials takes everybody as authentic, and the transcript says what was asked", async () => {
    const method = ported((info) => {
      info.makeMessage = (_work, _received, _send, output, input) => {
        output.action = input?.authenticationComplete ? EAPACTION_Done : EAPACTION_Authenticate;
        return 0;
      };
    });
    const session = await createEapBench({ method, accounts: [] }).connect({
      async peer(line) {
        await line.identify();
        expect((await line.receive()).code).toBe(3);
      },
    });
    expect(session.authenticator?.result).toBe(0);
    expect(session.calls("authenticator")).toContain('provider.authorize("alice") -> 0');
  });

  it("that is missing or fails is seen in the session", async () => {
    const bench = createEapBench({ method: md5Challenge() });
    expect((await bench.connect()).authenticator?.result).toBe(645);
    const failing = async () => {
      throw new Error("no directory");
    };
    const session = await bench.connect({
      authenticator: { provider: { authenticate: failing, authorize: failing } },
    });
    expect(session.calls("authenticator")).toContain('provider.authenticate("alice") -> threw no directory');
  });
});

describe("a side that ends with a failure", () => {
  const refusing = echo({ peer: async (session) => session.fail(691) });

  it("hangs up behind what it has sent last, and the other one ends", async () => {
    const session = await createEapBench({ method: refusing, latencyMs: 20 }).connect();
    expect(session.peer).toMatchObject({ result: 691, endedBy: "method" });
    expect(session.authenticator).toMatchObject({ result: 719, endedBy: "host" });
    expect(session.transcript.at(-1)?.at).toBe(80);
    const failing = echo({ authenticator: async (own) => own.fail(649) });
    const told = await createEapBench({ method: failing, latencyMs: 20 }).connect({
      async peer(line) {
        await line.identify();
        expect((await line.receive()).code).toBe(4);
        await line.receive();
        throw new Error("the line is lost before anything else arrives");
      },
    });
    expect(told.lines.slice(-2)).toEqual([
      "authenticator: RasEapEnd() -> 0",
      "authenticator: failed: The account may not dial in (649).",
    ]);
  });

  it("tells nobody, where the line has no way to: the other one waits", async () => {
    const session = await createEapBench({ method: refusing, hangUp: false }).connect();
    expect(session.authenticator).toMatchObject({ result: 718, endedBy: "no-answer" });
    expect(session.lines.join()).not.toContain("hangs up");
  });
});

describe("what a method does wrong shows", () => {
  it("EAP-10 it keeps what it was lent", async () => {
    const keeping = ported((info) => {
      let kept: Uint8Array | null = null;
      info.begin = () => 0;
      info.makeMessage = (_work, received, sendPacket, output) => {
        kept ??= received;
        const identifier = received === null ? 108 : 109;
        if (received !== null) expect([...(kept ?? [])]).not.toEqual([...received].map(() => 0));
        sendPacket.set(
          encodeEapPacket({ code: 1, identifier, type: 255, data: (kept ?? new Uint8Array(5)).subarray(4) }),
        );
        output.action = EAPACTION_SendWithTimeout;
        return 0;
      };
    });
    const answered = async (options: Partial<EapBenchOptions>) => {
      const received: number[][] = [];
      await createEapBench({ method: keeping, ...options })
        .connect({
          async peer(line) {
            await line.identify();
            for (let round = 0; round < 3; round++) {
              received.push([...(await line.receive()).data]);
              line.respond(Uint8Array.of(7, 7));
            }
            throw new Error("enough");
          },
        })
        .catch(() => undefined);
      return received;
    };
    const [, first, second] = await answered({ conformance: {} });
    expect(first).toEqual(second);
    const [, lent, overwritten] = await answered({});
    expect(lent).not.toEqual(overwritten);
  });

  it("EAP-93 it throws", async () => {
    const method = defineEapMethod({
      type: 255,
      name: "Broken",
      async authenticator() {
        throw new Error("out of ideas");
      },
    });
    const session = await createEapBench({ method, peerMethods: [echo()] }).connect({
      peer: async (line) => line.identify(),
    });
    expect(session.authenticator).toMatchObject({ result: 645, endedBy: "method-error" });
    expect(session.calls("authenticator")).toContain("RasEapMakeMessage(no packet) -> threw out of ideas");
    expect(session.lines.at(-1)).toMatch(/^authenticator: failed: .* \(the method failed\)$/);
  });

  it("EAP-02 it is not available: the log says why, and nothing is offered", async () => {
    const method = ported(() => {});
    const bench = createEapBench({ method });
    expect(await bench.methods("authenticator")).toEqual([]);
    expect(bench.log.events).toMatchObject([
      { severity: "error", message: expect.stringContaining("RasEapGetInfo") },
    ]);
    expect((await bench.connect({ peer: async (line) => line.identify() })).authenticator?.result).toBe(918);
  });
});

describe("the end of the bench", () => {
  it("EAP-91 ends sessions, then EAP-04 the methods", async () => {
    const calls: string[] = [];
    const method = ported((info) => {
      info.initialize = (initialize) => (calls.push(`Initialize(${initialize})`), 0);
      info.begin = () => 0;
      info.makeMessage = () => 0;
      info.end = () => (calls.push("End"), 0);
    });
    const bench = createEapBench({ method });
    const session = await bench.start({ peer: async (line) => line.identify() });
    await session.until(() => session.calls("authenticator").length > 0);
    await bench.stop();
    expect(calls).toEqual(["Initialize(true)", "End", "Initialize(false)"]);
    expect(session.authenticator).toMatchObject({ result: 719, endedBy: "host" });
  });

  it("without any session is quiet", async () => {
    await expect(createEapBench({ method: echo() }).stop()).resolves.toBeUndefined();
  });
});
