import fc from "fast-check";
import { expect, it } from "vitest";
import {
  type CtxtHandle,
  createSecHandle,
  SEC_E_INVALID_HANDLE,
  SEC_E_LOGON_DENIED,
  SEC_E_OK,
  SEC_I_CONTINUE_NEEDED,
  type SspiAsyncContext,
} from "../src/index.ts";
import { harness, pending, settle, stub } from "./harness.ts";

type Action =
  | {
      readonly kind: "step";
      readonly context: number;
      readonly isFirst: boolean;
      readonly answer: Answer;
      readonly limit: "none" | "signal" | "timeout";
    }
  | { readonly kind: "delete" | "delete now"; readonly context: number }
  | { readonly kind: "free" | "reinit"; readonly async: number }
  | { readonly kind: "answer" | "abort" | "turn" | "time" };

type Answer = "now" | "denied" | "throws" | "later" | "later, interruptible" | "never, interruptible";

const answers: readonly Answer[] = [
  "now",
  "denied",
  "throws",
  "later",
  "later, interruptible",
  "never, interruptible",
];

const small = fc.nat({ max: 1 });
/** Mostly later steps: a first one makes a new context. */
const isFirst = fc.nat({ max: 3 }).map((number) => number === 0);
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("step" as const),
      context: small,
      isFirst,
      answer: fc.constantFrom(...answers),
      limit: fc.constantFrom("none" as const, "signal" as const, "timeout" as const),
    }),
  },
  fc.record({ kind: fc.constantFrom("delete" as const, "delete now" as const), context: small }),
  fc.record({ kind: fc.constantFrom("free" as const, "reinit" as const), async: fc.nat({ max: 9 }) }),
  fc.record({ kind: fc.constantFrom("answer" as const, "abort" as const, "time" as const) }),
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("turn" as const) }) },
);

/** What was seen of one async context. */
interface Seen {
  readonly async: SspiAsyncContext;
  queued: number;
  told: number;
  isFreed: boolean;
}

it("whatever is queued, aborted, deleted and freed in whatever order: one callback a call, the package never twice at a time, nothing left", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 10, maxLength: 40, size: "max" }), async (actions) => {
      const waiting: (() => void)[] = [];
      const busy = new Set<object>();
      let made = 0;
      let released = 0;
      const complaints: string[] = [];
      const planned = new Map<number, Answer>();
      const sspi = harness({
        packages: [
          {
            ...stub(() => 0),
            acquireCredentials: () => ({
              accept: () => {
                made += 1;
                const self = {};
                let isDeleted = false;
                return {
                  step(step) {
                    if (busy.has(self)) complaints.push("two calls at a time");
                    if (isDeleted) complaints.push("a call after delete");
                    const answer = planned.get(step.token[0] ?? 0) ?? "now";
                    if (answer === "now") return SEC_I_CONTINUE_NEEDED;
                    if (answer === "denied") return SEC_E_LOGON_DENIED;
                    if (answer === "throws") throw new Error("bug");
                    if (answer !== "later") void step.signal;
                    if (answer === "never, interruptible") return new Promise<number>(() => {});
                    busy.add(self);
                    return new Promise<number>((resolve) =>
                      waiting.push(() => {
                        busy.delete(self);
                        resolve(SEC_I_CONTINUE_NEEDED);
                      }),
                    );
                  },
                  delete() {
                    if (isDeleted) complaints.push("deleted twice");
                    if (busy.has(self)) complaints.push("deleted at work");
                    isDeleted = true;
                    released += 1;
                  },
                };
              },
            }),
          },
        ],
      });
      const credential = await sspi.acquire();
      const contexts: CtxtHandle[] = [1, 2].map(() => createSecHandle());
      const seen: Seen[] = [];
      let never = 0;
      let controller = new AbortController();
      const begin = (): Seen => {
        const one: Seen = { async: sspi.context(), queued: 0, told: 0, isFreed: false };
        sspi.SspiSetAsyncNotifyCallback(
          one.async,
          () => {
            one.told += 1;
            if (one.isFreed) complaints.push("told after free");
            if (sspi.SspiGetAsyncCallStatus(one.async) === pending) complaints.push("told while pending");
          },
          null,
        );
        seen.push(one);
        return one;
      };

      for (const [index, each] of actions.entries()) {
        if (each.kind === "step") {
          const one = begin();
          planned.set(index, each.answer);
          const handle = contexts[each.context] as CtxtHandle;
          const newContext = each.isFirst ? createSecHandle() : handle;
          if (each.isFirst) contexts[each.context] = newContext;
          if (each.answer === "never, interruptible") never += 1;
          const { queued } = sspi.accept({
            async: one.async,
            credential,
            context: each.isFirst ? null : handle,
            newContext,
            token: Uint8Array.of(index),
            extension:
              each.limit === "signal"
                ? { signal: controller.signal }
                : each.limit === "timeout"
                  ? { timeoutMs: 1_000 }
                  : {},
          });
          if (queued === SEC_E_OK) one.queued += 1;
        } else if (each.kind === "delete") {
          const one = begin();
          if (sspi.SspiDeleteSecurityContextAsync(one.async, contexts[each.context] ?? null) === SEC_E_OK)
            one.queued += 1;
        } else if (each.kind === "delete now")
          sspi.DeleteSecurityContext(contexts[each.context] as CtxtHandle);
        else if (each.kind === "free") {
          const one = seen[each.async];
          if (one === undefined) continue;
          one.isFreed = true;
          sspi.SspiFreeAsyncContext(one.async);
          expect(sspi.SspiGetAsyncCallStatus(one.async)).toBe(SEC_E_INVALID_HANDLE);
        } else if (each.kind === "reinit") {
          const one = seen[each.async];
          if (one !== undefined) sspi.SspiReinitAsyncContext(one.async);
        } else if (each.kind === "answer") waiting.shift()?.();
        else if (each.kind === "abort") {
          controller.abort();
          controller = new AbortController();
        } else if (each.kind === "time") sspi.clock.advance(600);
        else await settle();
      }

      for (let round = 0; round <= actions.length && sspi.objects().pendingCalls > 0; round += 1) {
        for (const answer of waiting.splice(0)) answer();
        await settle();
        sspi.clock.advance(120_000); // what never answers is given up
        await settle();
      }
      for (const answer of waiting.splice(0)) answer();
      await settle();
      expect(complaints).toEqual([]);
      expect(sspi.objects().pendingCalls).toBe(0);
      for (const one of seen) {
        if (!one.isFreed) expect(one.told).toBe(one.queued);
        expect(one.told).toBeLessThanOrEqual(one.queued);
      }
      sspi.end();
      await settle();
      // A package that never came back keeps its part of the context; every other part was deleted.
      expect(made - released).toBeLessThanOrEqual(never);
      expect(busy.size).toBe(0);
    }),
    { numRuns: 500 },
  );
});
