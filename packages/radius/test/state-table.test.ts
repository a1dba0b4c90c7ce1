import { createSeededRandom, createVirtualClock } from "@sallyport/runtime";
import { describe, expect, it } from "vitest";
import { type Answer, StateTable, type StateTableOptions } from "../src/index.ts";

const accept: Answer = { code: 2, attributes: [] };
const one = () => Uint8Array.of(1);
const other = () => Uint8Array.of(2);

function tableWith(options: Partial<StateTableOptions<string>> = {}) {
  const clock = createVirtualClock();
  const ended: string[] = [];
  const table = new StateTable<string>({
    clock,
    random: createSeededRandom(1),
    kind: 7,
    limit: 3,
    lifetime: 60_000,
    onEnd: (payload, why) => ended.push(`${payload} ${why}`),
    ...options,
  });
  return { clock, ended, table };
}

/** A State that is used up, with what the request came to. */
function use(table: StateTable<string>, state: Uint8Array, answer: Answer | null, by = one): void {
  const verdict = table.redeem(state, by);
  if (verdict.kind !== "valid") throw new Error(verdict.kind);
  table.settle(verdict.use, answer);
}

describe("NPS-63 State", () => {
  it("NPS-63 is the process, the kind and 128 random bits, and stands for its payload once", () => {
    const { table } = tableWith({ owner: Uint8Array.of(1, 2, 3, 4) });
    const state = table.issue("a");
    expect(state).toHaveLength(21);
    expect([...state.subarray(0, 5)]).toEqual([1, 2, 3, 4, 7]);
    expect(table.redeem(state, one)).toMatchObject({ kind: "valid", use: { payload: "a" } });
    expect(table.redeem(state, other)).toEqual({ kind: "refused", why: "used" });
  });

  it("NPS-63 an identical resend gets the same answer for ten seconds, then nobody", () => {
    const { table, clock } = tableWith();
    const state = table.issue("a");
    use(table, state, accept);
    clock.advance(9_999);
    expect(table.redeem(state, one)).toEqual({ kind: "repeated", answer: accept });
    expect(table.redeem(state, other)).toEqual({ kind: "refused", why: "used" });
    clock.advance(1);
    expect(table.redeem(state, one)).toEqual({ kind: "refused", why: "unknown" });
  });

  it("a resend while the answer is being made waits for the same answer", async () => {
    const { table } = tableWith();
    const state = table.issue("a");
    const verdict = table.redeem(state, one);
    const answer = Promise.resolve(accept);
    if (verdict.kind === "valid") table.settle(verdict.use, answer);
    expect(table.redeem(state, one)).toEqual({ kind: "repeated", answer });
    await answer;
    expect(table.redeem(state, one)).toEqual({ kind: "repeated", answer: accept });
  });

  it("silence gives the State back", () => {
    const { table } = tableWith();
    const state = table.issue("a");
    use(table, state, null);
    expect(table.redeem(state, other).kind).toBe("valid");
  });

  it("an answer that was promised and failed gives the State back", async () => {
    const { table } = tableWith();
    const state = table.issue("a");
    const verdict = table.redeem(state, one);
    if (verdict.kind === "valid") table.settle(verdict.use, Promise.reject(new Error("lost")));
    await new Promise(setImmediate);
    expect(table.redeem(state, other).kind).toBe("valid");
  });

  it("an objection refuses and uses nothing up", () => {
    const { table } = tableWith();
    const state = table.issue("a");
    const objection = (payload: string) => (payload === "a" ? ("other client" as const) : undefined);
    expect(table.redeem(state, one, objection)).toEqual({ kind: "refused", why: "other client" });
    expect(table.redeem(state, one).kind).toBe("valid");
  });

  it("a State that was withdrawn is unknown, and its payload does not end a second time", () => {
    const { table, ended } = tableWith();
    const state = table.issue("a");
    table.withdraw(state);
    expect(table.redeem(state, one)).toEqual({ kind: "refused", why: "unknown" });
    table.close();
    expect(ended).toEqual([]);
  });

  it("what another table issued is foreign; what this one never issued is unknown", () => {
    const { table } = tableWith();
    const neighbour = tableWith({ kind: 8 });
    expect(table.redeem(neighbour.table.issue("b"), one)).toEqual({ kind: "foreign" });
    expect(table.redeem(Uint8Array.of(1), one)).toEqual({ kind: "foreign" });
    const invented = table.issue("a");
    invented[20] = (invented[20] ?? 0) ^ 1;
    expect(table.redeem(invented, one)).toEqual({ kind: "refused", why: "unknown" });
    expect(table.isOwn(invented)).toBe(true);
    expect(table.isOwn(tableWith({ random: createSeededRandom(2) }).table.issue("c"))).toBe(false);
  });
});

describe("bounds", () => {
  it("beyond the limit the oldest goes, in order; one in use stays", () => {
    const { table, ended } = tableWith();
    const first = table.issue("a");
    table.redeem(first, one);
    for (const payload of ["b", "c", "d", "e"]) table.issue(payload);
    expect(ended).toEqual(["b evicted", "c evicted"]);
    expect(table.size).toBe(3);
  });

  it("used States do not crowd out open ones, and are bounded themselves", () => {
    const { table, ended } = tableWith();
    const open = table.issue("open");
    const states = ["a", "b", "c", "d"].map((payload) => {
      const state = table.issue(payload);
      use(table, state, accept);
      return state;
    });
    expect(ended).toEqual([]);
    expect(states.map((state) => table.redeem(state, one).kind)).toEqual([
      "refused",
      "repeated",
      "repeated",
      "repeated",
    ]);
    expect(table.redeem(open, one).kind).toBe("valid");
  });

  it("what is not used in time is let go, with one timer for all", () => {
    const { table, clock, ended } = tableWith();
    table.issue("a");
    clock.advance(1_000);
    const second = table.issue("b");
    expect(clock.pending).toBe(1);
    table.redeem(second, one);
    clock.advance(59_000);
    expect(ended).toEqual(["a expired"]);
    clock.advance(3_600_000);
    expect(ended).toEqual(["a expired"]);
    table.close();
    expect(ended).toEqual(["a expired", "b closed"]);
    expect(clock.pending).toBe(0);
  });

  it("a limit or kind that cannot be is refused", () => {
    expect(() => tableWith({ limit: 0 })).toThrow("limit must be a whole number of at least 1, found 0");
    expect(() => tableWith({ kind: 256 })).toThrow("kind must be a whole number from 0 to 255, found 256");
  });
});
