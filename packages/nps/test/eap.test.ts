import { Secret } from "@sallyport/crypto";
import type { Answer, ReceivedRequest } from "@sallyport/radius";
import { describe, expect, it } from "vitest";
import {
  type AuthenticationChoice,
  type ConnectionRequestPolicy,
  defaultNetworkPolicy,
  type EapOpening,
  type EapOutcome,
  type EapRound,
  type EapService,
  npsExtension,
  type RadiusExtensionControlBlock,
  radiusAttribute,
  raReject,
  ratClearTextPassword,
  ratReplyMessage,
  ratStrippedUserName,
  rcAccessAccept,
  rcAccessChallenge,
  rcAccessReject,
  rcDiscard,
  traceLine,
} from "../src/index.ts";
import { callLog, createHarness } from "./harness.ts";

const md5 = { type: 4, name: "MD5-Challenge" } as const;
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const identity = { "User-Name": "alice", "EAP-Message": Uint8Array.of(2, 1, 0, 10, 1, ...text("alice")) };

const challengeOutcome: EapOutcome = {
  kind: "challenge",
  method: md5,
  attributes: [
    { type: 79, value: Uint8Array.of(1, 2, 0, 6, 4, 0) },
    { type: 24, value: text("state of eap") },
  ],
};
const success: EapOutcome = { kind: "success", method: md5, identity: "alice", attributes: [] };
const failure = (error: number): EapOutcome => ({ kind: "failure", method: md5, error, why: "as told" });

/** An EAP service that does what a test says, and tells what it was asked. */
function scripted(outcome: EapOutcome | Promise<EapOutcome>, options: { begins?: boolean } = {}) {
  const offers: unknown[] = [];
  const settled: (Answer | null)[] = [];
  const round: EapRound = {
    begins: options.begins ?? true,
    proceed: ({ types }) => {
      offers.push(types);
      return outcome;
    },
    ending: (code) => [{ type: 79, value: Uint8Array.of(code === "accept" ? 3 : 4, 2, 0, 4) }],
    settle: (answer) => void Promise.resolve(answer).then((known) => settled.push(known)),
  };
  const opened: ReceivedRequest[] = [];
  const eap = {
    opening: { kind: "round", round } as EapOpening,
    open(received: ReceivedRequest): EapOpening {
      opened.push(received);
      return this.opening;
    },
  } satisfies EapService & { opening: EapOpening };
  return { eap, offers, opened, round, settled };
}

const eapMessages = (answer: Answer | null) =>
  answer?.attributes.filter(({ type }) => type === 79).map(({ value }) => [...value]);

describe("the course of a round", () => {
  it("EAP-62 a challenge carries the service's attributes; nothing is decided by policies", async () => {
    const { eap, settled } = scripted(challengeOutcome);
    const { answer, attributes, trace } = await createHarness({ eap }).bare(identity);
    expect(answer).toBe("challenge");
    expect(attributes).toEqual(["EAP-Message=***", "State=***"]);
    expect(trace.steps.map(({ stage, outcome }) => `${stage}: ${outcome}`)).toEqual([
      "EAP conversation: begins",
      "Connection request policies: matched",
      "Authentication: EAP goes on",
      "Network policies: skipped: not an Access-Accept",
      "Accounting log: recorded",
    ]);
    expect(trace.eap).toEqual(md5);
    await Promise.resolve();
    expect(settled.map((known) => known?.code)).toEqual([11]);
  });

  it("a synchronous service is answered in the same turn", () => {
    const harness = createHarness({ eap: scripted(challengeOutcome).eap });
    expect(harness.nps.handle(harness.received(1, identity))).toMatchObject({ code: 11 });
  });

  it("a service may take its time", async () => {
    const { eap } = scripted(Promise.resolve(success));
    expect((await createHarness({ eap }).bare(identity)).answer).toBe("accept");
  });

  it("success is subject to account restrictions and network policy; the ending is EAP-Success", async () => {
    const { eap } = scripted(success);
    const policy = { ...defaultNetworkPolicy, attributes: [radiusAttribute(11, "staff")] };
    const harness = createHarness({ eap, networkPolicies: [policy] });
    const answer = await harness.nps.handle(harness.received(1, identity));
    expect(harness.observe(answer)).toMatchObject({
      answer: "accept",
      attributes: ["Filter-Id=staff", "EAP-Message=***"],
    });
    expect(eapMessages(answer)).toEqual([[3, 2, 0, 4]]);
  });

  it.each([
    ["a disabled account", [{ name: "alice", password: "x", enabled: false }], 34],
    ["dial-in denied", [{ name: "alice", password: "x", dialIn: "deny" as const }], 65],
  ])("after success, %s is refused with EAP-Failure", async (_, accounts, reason) => {
    const harness = createHarness({ eap: scripted(success).eap, accounts });
    const answer = await harness.nps.handle(harness.received(1, identity));
    expect(eapMessages(answer)).toEqual([[4, 2, 0, 4]]);
    expect(harness.observe(answer)).toMatchObject({ answer: "reject", reason });
  });

  it("without a service EAP is refused: no method is allowed", async () => {
    expect(await createHarness().bare(identity)).toMatchObject({ answer: "reject", reason: 66 });
  });

  it("a request without EAP-Message does not come to the service", async () => {
    const { eap, opened } = scripted(success);
    expect((await createHarness({ eap }).access()).answer).toBe("accept");
    expect(opened).toEqual([]);
  });

  it("what the service discards is not answered, and not recorded", async () => {
    const { eap } = scripted({ kind: "discard", why: "no EAP packet" });
    const harness = createHarness({ eap });
    expect(await harness.bare(identity)).toMatchObject({ answer: "silence", reason: 3 });
    expect(harness.records).toEqual([]);
  });
});

describe("providers", () => {
  const policy = (authentication: AuthenticationChoice): ConnectionRequestPolicy => ({
    name: "own",
    conditions: [],
    authentication,
  });

  it("NPS-77 without validating credentials: EAP-Success at once, no method is asked", async () => {
    const { eap, offers } = scripted(failure(691));
    const harness = createHarness({ eap, connectionRequestPolicies: [policy({ provider: "none" })] });
    const answer = await harness.nps.handle(harness.received(1, identity));
    expect(harness.observe(answer).answer).toBe("accept");
    expect(eapMessages(answer)).toEqual([[3, 2, 0, 4]]);
    expect(offers).toEqual([]);
  });

  it("NPS-77, NPS-80 forwarded: the remote server's EAP packet goes through untouched, no method is asked", async () => {
    const { eap, offers } = scripted(failure(691));
    const remote: Answer = {
      code: 11,
      attributes: [
        { type: 79, value: Uint8Array.of(1, 9, 0, 5, 25) },
        { type: 24, value: text("remote state") },
      ],
    };
    const harness = createHarness({
      eap,
      connectionRequestPolicies: [policy({ provider: "forward", group: "elsewhere" })],
      remoteServers: { forward: () => Promise.resolve(remote) },
    });
    const answer = await harness.nps.handle(
      harness.received(1, { ...identity, State: text("remote state before") }),
    );
    expect(answer).toEqual(remote);
    expect(offers).toEqual([]);
  });
});

describe("State", () => {
  it("a State that is refused is rejected with EAP-Failure before any extension, reason 97", async () => {
    const { calls, extension } = callLog();
    const { eap, round } = scripted(success);
    eap.opening = { kind: "refused", why: "used", round };
    const harness = createHarness({ eap, authentication: [extension({ RadiusExtensionProcess2: () => 0 })] });
    const answer = await harness.nps.handle(harness.received(1, identity));
    expect(harness.observe(answer)).toMatchObject({ answer: "reject", reason: 97 });
    expect(eapMessages(answer)).toEqual([[4, 2, 0, 4]]);
    expect(calls).toEqual([]);
  });

  it("an identical resend gets the same answer without any extension", async () => {
    const { calls, extension } = callLog();
    const { eap } = scripted(success);
    const same: Answer = { code: 11, attributes: [{ type: 24, value: text("s") }] };
    eap.opening = { kind: "repeated", answer: Promise.resolve(same) };
    const harness = createHarness({ eap, authentication: [extension({ RadiusExtensionProcess2: () => 0 })] });
    expect(await harness.nps.handle(harness.received(1, identity))).toBe(same);
    expect(calls).toEqual([]);
    expect(harness.records).toEqual([]);
  });
});

describe("the network policy chooses the methods", () => {
  it("the first policy that matches, in its order, and only where a conversation begins", async () => {
    const began = scripted(challengeOutcome);
    const policies = [
      {
        ...defaultNetworkPolicy,
        name: "other",
        conditions: [{ description: "never", matches: () => false }],
        eapTypes: [4],
      },
      { ...defaultNetworkPolicy, name: "own", eapTypes: [26, 4] },
    ];
    await createHarness({ eap: began.eap, networkPolicies: policies }).bare(identity);
    expect(began.offers).toEqual([[26, 4]]);
    const later = scripted(challengeOutcome, { begins: false });
    await createHarness({ eap: later.eap, networkPolicies: policies }).bare(identity);
    expect(later.offers).toEqual([undefined]);
  });

  it("a policy that says nothing leaves the choice to the service", async () => {
    const { eap, offers } = scripted(challengeOutcome);
    await createHarness({ eap }).bare(identity);
    expect(offers).toEqual([undefined]);
  });

  it("a policy without EAP: reason 66; no policy at all: reason 48; the method is never asked", async () => {
    const { eap, offers } = scripted(challengeOutcome);
    const none = createHarness({ eap, networkPolicies: [{ ...defaultNetworkPolicy, eapTypes: [] }] });
    expect(await none.bare(identity)).toMatchObject({ answer: "reject", reason: 66 });
    expect(await createHarness({ eap, networkPolicies: [] }).bare(identity)).toMatchObject({
      answer: "reject",
      reason: 48,
    });
    expect(offers).toEqual([]);
  });
});

describe("Table N-10 reasons of EAP", () => {
  it.each([
    [645, 23],
    [646, 37],
    [647, 34],
    [648, 33],
    [649, 65],
    [691, 16],
    [708, 35],
    [709, 17],
    [917, 22],
    [918, 22],
    [919, 22],
    [718, 23],
  ])("result %i of a method is reason %i", async (error, reason) => {
    const { eap } = scripted(failure(error));
    expect(await createHarness({ eap }).bare(identity)).toMatchObject({ answer: "reject", reason });
  });

  it("a wrong password of somebody unknown is reason 8", async () => {
    const { eap } = scripted(failure(691));
    const stranger = { ...identity, "User-Name": "mallory" };
    expect(await createHarness({ eap }).bare(stranger)).toMatchObject({ answer: "reject", reason: 8 });
  });
});

describe("extensions", () => {
  it("NPS-46 see every round: authentication extensions first, third forms at the authorization point the challenge too", async () => {
    const seen: string[] = [];
    const { extension } = callLog();
    const watching = (name: string) =>
      extension({ RadiusExtensionProcess2: (ecb) => (seen.push(`${name} ${ecb.responseType}`), 0) }, name);
    const lists = {
      authentication: [watching("authentication")],
      authorization: [watching("authorization")],
    };
    await createHarness({ eap: scripted(challengeOutcome).eap, ...lists }).bare(identity);
    await createHarness({ eap: scripted(success).eap, ...lists }).bare(identity);
    await createHarness({ eap: scripted(failure(691)).eap, ...lists }).bare(identity);
    expect(seen).toEqual([
      "authentication 0",
      `authorization ${rcAccessChallenge}`,
      "authentication 0",
      `authorization ${rcAccessAccept}`,
      "authentication 0",
      `authorization ${rcAccessReject}`,
    ]);
  });

  it("NPS-46 may add to the challenge", async () => {
    const { extension } = callLog();
    const adding = extension({
      RadiusExtensionProcess2(ecb) {
        return ecb.getResponse(rcAccessChallenge)?.add(radiusAttribute(ratReplyMessage, "hello")) ?? 1;
      },
    });
    const { eap } = scripted(challengeOutcome);
    expect((await createHarness({ eap, authorization: [adding] }).bare(identity)).attributes).toEqual([
      "EAP-Message=***",
      "State=***",
      "Reply-Message=hello",
    ]);
  });

  it("NPS-19 a Reject in the middle of a conversation: EAP-Failure, and the service learns of it", async () => {
    const { extension } = callLog();
    const rejecting = extension({
      RadiusExtensionProcess: (_, action) => (action && (action.value = raReject), 0),
    });
    const { eap, offers, settled } = scripted(challengeOutcome);
    const harness = createHarness({ eap, authentication: [rejecting] });
    const answer = await harness.nps.handle(harness.received(1, identity));
    expect(harness.observe(answer)).toMatchObject({ answer: "reject", reason: 21 });
    expect(eapMessages(answer)).toEqual([[4, 2, 0, 4]]);
    expect(offers).toEqual([]);
    await Promise.resolve();
    expect(settled).toEqual([answer]);
  });

  it("NPS-67 a discard: silence, and the service learns of it", async () => {
    const { extension } = callLog();
    const silent = extension({ RadiusExtensionProcess2: (ecb) => ecb.setResponseType(rcDiscard) });
    const { eap, settled } = scripted(challengeOutcome);
    expect((await createHarness({ eap, authorization: [silent] }).bare(identity)).answer).toBe("silence");
    await Promise.resolve();
    expect(settled).toEqual([null]);
  });
});

describe("who was authenticated, and what the method says", () => {
  it("EAP-46 the identity of the method counts from then on: account, policy, authorization extensions", async () => {
    const names: (string | undefined)[] = [];
    const { extension } = callLog();
    const watching = extension({
      RadiusExtensionProcess2(ecb) {
        names.push(String(ecb.getRequest().find(ratStrippedUserName)?.value));
        return 0;
      },
    });
    const { eap } = scripted({ ...success, identity: "bob@corp.example" });
    const accounts = [
      { name: "alice", password: "x" },
      { domain: "CORP", name: "bob", password: "y", dialIn: "deny" as const },
    ];
    const harness = createHarness({ eap, accounts, authorization: [watching] });
    const outer = { ...identity, "User-Name": "anonymous@corp.example" };
    expect(await harness.bare(outer)).toMatchObject({ answer: "reject", reason: 65 });
    expect(names).toEqual([String(text("CORP\\bob"))]);
  });

  it("EAP-82, EAP-83 attributes of the method replace those of the policy, of type 26 by the vendor's type", async () => {
    const vendor = (type: number, value: number) => Uint8Array.of(0, 0, 0, 9, type, 3, value);
    const policy = {
      ...defaultNetworkPolicy,
      attributes: [
        radiusAttribute(11, "a"),
        radiusAttribute(11, "b"),
        radiusAttribute(27, 60),
        radiusAttribute(26, vendor(1, 1)),
        radiusAttribute(26, vendor(2, 2)),
      ],
    };
    const { eap } = scripted({
      ...success,
      attributes: [
        { type: 11, value: text("guests") },
        { type: 26, value: vendor(2, 7) },
      ],
    });
    const harness = createHarness({ eap, networkPolicies: [policy] });
    const answer = await harness.nps.handle(harness.received(1, identity));
    expect(answer?.attributes.map(({ type, value }) => [type, [...value]])).toEqual([
      [27, [0, 0, 0, 60]],
      [26, [...vendor(1, 1)]],
      [11, [...text("guests")]],
      [26, [...vendor(2, 7)]],
      [79, [3, 2, 0, 4]],
    ]);
  });
});

it("an account that is locked out is refused by EAP, too", async () => {
  let outcome: EapOutcome = failure(691);
  const round: EapRound = { begins: true, proceed: () => outcome, ending: () => [], settle: () => {} };
  const harness = createHarness({
    eap: { open: () => ({ kind: "round", round }) },
    lockout: { maxDenials: 1 },
  });
  expect((await harness.bare(identity)).reason).toBe(16);
  outcome = success;
  expect(await harness.bare(identity)).toMatchObject({ answer: "reject", reason: 64 });
});

describe("traces and records", () => {
  it("NPS-89 name the EAP method", async () => {
    const harness = createHarness({ eap: scripted(failure(691)).eap });
    const { trace } = await harness.bare(identity);
    expect(traceLine(trace)).toContain("EAP MD5-Challenge  reason 16:");
    expect(trace.steps.find(({ stage }) => stage === "Authentication")?.detail).toEqual({
      problem: "as told",
      method: "MD5-Challenge",
      error: 691,
    });
    expect(harness.records.map(({ packetType, eap }) => [packetType, eap?.name])).toEqual([
      [1, "MD5-Challenge"],
      [3, "MD5-Challenge"],
    ]);
  });
});

describe("tunnels", () => {
  const peap = { type: 25, name: "PEAP" } as const;
  const inTunnel = (more: Partial<Extract<EapOutcome, { kind: "success" }>> = {}): EapOutcome => ({
    kind: "success",
    method: peap,
    identity: "bob",
    attributes: [],
    ...more,
  });

  /** What an authorization extension finds in the request. */
  function watching(outcome: EapOutcome, options: Parameters<typeof createHarness>[0] = {}) {
    const seen: (string | undefined)[] = [];
    const module = {
      RadiusExtensionProcess2(ecb: RadiusExtensionControlBlock) {
        for (const type of [ratStrippedUserName, ratClearTextPassword]) {
          const found = Array.from(ecb.getRequest()).find(({ attrType }) => attrType === type);
          seen.push(found?.value instanceof Uint8Array ? new TextDecoder().decode(found.value) : undefined);
        }
        return 0;
      },
    };
    const { eap } = scripted(outcome);
    const harness = createHarness({
      eap,
      accounts: [{ name: "bob", password: "builder" }],
      authorization: [npsExtension(module, { name: "watching" })],
      ...options,
    });
    return { harness, seen };
  }

  it("NPS-66 a password that a module brings goes to the method, in every round", async () => {
    const offered: unknown[] = [];
    const { eap, round } = scripted(success);
    Object.assign(round, {
      proceed: ({ suppliedPassword }: { suppliedPassword?: Uint8Array }) => {
        offered.push(suppliedPassword === undefined ? undefined : new TextDecoder().decode(suppliedPassword));
        return challengeOutcome;
      },
    });
    const module = {
      RadiusExtensionProcess2: (ecb: RadiusExtensionControlBlock) =>
        ecb.getRequest().add(radiusAttribute(ratClearTextPassword, "from elsewhere")),
    };
    await createHarness({ eap }).bare(identity);
    await createHarness({ eap, authentication: [npsExtension(module, { name: "directory" })] }).bare(
      identity,
    );
    expect(offered).toEqual([undefined, "from elsewhere"]);
  });

  it("authorization extensions find who spoke inside, and the password given in clear; no answer and no trace has it", async () => {
    const { harness, seen } = watching(inTunnel({ password: new Secret("builder of things") }));
    const observed = await harness.bare(identity);
    expect(observed.answer).toBe("accept");
    expect(seen.map((value) => value?.replace(/^.*\\/, ""))).toEqual(["bob", "builder of things"]);
    expect(JSON.stringify([observed.attributes, observed.trace])).not.toContain("builder of things");
  });

  it("a method that gives no password brings none", async () => {
    const { harness, seen } = watching(inTunnel());
    await harness.bare(identity);
    expect(seen[1]).toBeUndefined();
  });

  it("NPS-89 logs and events have a name of its own for PEAP (Table N-12)", async () => {
    const { harness } = watching(inTunnel(), { audit: { events: "all", serverName: "nps1" } });
    await harness.bare(identity);
    expect(harness.records.at(-1)?.authenticationType).toBe(11);
    expect(harness.log.events.at(-1)?.fields).toMatchObject({ AuthenticationType: "PEAP", EAPType: "PEAP" });
  });

  it.each([
    ["who is known: a wrong password", "bob", 16],
    ["who is not: no such user", "mallory", 8],
  ])("after a refusal the one inside counts, %s", async (_, inner, reason) => {
    const outcome: EapOutcome = {
      kind: "failure",
      method: peap,
      error: 691,
      why: "as told",
      identity: inner,
    };
    const { eap } = scripted(outcome);
    const accounts = [{ name: "bob", password: "builder" }];
    expect(await createHarness({ eap, accounts }).bare(identity)).toMatchObject({ answer: "reject", reason });
  });

  it("wrong passwords inside lock the account of the one inside, not the name outside", async () => {
    const outcome: EapOutcome = {
      kind: "failure",
      method: peap,
      error: 691,
      why: "as told",
      identity: "bob",
    };
    const { eap } = scripted(outcome);
    const accounts = [
      { name: "bob", password: "builder" },
      { name: "alice", password: "wonderland" },
    ];
    const harness = createHarness({ eap, accounts, lockout: { maxDenials: 1 } });
    await harness.bare(identity);
    const pap = (name: string, password: string) =>
      harness.bare({ "User-Name": name, "User-Password": text(password) });
    expect(await pap("bob", "builder")).toMatchObject({ answer: "reject", reason: 64 });
    expect(await pap("alice", "wonderland")).toMatchObject({ answer: "accept" });
  });
});
