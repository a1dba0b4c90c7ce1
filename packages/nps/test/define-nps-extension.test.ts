import { describe, expect, it } from "vitest";
import {
  accept,
  challenge,
  defineNpsExtension,
  discard,
  type NpsExtensionDefinition,
  npsExtension,
  reject,
} from "../src/index.ts";
import { createHarness } from "./harness.ts";

/** A server with one defined extension in both lists. */
function serverWith(definition: NpsExtensionDefinition, options = {}) {
  const extension = npsExtension({ default: defineNpsExtension(definition) }, { name: "defined" });
  return createHarness({ authentication: [extension], authorization: [extension], ...options });
}

describe("defineNpsExtension", () => {
  it("an extension that decides nothing changes nothing", async () => {
    expect(
      (await serverWith({ authentication() {}, authorization() {}, accounting() {} }).access()).answer,
    ).toBe("accept");
    expect((await serverWith({}).accounting()).answer).toBe("accounting-response");
  });

  it("reads attributes by name: text, addresses, names of values, vendor attributes", async () => {
    let seen: unknown[] = [];
    const server = serverWith({
      authentication: (request) => {
        seen = [request.userName, request.account, request.password, request.provider, request.networkPolicy];
        seen.push(request.get("NAS-IP-Address"), request.get("NAS-Port-Type"), request.get("NAS-Port"));
        seen.push(
          request.getAll("Cisco-AVPair"),
          request.get("Filter-Id"),
          request.octets("User-Password")?.length,
        );
      },
    });
    await server.access({
      "NAS-IP-Address": "192.0.2.1",
      "NAS-Port-Type": "Virtual",
      "NAS-Port": 7,
      "Cisco-AVPair": ["a=1", "b=2"],
    });
    expect(seen).toEqual([
      "alice",
      "SALLYPORT\\ALICE",
      "wonderland",
      "local",
      undefined,
      "192.0.2.1",
      "Virtual",
      "7",
      ["a=1", "b=2"],
      undefined,
      10,
    ]);
  });

  it.each(["alice", "ALICE", "sallyport\\Alice", "alice@sallyport.example"])(
    "request.account is the same for every spelling of one account: %s",
    async (userName) => {
      let account: string | undefined;
      await serverWith({ authentication: (request) => void (account = request.account) }).access({
        "User-Name": userName,
      });
      expect(account).toBe("SALLYPORT\\ALICE");
    },
  );

  it("an extension that is missing from a list it needs is warned about at the start", async () => {
    const extension = npsExtension(
      defineNpsExtension({ authentication: () => undefined, authorization: () => undefined }),
      { name: "half" },
    );
    const half = createHarness({ authorization: [extension] });
    await half.nps.start();
    expect(half.log.events).toMatchObject([
      {
        severity: "warning",
        message: expect.stringContaining("half has an authentication function, but is not listed there"),
      },
    ]);
    const whole = createHarness({ authentication: [extension], authorization: [extension] });
    await whole.nps.start();
    expect(whole.log.events).toEqual([]);
  });

  it("accept: without a password check, with attributes", async () => {
    const server = serverWith({
      authentication: () => accept({ "Filter-Id": "vip", "Session-Timeout": 60 }),
    });
    expect(await server.access({ "User-Password": "wrong" })).toMatchObject({
      answer: "accept",
      attributes: ["Filter-Id=vip", "Session-Timeout=60"],
    });
  });

  it("reject: with a message for the user and a reason for the log", async () => {
    const server = serverWith({
      authentication: () => reject({ message: "Closed.", reason: "account-disabled" }),
    });
    expect(await server.access()).toMatchObject({
      answer: "reject",
      reason: 34,
      attributes: ["Reply-Message=Closed."],
    });
    expect(await serverWith({ authentication: () => reject() }).access()).toMatchObject({
      answer: "reject",
      reason: 21,
    });
  });

  it.each([
    [undefined, undefined, "accept"],
    [accept(), "accept", "accept"],
    [challenge({ message: "Code?" }), "challenge", "challenge"],
    [reject(), "reject", "reject"],
  ] as const)("sees what another extension has decided before it: %j", async (earlier, seen, answer) => {
    const found: unknown[] = [];
    const first = defineNpsExtension({ authentication: () => earlier });
    const second = defineNpsExtension({
      authentication(request) {
        found.push(request.decided);
      },
    });
    const server = createHarness({
      authentication: [
        npsExtension({ default: first }, { name: "first" }),
        npsExtension({ default: second }, { name: "second" }),
      ],
    });
    expect((await server.access()).answer).toBe(answer);
    expect(found).toEqual([seen]);
  });

  it("discard: silence without an event; throwing: silence with one", async () => {
    const silent = serverWith({ authentication: () => discard() });
    expect(await silent.access()).toMatchObject({ answer: "silence", reason: 9 });
    expect(silent.log.events).toEqual([]);
    const failing = serverWith({
      authentication: async () => {
        throw new Error("no database");
      },
    });
    expect(await failing.access()).toMatchObject({ answer: "silence", reason: 10 });
    expect(failing.log.events).toHaveLength(1);
  });

  it("edits the request: what is set is what is checked", async () => {
    const server = serverWith({
      authentication(request) {
        request.set({ "User-Password": "wonderland" });
        request.remove("NAS-Port");
      },
    });
    expect((await server.access({ "User-Password": "wrong", "NAS-Port": 1 })).answer).toBe("accept");
  });

  it("NPS-66 supplies the password of another user database, the last one it names, in no trace", async () => {
    const server = serverWith({
      authentication: (request) => {
        request.supplyPassword("from nowhere");
        request.supplyPassword("looking glass");
      },
    });
    expect((await server.access()).answer).toBe("reject");
    const observed = await server.access({ "User-Password": "looking glass" });
    expect(observed.answer).toBe("accept");
    expect(JSON.stringify(observed)).not.toContain("looking glass");
    const stranger = { "User-Name": "carol", "User-Password": "looking glass" };
    expect((await server.access(stranger)).answer).toBe("accept");
  });

  it("edits the answer at the authorization point, whatever it is", async () => {
    const server = serverWith({
      authorization(request, response) {
        response.set({ "Reply-Message": `${response.disposition} by ${request.networkPolicy ?? "nobody"}` });
      },
    });
    expect((await server.access()).attributes).toEqual([
      "Reply-Message=accept by Admit every account that may dial in",
    ]);
    expect((await server.access({ "User-Password": "wrong" })).attributes).toEqual([
      "Reply-Message=reject by nobody",
    ]);
  });

  it("accounting: may look, and discard", async () => {
    const kinds: (string | undefined)[] = [];
    const server = serverWith({
      accounting(request) {
        kinds.push(request.get("Acct-Status-Type"));
        return request.get("Acct-Session-Id") === "bad" ? discard() : undefined;
      },
    });
    expect((await server.accounting()).answer).toBe("accounting-response");
    expect((await server.accounting({ "Acct-Session-Id": "bad" })).answer).toBe("silence");
    expect(kinds).toEqual(["Start", "Start", "Start"]);
  });

  it("initialize and terminate run once; what initialize throws prevents the start", async () => {
    const calls: string[] = [];
    const server = serverWith({
      initialize: ({ name }) => void calls.push(`initialize ${name}`),
      terminate: async () => void calls.push("terminate"),
    });
    await server.nps.start();
    await server.nps.stop();
    expect(calls).toEqual(["initialize defined", "terminate"]);
    const broken = serverWith({
      initialize: () => {
        throw new Error("settings need a list");
      },
    });
    await expect(broken.nps.start()).rejects.toThrowError(/settings need a list/);
  });

  it.each([
    [
      "accept() at the authorization point of a rejected request",
      { authorization: () => accept() },
      "access",
    ],
    ["a decision about accounting", { accounting: () => reject() }, "accounting"],
    ["an attribute that does not exist", { authentication: () => accept({ "Filter-Ids": "x" }) }, "access"],
  ] as const)("%s is a module error that says so", async (_, definition, kind) => {
    const server = serverWith(definition as NpsExtensionDefinition);
    const observed =
      kind === "access" ? await server.access({ "User-Password": "wrong" }) : await server.accounting();
    expect(observed).toMatchObject({ answer: "silence", reason: 10 });
    expect(server.log.events[0]?.message).toMatch(/accept\(\) is possible|only be discarded|Filter-Id/);
  });
});

describe("challenge and answer", () => {
  const secondFactor: NpsExtensionDefinition = {
    authentication(request) {
      if (request.answered === undefined) return undefined;
      const { code } = request.answered.data as { code: string };
      return request.password === code ? accept() : reject({ reason: "authentication-failure" });
    },
    authorization(request, response) {
      if (response.disposition !== "accept" || request.answered !== undefined) return undefined;
      return challenge({ message: "Code?", data: { code: "123456" } });
    },
  };
  const stateOf = async (server: ReturnType<typeof createHarness>) => {
    const answer = await server.nps.handle(
      server.received(1, { "User-Name": "alice", "User-Password": "wonderland" }),
    );
    return answer?.attributes.find(({ type }) => type === 24)?.value ?? new Uint8Array(0);
  };

  it("NPS-63 a full dialogue: challenge with State and prompt, right answer accepted, wrong one rejected", async () => {
    const server = serverWith(secondFactor);
    const asked = await server.access();
    expect(asked).toMatchObject({ answer: "challenge", attributes: ["Reply-Message=Code?", "State=***"] });
    const right = await server.access({ "User-Password": "123456", State: await stateOf(server) });
    expect(right.answer).toBe("accept");
    const wrong = await server.access({ "User-Password": "654321", State: await stateOf(server) });
    expect(wrong).toMatchObject({ answer: "reject", reason: 16 });
  });

  it("NPS-64 the final accept has the policy's attributes; the compatibility switch reproduces their loss", async () => {
    const networkPolicies = [
      {
        name: "p",
        conditions: [],
        access: "grant" as const,
        attributes: [{ attrType: 27, dataType: 3 as const, value: 60 }],
      },
    ];
    const kept = serverWith(secondFactor, { networkPolicies });
    const answered = { "User-Password": "123456" };
    expect((await kept.access({ ...answered, State: await stateOf(kept) })).attributes).toEqual([
      "Session-Timeout=60",
    ]);
    const lost = serverWith(secondFactor, {
      networkPolicies,
      compatibility: { enforceNetworkPolicyOnChallengeResponse: false },
    });
    expect(await lost.access({ ...answered, State: await stateOf(lost) })).toMatchObject({
      answer: "accept",
      attributes: [],
    });
  });

  it("NPS-63 State is good for one answer; an identical resend gets the same one for ten seconds, then nobody", async () => {
    const server = serverWith(secondFactor);
    const State = await stateOf(server);
    const first = { "User-Password": "123456", State };
    expect((await server.access(first)).answer).toBe("accept");
    expect((await server.access(first)).answer).toBe("accept");
    expect(await server.access({ "User-Password": "000000", State })).toMatchObject({
      answer: "reject",
      reason: 97,
    });
    server.clock.advance(9_999);
    expect((await server.access(first)).answer).toBe("accept");
    server.clock.advance(1);
    expect(await server.access(first)).toMatchObject({ answer: "reject", reason: 97 });
  });

  it("NPS-63 State belongs to a user and a client, lives two minutes, and cannot be altered", async () => {
    const server = serverWith(secondFactor, {
      accounts: [
        { name: "alice", password: "wonderland" },
        { name: "bob", password: "x" },
      ],
    });
    const State = await stateOf(server);
    const refused = async (input: object, from?: { address: string; port: number }) => {
      const request = server.received(
        1,
        { "User-Name": "alice", "User-Password": "123456", State, ...input },
        from,
      );
      return server.observe(
        await server.nps.handle(
          from === undefined ? request : { ...request, client: { ...request.client, name: "other" } },
        ),
      );
    };
    expect(await refused({ "User-Name": "bob" })).toMatchObject({ answer: "reject", reason: 97 });
    expect(await refused({}, { address: "192.0.2.8", port: 1 })).toMatchObject({
      answer: "reject",
      reason: 97,
    });
    for (const index of [0, 3, 5, 20]) {
      const altered = State.map((octet, at) => (at === index ? octet ^ 1 : octet));
      expect(await refused({ State: altered })).toMatchObject({ answer: "reject", reason: 97 });
    }
    server.clock.advance(120_000);
    expect(await refused({})).toMatchObject({ answer: "reject", reason: 97 });
  });

  it("a State that is none of this server's is left to the extensions", async () => {
    const server = serverWith(secondFactor);
    expect((await server.access({ State: "from elsewhere" })).answer).toBe("challenge");
  });

  it("after silence the challenge is open again: the resend is processed anew", async () => {
    let broken = true;
    const server = serverWith({
      ...secondFactor,
      authentication(request) {
        if (request.answered !== undefined && broken) throw new Error("no database");
        return secondFactor.authentication?.(request);
      },
    });
    const answered = { "User-Password": "123456", State: await stateOf(server) };
    expect((await server.access(answered)).answer).toBe("silence");
    broken = false;
    expect((await server.access(answered)).answer).toBe("accept");
  });

  it("a resend while the answer is being worked on waits for the same answer, and the extension is called once", async () => {
    let calls = 0;
    let finish = (): void => {};
    const server = serverWith({
      ...secondFactor,
      async authentication(request) {
        if (request.answered === undefined) return undefined;
        calls++;
        await new Promise<void>((resolve) => (finish = resolve));
        return accept();
      },
    });
    const State = await stateOf(server);
    const both = [
      server.access({ "User-Password": "1", State }),
      server.access({ "User-Password": "1", State }),
    ];
    await Promise.resolve();
    finish();
    expect((await Promise.all(both)).map(({ answer }) => answer)).toEqual(["accept", "accept"]);
    expect(calls).toBe(1);
  });

  it("a full table forgets the oldest challenge, with one event", async () => {
    const server = serverWith(secondFactor, { challenges: { limit: 3 } });
    const states = [];
    for (let count = 0; count < 5; count++) states.push(await stateOf(server));
    const answers = [];
    for (const State of states)
      answers.push((await server.access({ "User-Password": "123456", State })).answer);
    expect(answers).toEqual(["reject", "reject", "accept", "accept", "accept"]);
    expect(server.log.events).toMatchObject([
      { severity: "warning", message: expect.stringContaining("too many challenges") },
    ]);
  });

  it("a challenge belongs to the extension that sent it", async () => {
    const seen: unknown[] = [];
    const extension = npsExtension(defineNpsExtension(secondFactor), { name: "second-factor" });
    const curious = npsExtension(
      defineNpsExtension({ authentication: (request) => void seen.push(request.answered) }),
      { name: "curious" },
    );
    const server = createHarness({ authentication: [curious, extension], authorization: [extension] });
    expect((await server.access({ "User-Password": "123456", State: await stateOf(server) })).answer).toBe(
      "accept",
    );
    expect(seen).toEqual([undefined, undefined]);
  });
});
