import fc from "fast-check";
import { expect, it } from "vitest";
import { DuplicateRing, type RingTicket } from "../src/engine/duplicate-ring.ts";

const limit = 5;
const keepFor = 10;

/** What a request is to the ring: where it came from, and its Request Authenticator. */
interface Request {
  readonly source: number;
  readonly origin: number;
  readonly authenticator: number;
}

/** The same promises, kept the slow way. */
class Model {
  entries: { request: Request; ticket: RingTicket; answer?: Uint8Array; expires?: number }[] = [];
  entryOf({ source, origin }: Request) {
    return this.entries.find(({ request }) => request.source === source && request.origin === origin);
  }
  drop(entry: Model["entries"][number] | undefined): void {
    this.entries = this.entries.filter((other) => other !== entry);
  }
  /** Entries in the order of their answers. */
  answered() {
    return this.entries.filter(({ answer }) => answer).sort((a, b) => (a.expires ?? 0) - (b.expires ?? 0));
  }
}

const request = fc.record({ source: fc.nat(2), origin: fc.nat(2), authenticator: fc.nat(1) });
const step = fc.oneof(
  fc.record({ kind: fc.constant("receive" as const), request }),
  fc.record({ kind: fc.constant("answer" as const), which: fc.nat(limit) }),
  fc.record({ kind: fc.constant("remove" as const), which: fc.nat(limit) }),
  fc.record({ kind: fc.constant("wait" as const), time: fc.nat(keepFor) }),
);

const packetOf = ({ authenticator }: Request): Uint8Array => new Uint8Array(20).fill(authenticator, 4);

it("does what a plain list would do, whatever comes, expires and is replaced", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const ring = new DuplicateRing(keepFor, limit);
      const model = new Model();
      const tickets: RingTicket[] = [];
      let now = 0;
      for (const [index, action] of steps.entries()) {
        if (action.kind === "wait") {
          now += action.time;
        } else if (action.kind === "receive") {
          ring.expire(now);
          for (const entry of model.answered()) if ((entry.expires ?? 0) <= now) model.drop(entry);
          const known = model.entryOf(action.request);
          const slot = ring.find(action.request.source, action.request.origin, packetOf(action.request));
          if (known?.request.authenticator === action.request.authenticator) {
            expect(slot).toBeGreaterThanOrEqual(0);
            expect(ring.answerAt(slot)).toEqual(known.answer);
            continue;
          }
          expect(slot).toBe(-1);
          model.drop(known);
          if (model.entries.length >= limit) model.drop(model.answered()[0]);
          const ticket = ring.add(action.request.source, action.request.origin, packetOf(action.request));
          expect(ticket === undefined).toBe(model.entries.length >= limit);
          if (ticket === undefined) continue;
          tickets.push(ticket);
          model.entries.push({ request: action.request, ticket });
        } else {
          const entry = model.entries[action.which % Math.max(1, model.entries.length)];
          if (entry === undefined || entry.answer !== undefined) continue;
          if (action.kind === "remove") {
            ring.remove(entry.ticket);
            model.drop(entry);
          } else {
            // Answers stand somewhere in a larger piece of memory. Later answers expire later.
            now += 0.001;
            entry.answer = new Uint8Array(100).fill(index).subarray(index, index + 20);
            entry.expires = now + keepFor;
            ring.answered(entry.ticket, entry.answer, now);
          }
        }
        const live = model.entries.map(({ ticket }) => ticket);
        for (const ticket of tickets) expect(ring.holds(ticket)).toBe(live.includes(ticket));
      }
    }),
  );
});

it("grows from nothing to its limit without losing a request", () => {
  const ring = new DuplicateRing(keepFor, 3_000);
  for (let origin = 0; origin < 3_000; origin++) {
    const ticket = ring.add(7, origin, packetOf({ source: 7, origin, authenticator: origin & 255 }));
    if (ticket !== undefined) ring.answered(ticket, new Uint8Array(20).fill(origin & 255), origin);
  }
  for (let origin = 0; origin < 3_000; origin++) {
    const slot = ring.find(7, origin, packetOf({ source: 7, origin, authenticator: origin & 255 }));
    expect(ring.answerAt(slot)?.[0]).toBe(origin & 255);
  }
});
