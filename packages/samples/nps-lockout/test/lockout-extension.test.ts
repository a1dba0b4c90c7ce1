import { challenge, defineNpsExtension, reject } from "@sallyport/nps";
import { createNpsBench } from "@sallyport/testbench";
import { describe, expect, it, onTestFinished } from "vitest";
import * as plain from "../src/index.ts";
import * as windows from "../src/windows.ts";

describe.each([
  ["as plain functions", plain],
  ["with the entry points of a DLL", windows],
])("the lockout, %s", (_, module) => {
  /** `others` are further extensions of the authentication point. */
  function serverWith(settings: object, others: Parameters<typeof defineNpsExtension>[0][] = []) {
    const bench = createNpsBench({
      extensions: {
        authentication: [{ module, name: "lockout", settings }, ...others.map(defineNpsExtension)],
        authorization: [module],
      },
      accounts: [
        { name: "alice", password: "wonderland" },
        { name: "bob", password: "builder" },
      ],
    });
    onTestFinished(() => bench.stop());
    const logOn = async (user: string, password: string, more: Record<string, string> = {}) => {
      const answer = await bench.access({ "User-Name": user, "User-Password": password, ...more });
      return [answer.codeName, ...answer.attributes.map(({ text }) => text)].join(": ");
    };
    return { bench, logOn };
  }

  it("locks a user out after wrong passwords, tells for how long, and unlocks", async () => {
    const { bench, logOn } = serverWith({ limit: 3, seconds: 60 });
    for (const name of ["alice", "ALICE", "alice@sallyport.example"]) {
      expect(await logOn(name, "guess")).toBe("Access-Reject");
      await bench.clock.advanceAsync(1_000);
    }
    expect(await logOn("alice", "wonderland")).toBe(
      "Access-Reject: Too many attempts. Try again in 57 seconds.",
    );
    expect(bench.log.events.at(-1)).toMatchObject({
      source: "lockout",
      severity: "warning",
      fields: { user: "SALLYPORT\\ALICE", unlocksInMs: 57_000 },
    });
    expect(await logOn("bob", "builder")).toBe("Access-Accept");
    await bench.clock.advanceAsync(57_000);
    expect(await logOn("alice", "wonderland")).toBe("Access-Accept");
  });

  it("tells long times in minutes", async () => {
    const { logOn } = serverWith({ limit: 1, seconds: 3600 });
    await logOn("alice", "guess");
    expect(await logOn("alice", "guess")).toBe("Access-Reject: Too many attempts. Try again in 60 minutes.");
  });

  it("a right password ends the count", async () => {
    const { logOn } = serverWith({ limit: 2, seconds: 60 });
    for (let times = 0; times < 3; times++) {
      expect(await logOn("alice", "guess")).toBe("Access-Reject");
      expect(await logOn("alice", "wonderland")).toBe("Access-Accept");
    }
  });

  it("the right password among guesses that arrive together is refused when the limit is reached", async () => {
    const release: (() => void)[] = [];
    const slow = {
      authentication: () => new Promise<undefined>((resolve) => release.push(() => resolve(undefined))),
    };
    const { bench, logOn } = serverWith({ limit: 2, seconds: 60 }, [slow]);
    await bench.start();
    const answers = ["guess", "other", "wonderland"].map((password) => logOn("alice", password));
    await bench.clock.advanceAsync(0);
    expect(release).toHaveLength(3);
    for (const go of release) {
      go();
      await bench.clock.advanceAsync(0);
    }
    expect(await Promise.all(answers)).toEqual([
      "Access-Reject",
      "Access-Reject",
      "Access-Reject: Too many attempts. Try again in 60 seconds.",
    ]);
  });

  it("counts what another extension rejects, and shares its store with it", async () => {
    const pinCheck = {
      initialize: ({ clock }: { clock: Parameters<typeof plain.sharedLockout>[2] }) => {
        shared = plain.sharedLockout("log-on", { limit: 2, seconds: 60 }, clock);
      },
      authentication: () => (pinIsWrong ? reject({ message: "Wrong PIN." }) : undefined),
    };
    let shared: plain.Lockout | undefined;
    let pinIsWrong = true;
    const { logOn } = serverWith({ limit: 2, seconds: 60 }, [pinCheck]);
    expect(await logOn("alice", "wonderland")).toBe("Access-Reject: Wrong PIN.");
    pinIsWrong = false;
    expect(shared?.unlocksInMs("SALLYPORT\\ALICE")).toBe(0);
    shared?.failed("SALLYPORT\\ALICE");
    expect(await logOn("alice", "wonderland")).toBe(
      "Access-Reject: Too many attempts. Try again in 60 seconds.",
    );
    shared?.succeeded("SALLYPORT\\ALICE");
    expect(await logOn("alice", "wonderland")).toBe("Access-Accept");
  });

  it("a challenge counts neither way", async () => {
    const asking = defineNpsExtension({ authorization: () => challenge({ message: "Code?" }) });
    const bench = createNpsBench({
      extensions: {
        authentication: [{ module, settings: { limit: 1, seconds: 60 } }],
        authorization: [asking, module],
      },
      accounts: [{ name: "alice", password: "wonderland" }],
    });
    onTestFinished(() => bench.stop());
    for (let times = 0; times < 3; times++) {
      const answer = await bench.access({ "User-Name": "alice", "User-Password": "wonderland" });
      expect(answer.codeName).toBe("Access-Challenge");
    }
  });

  it("locks a user on one device only, when the settings say so", async () => {
    const { logOn } = serverWith({ limit: 1, seconds: 60, by: "account and device" });
    const stranger = { "Calling-Station-Id": "00-00-5E-00-53-09" };
    await logOn("alice", "guess", stranger);
    expect(await logOn("alice", "wonderland", { "Calling-Station-Id": "0000.5e00.5309" })).toContain(
      "Too many attempts",
    );
    expect(await logOn("alice", "wonderland", { "Calling-Station-Id": "00-00-5E-00-53-01" })).toBe(
      "Access-Accept",
    );
    expect(await logOn("alice", "wonderland")).toBe("Access-Accept");
  });

  it("begins anew when the server has stopped", async () => {
    const first = serverWith({ limit: 1, seconds: 60 });
    await first.logOn("alice", "guess");
    await first.bench.stop();
    expect((await first.bench.access({ "User-Name": "alice" })).codeName).toBe("silence");
    expect(await serverWith({ limit: 2, seconds: 60 }).logOn("alice", "wonderland")).toBe("Access-Accept");
  });

  it("leaves accounting alone", async () => {
    const { bench } = serverWith({});
    const start = { "User-Name": "alice", "Acct-Status-Type": "Start", "Acct-Session-Id": "1" };
    expect(await bench.accounting(start)).toMatchObject({ codeName: "Accounting-Response", attributes: [] });
  });

  it.each([
    [{ limit: 0 }, "settings.limit is no whole number from 1 to 1000"],
    [{ seconds: "60" }, "settings.seconds is no whole number from 1 to 86400"],
    [{ by: "device" }, "settings.by is neither"],
    [{ name: "" }, "settings.name is no name"],
  ])("prevents the start with settings it cannot read: %j", async (settings, words) => {
    const { bench } = serverWith(settings);
    await expect(bench.start()).rejects.toThrow("RadiusExtensionInit");
    expect(bench.log.events.map(({ message }) => message).join()).toContain(words);
  });
});
