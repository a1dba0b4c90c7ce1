import { describe, expect, it } from "vitest";
import type { SecurityMessage } from "../src/index.ts";
import { createHarness } from "./harness.ts";

describe("Complete", () => {
  it("RAS-32 a verdict may come from any context, at any later time", async () => {
    const harness = createHarness();
    const call = await harness.connect();
    harness.clock.after(7_200_000, () => call.module.success());
    await harness.clock.advanceAsync(7_199_999);
    expect(call.outcome).toBeUndefined();
    await harness.clock.advanceAsync(1);
    expect(call.outcome?.kind).toBe("success");
  });

  it("RAS-33 SUCCESS lets nobody in: it hands the open line to PPP, which may still refuse", async () => {
    const harness = createHarness();
    const call = await harness.connect();
    call.module.success();
    await harness.settle();
    expect(call).toMatchObject({ sent: "~", hungUp: false, outcome: { kind: "success" } });
    // The outcome names a user and admits none: there is nothing in it that PPP could take for an admission.
    expect(Object.keys(call.outcome ?? {}).sort()).toEqual([
      "admits",
      "domain",
      "kind",
      "unread",
      "userName",
    ]);
    expect(harness.log.events).toEqual([]);
  });

  it("RAS-33 bytes that nobody asked for are the first of the next stage, also those that come during End", async () => {
    const harness = createHarness();
    harness.module.endReturns = [new Promise((resolve) => harness.clock.after(100, () => resolve(619)))];
    const call = await harness.connect();
    const outstanding = call.module.receive();
    call.module.success();
    call.type("~LCP");
    await harness.clock.advanceAsync(100);
    expect(outstanding).toMatchObject({ events: 1, length: { value: 0 } });
    expect(call.outcome).toMatchObject({ unread: new Uint8Array(Buffer.from("~LCP")) });
  });

  it("RAS-34 FAILURE: hang up, and an event with user, domain and port; no PPP byte", async () => {
    const harness = createHarness();
    const call = await harness.connect({ deviceName: "COM7" });
    call.module.failure("eve");
    await harness.settle();
    expect(call).toMatchObject({ hungUp: true, sent: "", outcome: { kind: "failure", userName: "eve" } });
    expect(harness.log.events).toMatchObject([
      {
        source: "RemoteAccess",
        id: 20_093,
        severity: "audit-failure",
        message: expect.stringContaining("CORP\\eve"),
        fields: { userName: "eve", domain: "CORP", port: "COM7" },
      },
    ]);
  });

  it("RAS-35 ERROR: hang up, and an event with dwError", async () => {
    const harness = createHarness();
    const call = await harness.connect();
    call.module.error(648);
    await harness.settle();
    expect(call).toMatchObject({ hungUp: true, sent: "", outcome: { kind: "error", error: 648 } });
    expect(harness.log.events).toMatchObject([
      { id: 20_094, message: expect.stringContaining("ERROR_PASSWD_EXPIRED (648)"), fields: { code: 648 } },
    ]);
  });

  it("RAS-35 an ERROR may name the user; any 32 bits are a code", async () => {
    const harness = createHarness();
    const call = await harness.connect();
    call.module.complete({ msgId: 3, error: -0x80000000, userName: "alice", domain: "CORP" });
    await harness.settle();
    expect(call.outcome).toEqual({ kind: "error", error: -0x80000000 });
    expect(harness.log.events[0]?.fields).toMatchObject({ userName: "alice", domain: "CORP" });
  });

  it.each(["failure", "error"] as const)(
    "RAS-36 what was sent before a %s is flushed before the hang-up",
    async (kind) => {
      const harness = createHarness();
      const call = await harness.connect({ slow: true });
      call.module.send("Access denied.\r\n");
      if (kind === "failure") call.module.failure();
      else call.module.error(691);
      await harness.settle();
      expect(call).toMatchObject({ hungUp: false, outcome: undefined, call: { state: "Closed" } });
      call.drain();
      expect(call).toMatchObject({ sent: "Access denied.\r\n", hungUp: true, outcome: { kind } });
    },
  );

  it("RAS-36 a line that takes nothing is hung up after flushMs", async () => {
    const harness = createHarness();
    const call = await harness.connect({ slow: true });
    call.module.send("Access denied.\r\n");
    call.module.failure();
    await harness.clock.advanceAsync(1_999);
    expect(call.hungUp).toBe(false);
    await harness.clock.advanceAsync(1);
    expect(call).toMatchObject({ hungUp: true, outcome: { kind: "failure" } });
    call.drain();
    expect(harness.host.calls).toEqual([]);
  });

  const user = { userName: "alice", domain: "CORP" };
  it.each<[string, unknown, number]>([
    ["dwError with SUCCESS", { msgId: 1, error: 5, ...user }, 87],
    ["dwError with FAILURE", { msgId: 2, error: 5, ...user }, 87],
    ["no UserName with SUCCESS", { msgId: 1, domain: "CORP" }, 87],
    ["an empty UserName with SUCCESS", { msgId: 1, userName: "", domain: "CORP" }, 87],
    ["no Domain with FAILURE", { msgId: 2, userName: "alice" }, 87],
    ["a number for a name", { msgId: 2, userName: 5, domain: "" }, 87],
    ["a zero inside of a name", { msgId: 1, userName: "alice\0admin", domain: "" }, 87],
    ["an unknown dwMsgId", { msgId: 4, ...user }, 87],
    ["ERROR with dwError 0", { msgId: 3, error: 0 }, 645],
    ["ERROR without dwError", { msgId: 3 }, 645],
    ["ERROR with text for dwError", { msgId: 3, error: "691" }, 87],
    ["nothing", undefined, 87],
    ["null", null, 87],
    ["text", "SUCCESS", 87],
  ])(
    "RAS-37 %s is a malformed message: it counts as ERROR, logged, never as admission",
    async (_, message, error) => {
      const harness = createHarness();
      const call = await harness.connect();
      call.module.complete(message as SecurityMessage);
      await harness.settle();
      expect(call).toMatchObject({ hungUp: true, sent: "", outcome: { kind: "error", error } });
      expect(harness.log.withId(20_094)).toMatchObject([
        {
          message: expect.stringContaining("malformed: "),
          fields: { code: error, reason: expect.any(String) },
        },
      ]);
    },
  );

  it("RAS-37 a message whose fields throw is malformed, and Complete does not throw", async () => {
    const harness = createHarness();
    const call = await harness.connect();
    const hostile = {
      get msgId(): 1 {
        throw new Error("no");
      },
    };
    expect(() => call.module.complete(hostile)).not.toThrow();
    await harness.settle();
    expect(call.outcome).toEqual({ kind: "error", error: 87 });
  });

  it.each([
    [256, 15, "success"],
    [257, 15, "error"],
    [256, 16, "error"],
  ])("RAS-38 a UserName of %d and a Domain of %d characters: %s, never cut", async (name, domain, kind) => {
    const harness = createHarness();
    const call = await harness.connect();
    call.module.complete({ msgId: 1, userName: "u".repeat(name), domain: "d".repeat(domain) });
    await harness.settle();
    expect(call.outcome?.kind).toBe(kind);
    if (call.outcome?.kind === "success") expect(call.outcome.userName).toHaveLength(name);
  });

  it.each([
    [false, "mallory", true],
    [true, "alice", true],
    [true, "ALICE", true],
    [true, "corp\\Alice", true],
    [true, "OTHER\\alice", false],
    [true, "mallory", false],
  ])("RAS-39 requireSameUser %s: PPP as %s is admitted: %s", async (requireSameUser, identity, admitted) => {
    const harness = createHarness({ requireSameUser });
    const call = await harness.connect();
    call.module.success("alice");
    await harness.settle();
    if (call.outcome?.kind !== "success") throw new Error("no success");
    expect(call.outcome.admits(identity)).toBe(admitted);
  });

  it("RAS-40 Complete returns nothing and never throws; for a closed or unknown port it has no effect but a diagnostic", async () => {
    const harness = createHarness();
    const call = await harness.connect();
    call.module.failure();
    await harness.settle();
    const before = harness.log.events.length;
    expect(call.module.complete({ msgId: 1, ...user })).toBeUndefined();
    expect(call.module.complete({ msgId: 1, port: 999, ...user })).toBeUndefined();
    await harness.settle();
    expect(call).toMatchObject({ sent: "", outcome: { kind: "failure" } });
    expect(harness.module.ended).toHaveLength(1);
    expect(harness.log.events.slice(before).map(({ severity }) => severity)).toEqual(["debug", "debug"]);
  });
});
