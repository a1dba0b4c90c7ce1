import {
  type NetworkPolicy,
  type RadiusExtensionControlBlock,
  radiusAttribute,
  ratFilterId,
  rcAccessReject,
} from "@sallyport/nps";
import { createNpsBench, type NpsBenchOptions } from "@sallyport/testbench";
import { describe, expect, it } from "vitest";
import totp from "../src/index.ts";
import { base32Octets, codeOf, timeStep, totpKey } from "../src/totp.ts";

const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const password = { "User-Name": "alice", "User-Password": "wonderland" };
const staff: NetworkPolicy = {
  name: "Staff",
  conditions: [],
  access: "grant",
  attributes: [radiusAttribute(ratFilterId, "staff")],
};

/** A server with the second factor at both points; alice has a secret, bob has none. */
function benchWith(settings: object = {}, options: Partial<NpsBenchOptions> = {}) {
  const bench = createNpsBench({
    extensions: {
      authentication: [{ module: totp, name: "totp", settings: { users: { alice: secret }, ...settings } }],
      authorization: [totp],
    },
    accounts: [
      { name: "alice", password: "wonderland" },
      { name: "bob", password: "builder" },
    ],
    policies: { network: [staff] },
    ...options,
  });
  const key = totpKey(base32Octets(secret));
  /** The code that the app shows, or showed so many steps ago. */
  const code = async (stepsAgo = 0): Promise<string> =>
    codeOf(await key, timeStep(bench.clock.now(), 30) - stepsAgo, 6);
  /** Every code but those of the window. */
  const wrongCode = async (): Promise<string> => {
    const right = await Promise.all([-1, 0, 1].map(code));
    return ["000000", "111111", "222222", "333333"].find((guess) => !right.includes(guess)) ?? "";
  };
  const logOn = async (userCode: string) =>
    bench.answer(await bench.access(password), { "User-Password": userCode });
  return { bench, code, wrongCode, logOn };
}

describe("a code that is asked for", () => {
  it("NPS-63 password, challenge, code, accept", async () => {
    const { bench, code } = benchWith({ prompt: "Code?" });
    const challenge = await bench.access(password);
    expect(challenge).toMatchObject({ codeName: "Access-Challenge", reason: 0 });
    expect(challenge.get("Reply-Message")).toBe("Code?");
    expect(challenge.octets("State")).toHaveLength(21);
    const answer = await bench.answer(challenge, { "User-Password": await code() });
    expect(answer).toMatchObject({ codeName: "Access-Accept", reason: 0 });
  });

  it("NPS-64 the network policy's attributes are on the final accept, and not on the challenge", async () => {
    const { bench, code } = benchWith();
    const challenge = await bench.access(password);
    expect(challenge.get("Filter-Id")).toBeUndefined();
    const answer = await bench.answer(challenge, { "User-Password": await code() });
    expect(answer.attributes).toEqual([{ name: "Filter-Id", text: "staff" }]);
    expect(answer.explain()).toContain('matched (policy "Staff")');
  });

  it("NPS-64 without that evaluation they are lost", async () => {
    const { logOn, code } = benchWith(
      {},
      { compatibility: { enforceNetworkPolicyOnChallengeResponse: false } },
    );
    expect(await logOn(await code())).toMatchObject({ codeName: "Access-Accept", attributes: [] });
  });

  it("a wrong password is never asked for a code", async () => {
    const { bench } = benchWith();
    expect(await bench.access({ ...password, "User-Password": "guess" })).toMatchObject({
      codeName: "Access-Reject",
      reason: 16,
    });
  });

  it("a user whom the policies refuse is never asked for a code", async () => {
    const { bench } = benchWith({}, { policies: { network: [] } });
    expect(await bench.access(password)).toMatchObject({ codeName: "Access-Reject", reason: 48 });
  });

  it.each(["wonderland", "", "12345", "1234567"])("%j is no code", async (text) => {
    const { logOn } = benchWith();
    expect(await logOn(text)).toMatchObject({ codeName: "Access-Reject", reason: 16, attributes: [] });
  });

  it("a wrong code is refused as a wrong password is, and ends the dialogue", async () => {
    const { bench, code, wrongCode } = benchWith();
    const challenge = await bench.access(password);
    const refused = await bench.answer(challenge, { "User-Password": await wrongCode() });
    expect(refused).toMatchObject({ codeName: "Access-Reject", reason: 16, attributes: [] });
    const again = await bench.answer(challenge, { "User-Password": await code() });
    expect(again).toMatchObject({ codeName: "Access-Reject", reason: 97 });
  });

  it("an answer without User-Password is refused", async () => {
    const { bench } = benchWith();
    expect(await bench.answer(await bench.access(password), {})).toMatchObject({
      codeName: "Access-Reject",
      reason: 16,
    });
  });

  it("a code is good once, and so are those before it", async () => {
    const { bench, logOn, code } = benchWith();
    await bench.clock.advanceAsync(60_000);
    expect(await logOn(await code())).toMatchObject({ codeName: "Access-Accept" });
    expect(await logOn(await code())).toMatchObject({ codeName: "Access-Reject" });
    expect(await logOn(await code(1))).toMatchObject({ codeName: "Access-Reject" });
    await bench.clock.advanceAsync(30_000);
    expect(await logOn(await code(1))).toMatchObject({ codeName: "Access-Reject" });
    expect(await logOn(await code())).toMatchObject({ codeName: "Access-Accept" });
  });

  it("of two dialogues with the same code at the same moment one succeeds", async () => {
    const { bench, code } = benchWith();
    const challenges = [await bench.access(password), await bench.access(password)];
    const userCode = await code();
    const answers = await Promise.all(
      challenges.map((challenge) => bench.answer(challenge, { "User-Password": userCode })),
    );
    expect(answers.map(({ codeName }) => codeName).sort()).toEqual(["Access-Accept", "Access-Reject"]);
  });

  it("a resend of the answer gets the same accept, although its code is used", async () => {
    const { bench, code } = benchWith();
    const challenge = await bench.access(password);
    const answer = { "User-Password": await code() };
    expect(await bench.answer(challenge, answer)).toMatchObject({ codeName: "Access-Accept" });
    expect(await bench.answer(challenge, answer)).toMatchObject({ codeName: "Access-Accept" });
  });

  it("the codes beside the present one are good, those beyond are not", async () => {
    const { bench, logOn, code } = benchWith();
    await bench.clock.advanceAsync(90_000);
    expect(await logOn(await code(2))).toMatchObject({ codeName: "Access-Reject" });
    expect(await logOn(await code(1))).toMatchObject({ codeName: "Access-Accept" });
    expect(await logOn(await code(-1))).toMatchObject({ codeName: "Access-Accept" });
    expect(await logOn(await code(-2))).toMatchObject({ codeName: "Access-Reject" });
  });

  it("a challenge expires", async () => {
    const { bench, code } = benchWith();
    const challenge = await bench.access(password);
    await bench.clock.advanceAsync(120_000);
    const answer = await bench.answer(challenge, { "User-Password": await code() });
    expect(answer).toMatchObject({ codeName: "Access-Reject", reason: 97 });
  });

  it("another user cannot answer it, with whatever code", async () => {
    const { bench, code } = benchWith({ users: { alice: secret, bob: secret } });
    const challenge = await bench.access(password);
    const answer = await bench.answer(challenge, { "User-Name": "bob", "User-Password": await code() });
    expect(answer).toMatchObject({ codeName: "Access-Reject", reason: 97 });
  });

  it("another user whose name differs in a letter that only looks the same cannot answer it", async () => {
    const lookalike = "\u212Aim";
    const { bench, code } = benchWith(
      { users: { kim: secret, [lookalike]: "AAAQEAYEAUDAOCAJBIFQYDIOB4======" } },
      {
        accounts: [
          { name: "kim", password: "wonderland" },
          { name: lookalike, password: "mine" },
        ],
      },
    );
    const challenge = await bench.access({ "User-Name": lookalike, "User-Password": "mine" });
    expect(challenge.codeName).toBe("Access-Challenge");
    const answer = await bench.answer(challenge, { "User-Name": "kim", "User-Password": await code() });
    expect(answer.codeName).toBe("Access-Reject");
  });

  it("another RADIUS client cannot answer it", async () => {
    const { bench, code } = benchWith();
    const challenge = await bench.access(password);
    const reply = { "User-Password": await code() };
    expect(await bench.answer(challenge, reply, { client: "other" })).toMatchObject({
      codeName: "Access-Reject",
      reason: 97,
    });
    expect(await bench.answer(challenge, reply)).toMatchObject({ codeName: "Access-Accept" });
  });

  it("after five wrong codes in five minutes none is looked at", async () => {
    const { bench, logOn, code, wrongCode } = benchWith();
    for (let attempt = 0; attempt < 5; attempt++) {
      await logOn(await wrongCode());
      await bench.clock.advanceAsync(1_000);
    }
    expect(bench.log.events.filter(({ source }) => source === "totp")).toHaveLength(1);
    expect(await logOn(await code())).toMatchObject({ codeName: "Access-Reject", reason: 16 });
    expect(bench.log.events.at(-1)).toMatchObject({
      source: "totp",
      severity: "warning",
      message: "too many wrong codes: none is looked at",
      fields: { user: "SALLYPORT\\ALICE" },
    });
    // The first of them was made 300 seconds ago.
    await bench.clock.advanceAsync(294_999);
    expect(await logOn(await code())).toMatchObject({ codeName: "Access-Reject" });
    await bench.clock.advanceAsync(1);
    expect(await logOn(await code())).toMatchObject({ codeName: "Access-Accept" });
  });

  it("right codes are no attempts", async () => {
    const { bench, logOn, code } = benchWith({ attempts: { limit: 1, seconds: 3600 } });
    for (let times = 0; times < 3; times++) {
      expect(await logOn(await code())).toMatchObject({ codeName: "Access-Accept" });
      await bench.clock.advanceAsync(30_000);
    }
  });

  it("guesses that arrive together are counted, too", async () => {
    const { bench, wrongCode } = benchWith({ attempts: { limit: 2, seconds: 60 } });
    const guess = await wrongCode();
    const challenges = await Promise.all(Array.from({ length: 5 }, () => bench.access(password)));
    await Promise.all(challenges.map((challenge) => bench.answer(challenge, { "User-Password": guess })));
    expect(bench.log.events.filter(({ severity }) => severity === "warning")).toHaveLength(3);
  });
});

describe("a code that is appended to the password", () => {
  const settings = { mode: "append" };

  it("is taken off, and the password is checked by the server", async () => {
    const { bench, code } = benchWith(settings);
    const answer = await bench.access({ ...password, "User-Password": `wonderland${await code()}` });
    expect(answer).toMatchObject({ codeName: "Access-Accept" });
    expect(answer.get("Filter-Id")).toBe("staff");
    expect(answer.explain()).toContain('password right (method "PAP")');
  });

  it("does not replace the password", async () => {
    const { bench, code } = benchWith(settings);
    for (const guess of ["guess", ""]) {
      const answer = await bench.access({ ...password, "User-Password": `${guess}${await code()}` });
      expect(answer).toMatchObject({ codeName: "Access-Reject", reason: 16 });
      await bench.clock.advanceAsync(30_000);
    }
  });

  it("is needed, must be right, and is good once", async () => {
    const { bench, code, wrongCode } = benchWith(settings);
    const passwords = ["wonderland", "abc", `wonderland${await wrongCode()}`];
    for (const text of passwords) {
      expect(await bench.access({ ...password, "User-Password": text })).toMatchObject({
        codeName: "Access-Reject",
        reason: 16,
        attributes: [],
      });
    }
    const both = { ...password, "User-Password": `wonderland${await code()}` };
    expect(await bench.access(both)).toMatchObject({ codeName: "Access-Accept" });
    expect(await bench.access(both)).toMatchObject({ codeName: "Access-Reject" });
  });

  it("a request without User-Password is refused", async () => {
    const { bench } = benchWith(settings);
    const answer = await bench.access({ "User-Name": "alice", "CHAP-Password": new Uint8Array(17) });
    expect(answer).toMatchObject({ codeName: "Access-Reject", reason: 16 });
  });

  it("has as many digits as the settings say", async () => {
    const { bench } = benchWith({ ...settings, digits: 8 });
    const code = await codeOf(await totpKey(base32Octets(secret)), timeStep(bench.clock.now(), 30), 8);
    const answer = await bench.access({ ...password, "User-Password": `wonderland${code}` });
    expect(answer).toMatchObject({ codeName: "Access-Accept" });
  });
});

describe("users", () => {
  const bob = { "User-Name": "bob", "User-Password": "builder" };

  it.each(["challenge", "append"])("without secret are refused, with an event (%s)", async (mode) => {
    const { bench } = benchWith({ mode });
    expect(await bench.access(bob)).toMatchObject({ codeName: "Access-Reject", reason: 21 });
    expect(bench.log.events.at(-1)).toMatchObject({
      severity: "warning",
      message: "refused: the user has no second factor",
      fields: { user: "SALLYPORT\\BOB" },
    });
  });

  it.each(["challenge", "append"])(
    "without secret are admitted if the settings say so (%s)",
    async (mode) => {
      const { bench } = benchWith({ mode, whoHasNoSecret: "admit" });
      expect(await bench.access(bob)).toMatchObject({ codeName: "Access-Accept" });
      expect(await bench.access({ ...bob, "User-Password": "guess" })).toMatchObject({ reason: 16 });
    },
  );

  it.each(["ALICE", "SALLYPORT\\alice", "sallyport\\Alice", "alice@sallyport.example", "\\alice"])(
    "have one second factor in every spelling of their name: %s",
    async (name) => {
      const { bench } = benchWith({ whoHasNoSecret: "admit" });
      const answer = await bench.access({ ...password, "User-Name": name });
      expect(answer.codeName).toBe("Access-Challenge");
    },
  );

  it("may be listed with their domain", async () => {
    const { bench } = benchWith({ users: { "sallyport\\alice": secret, "OTHER\\bob": secret } });
    expect(await bench.access(password)).toMatchObject({ codeName: "Access-Challenge" });
    expect(await bench.access(bob)).toMatchObject({ codeName: "Access-Reject", reason: 21 });
  });

  it("who are refused by another extension keep their code", async () => {
    let closed = true;
    const curfew = {
      RadiusExtensionProcess2: (ecb: RadiusExtensionControlBlock) =>
        closed ? ecb.setResponseType(rcAccessReject) : 0,
    };
    const { bench, code } = benchWith(
      {},
      {
        extensions: {
          authentication: [curfew, { module: totp, settings: { users: { alice: secret }, mode: "append" } }],
          authorization: [totp],
        },
      },
    );
    const both = { ...password, "User-Password": `wonderland${await code()}` };
    expect(await bench.access(both)).toMatchObject({ codeName: "Access-Reject", reason: 21 });
    closed = false;
    expect(await bench.access(both)).toMatchObject({ codeName: "Access-Accept" });
  });
});

describe("the module", () => {
  it("listed at the authorization point alone admits nobody", async () => {
    const { bench, code } = benchWith(
      {},
      { extensions: { authorization: [{ module: totp, settings: { users: { alice: secret } } }] } },
    );
    const challenge = await bench.access(password);
    for (const answer of ["wonderland", await code()]) {
      const next = await bench.answer(await bench.access(password), { "User-Password": answer });
      expect(next.codeName).not.toBe("Access-Accept");
    }
    expect(challenge.codeName).toBe("Access-Challenge");
  });

  it.each(["challenge", "append"])("leaves accounting alone (%s)", async (mode) => {
    const { bench } = benchWith({ mode });
    const start = { "User-Name": "bob", "Acct-Status-Type": "Start", "Acct-Session-Id": "1" };
    expect(await bench.accounting(start)).toMatchObject({ codeName: "Accounting-Response", attributes: [] });
    expect(bench.log.events).toMatchObject([{ severity: "information" }]);
  });

  it("writes no secret and no code into log or trace", async () => {
    const { bench, code, logOn } = benchWith();
    const userCode = await code();
    const answer = await logOn(userCode);
    await logOn(userCode);
    const written = JSON.stringify([bench.log.events, answer.trace, answer.explain()]);
    expect(written).toContain("alice");
    for (const word of [secret, userCode, "wonderland"]) expect(written).not.toContain(word);
  });

  it("forgets the secrets when the server has stopped, and admits nobody without them", async () => {
    const { bench } = benchWith();
    await bench.start();
    await bench.stop();
    const next = createNpsBench({
      // Not begun, as if somebody had called it without.
      extensions: { authorization: [{ ...totp, RadiusExtensionInit: () => 0 }] },
      accounts: [{ name: "alice", password: "wonderland" }],
    });
    expect(await next.access(password)).toMatchObject({ codeName: "silence", reason: 10 });
  });
});
