import { describe, expect, it } from "vitest";
import { NpsEvent } from "../src/index.ts";
import { createHarness, type Harness } from "./harness.ts";

const minute = 60_000;
const locking = (lockout = { maxDenials: 3, resetTimeMs: 10 * minute }) => createHarness({ lockout });
const wrong = (harness: Harness, name = "alice") =>
  harness.access({ "User-Name": name, "User-Password": "wrong" });
const ids = (harness: Harness) => harness.log.events.map(({ id }) => id);

describe("account lockout", () => {
  it("after MaxDenials wrong passwords the right one is refused too, reason 64, event 6279; when the time is over 6280", async () => {
    const harness = locking();
    for (let count = 0; count < 3; count++) expect((await wrong(harness)).reason).toBe(16);
    expect(ids(harness)).toEqual([NpsEvent.AccountLocked]);
    expect(harness.log.events[0]?.fields).toEqual({ FullyQualifiedSubjectUserName: "SALLYPORT\\alice" });
    expect(await harness.access()).toMatchObject({ answer: "reject", reason: 64 });
    expect((await wrong(harness)).reason).toBe(64);
    harness.clock.advance(10 * minute);
    expect(ids(harness)).toEqual([NpsEvent.AccountLocked, NpsEvent.AccountUnlocked]);
    expect((await harness.access()).answer).toBe("accept");
    expect(harness.clock.pending).toBe(0);
  });

  it("every spelling of a name counts for one account", async () => {
    const harness = locking();
    for (const name of ["alice", "ALICE", "sallyport\\Alice"]) await wrong(harness, name);
    expect((await harness.access()).reason).toBe(64);
  });

  it("a right password in between begins the count anew; so does the time", async () => {
    const harness = locking();
    for (let round = 0; round < 3; round++) {
      await wrong(harness);
      await wrong(harness);
      expect((await harness.access()).answer).toBe("accept");
    }
    await wrong(harness);
    await wrong(harness);
    harness.clock.advance(10 * minute);
    await wrong(harness);
    expect((await harness.access()).answer).toBe("accept");
    expect(ids(harness)).toEqual([]);
  });

  it("names that do not exist are neither counted nor told apart from outside", async () => {
    const harness = locking();
    for (let count = 0; count < 10; count++) {
      const { answer, attributes } = await wrong(harness, "mallory");
      expect({ answer, attributes }).toEqual({ answer: "reject", attributes: [] });
    }
    for (let count = 0; count < 10; count++) {
      const { answer, attributes } = await wrong(harness);
      expect({ answer, attributes }).toEqual({ answer: "reject", attributes: [] });
    }
    expect(harness.clock.pending).toBe(1);
  });

  it("ten thousand accounts are remembered, then the oldest is forgotten", async () => {
    const names = Array.from({ length: 10_001 }, (_, index) => `user-${index}`);
    const harness = createHarness({
      lockout: { maxDenials: 1 },
      accounts: names.map((name) => ({ name, password: "wonderland" })),
    });
    for (const name of names) await wrong(harness, name);
    expect(harness.clock.pending).toBe(10_000);
    expect((await harness.access({ "User-Name": "user-0" })).answer).toBe("accept");
    expect((await harness.access({ "User-Name": "user-1" })).reason).toBe(64);
    await harness.nps.stop();
    expect(harness.clock.pending).toBe(0);
  });

  it("passwords that are tried elsewhere count too, and learn of the lock", async () => {
    const harness = locking();
    const { lockout } = harness.nps;
    await wrong(harness);
    expect(lockout?.passwordTried("SALLYPORT\\ALICE", false)).toBe(false);
    await wrong(harness);
    expect(lockout?.passwordTried("sallyport\\alice", true)).toBe(true);
    expect(lockout?.passwordTried("sallyport\\bob", true)).toBe(false);
    expect((await harness.access()).reason).toBe(64);
  });

  it("without the setting nobody is locked out", async () => {
    const harness = createHarness();
    expect(harness.nps.lockout).toBeUndefined();
    for (let count = 0; count < 20; count++) await wrong(harness);
    expect((await harness.access()).answer).toBe("accept");
  });

  it.each([0, -1, 1.5, Number.NaN])("maxDenials %d is refused", (maxDenials) => {
    expect(() => createHarness({ lockout: { maxDenials } })).toThrow(/^maxDenials must be/);
  });
});
