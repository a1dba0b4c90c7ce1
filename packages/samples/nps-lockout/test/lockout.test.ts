import { createVirtualClock } from "@sallyport/runtime";
import { describe, expect, it } from "vitest";
import { Lockout, sharedLockout } from "../src/index.ts";

function lockoutWith(rules: { limit: number; seconds: number; mostKeys?: number }) {
  const clock = createVirtualClock();
  return { clock, lockout: new Lockout(rules, clock) };
}

describe("the store", () => {
  it("locks after so many failures, and unlocks when the first of them is old enough", () => {
    const { clock, lockout } = lockoutWith({ limit: 3, seconds: 60 });
    for (let times = 0; times < 3; times++) {
      expect(lockout.unlocksInMs("alice")).toBe(0);
      lockout.failed("alice");
      clock.advance(10_000);
    }
    expect(lockout.unlocksInMs("alice")).toBe(30_000);
    expect(lockout.unlocksInMs("bob")).toBe(0);
    clock.advance(29_999);
    expect(lockout.unlocksInMs("alice")).toBe(1);
    clock.advance(1);
    expect(lockout.unlocksInMs("alice")).toBe(0);
    // The window slides: two of the three are still in it.
    lockout.failed("alice");
    expect(lockout.unlocksInMs("alice")).toBe(10_000);
  });

  it("does not count while it is locked", () => {
    const { clock, lockout } = lockoutWith({ limit: 1, seconds: 60 });
    lockout.failed("alice");
    clock.advance(59_000);
    lockout.failed("alice");
    expect(lockout.unlocksInMs("alice")).toBe(1_000);
  });

  it("forgets failures after a success", () => {
    const { lockout } = lockoutWith({ limit: 2, seconds: 60 });
    lockout.failed("alice");
    lockout.succeeded("alice");
    lockout.failed("alice");
    expect(lockout.unlocksInMs("alice")).toBe(0);
  });

  it("remembers no more keys than it may, and forgets the one that was silent for longest", () => {
    const { lockout } = lockoutWith({ limit: 1, seconds: 60, mostKeys: 2 });
    for (const key of ["a", "b", "c"]) lockout.failed(key);
    expect(lockout.size).toBe(2);
    expect(["a", "b", "c"].map((key) => lockout.unlocksInMs(key) > 0)).toEqual([false, true, true]);
  });

  it("an attempt is right, wrong or locked; a right one that was locked meanwhile is locked", async () => {
    const { lockout } = lockoutWith({ limit: 2, seconds: 60 });
    expect(await lockout.attempt("alice", () => true)).toEqual({ kind: "right" });
    let answer: (isRight: boolean) => void = () => undefined;
    const slow = lockout.attempt("alice", () => new Promise<boolean>((resolve) => (answer = resolve)));
    expect(await lockout.attempt("alice", () => false)).toEqual({ kind: "wrong" });
    expect(await lockout.attempt("alice", () => false)).toEqual({ kind: "wrong" });
    const locked = { kind: "locked", unlocksInMs: 60_000 };
    expect(await lockout.attempt("alice", () => expect.unreachable("it must not be looked at"))).toEqual(
      locked,
    );
    answer(true);
    expect(await slow).toEqual(locked);
  });

  it("is one for all who say the same name, and only with the same rules", () => {
    const clock = createVirtualClock();
    const rules = { limit: 2, seconds: 60 };
    expect(sharedLockout("one", rules, clock)).toBe(sharedLockout("one", rules, clock));
    expect(sharedLockout("another", rules, clock)).not.toBe(sharedLockout("one", rules, clock));
    expect(() => sharedLockout("one", { limit: 3, seconds: 60 }, clock)).toThrow(
      new RangeError('the lockout "one" has a limit of 2 attempts in 60 seconds already'),
    );
  });
});
