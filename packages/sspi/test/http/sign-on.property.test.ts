import { EventEmitter } from "node:events";
import { createVirtualClock } from "@sallyport/runtime";
import fc from "fast-check";
import { expect, it } from "vitest";
import { createSignOn, type SignOnOutcome } from "../../src/http/index.ts";
import { message, proof, proofCredentials } from "./proof-package.ts";

const total = 2;

/** What an observer knows of a connection: the challenge that is open, and who it belongs to. */
class Model extends EventEmitter {
  readonly remoteAddress = "192.0.2.1";
  readonly encrypted = false;
  challenge: { readonly scheme: string; readonly token: Uint8Array } | undefined;
  user: string | undefined;
}

type Event =
  | { readonly kind: "hello"; readonly on: number; readonly scheme: string }
  | { readonly kind: "plain"; readonly on: number }
  | { readonly kind: "close"; readonly on: number }
  | { readonly kind: "garbage"; readonly on: number; readonly scheme: string; readonly bytes: Uint8Array }
  | {
      readonly kind: "proof";
      readonly on: number;
      /** Null: the scheme of the challenge. */
      readonly scheme: string | null;
      /** Whose challenge is answered; null: its own. */
      readonly of: number | null;
      readonly user: "alice" | "bob";
      readonly isRight: boolean;
    }
  | { readonly kind: "time"; readonly on: number; readonly milliseconds: number };

const on = fc.nat(2);
const scheme = fc.constantFrom("NTLM", "Negotiate");
const events: fc.Arbitrary<Event> = fc.oneof(
  fc.record({ kind: fc.constant("hello" as const), on, scheme }),
  fc.record({ kind: fc.constant("plain" as const), on }),
  fc.record({ kind: fc.constant("close" as const), on }),
  fc.record({ kind: fc.constant("garbage" as const), on, scheme, bytes: fc.uint8Array({ maxLength: 40 }) }),
  fc.record({
    kind: fc.constant("proof" as const),
    on,
    scheme: fc.option(scheme, { freq: 1 }),
    of: fc.option(on, { freq: 1 }),
    user: fc.constantFrom("alice" as const, "bob" as const),
    isRight: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("time" as const), on, milliseconds: fc.nat(20_000) }),
);

it("whatever is sent on whatever connection, only a right proof for its own last challenge makes a user", async () => {
  const passwords = { alice: "wonderland", bob: "builder" };
  let admitted = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(events, { minLength: 20, maxLength: 60 }), async (sequence) => {
      const clock = createVirtualClock({ now: 0 });
      const { ntlm, negotiate, provider } = await proofCredentials({ clock, users: passwords });
      const signOn = createSignOn({
        schemes: [
          { scheme: "Negotiate", credentials: negotiate },
          { scheme: "NTLM", credentials: ntlm },
        ],
        handshakes: { total, age: 30_000 },
        clock,
      });
      const models = Array.from({ length: 3 }, () => new Model());
      const ask = (connection: Model, authorization?: string): Promise<SignOnOutcome> =>
        signOn.authenticate({
          connection,
          httpVersionMajor: 1,
          header: (name) => (name === "authorization" ? authorization : undefined),
        });
      for (const event of sequence) {
        const model = models[event.on] ?? expect.unreachable();
        const send = (name: string, token: Uint8Array) =>
          ask(model, `${name} ${Buffer.from(token).toString("base64")}`);
        if (event.kind === "time") await clock.advanceAsync(event.milliseconds);
        else if (event.kind === "close") {
          model.emit("close");
          models[event.on] = new Model();
        } else if (event.kind === "plain") {
          const outcome = await ask(model);
          expect(outcome.kind === "admitted" ? outcome.user.name : undefined).toBe(model.user);
          model.challenge = undefined;
        } else if (event.kind === "hello") {
          const outcome = await send(event.scheme, message(1));
          model.user = undefined;
          expect(outcome).toMatchObject({ kind: "answered", status: 401, goesOn: true });
          const value = outcome.kind === "answered" ? (outcome.headers.at(-1)?.[1].split(" ")[1] ?? "") : "";
          model.challenge = { scheme: event.scheme, token: Buffer.from(value, "base64") };
        } else if (event.kind === "garbage") {
          expect(await send(event.scheme, event.bytes)).toMatchObject({ kind: "answered", status: 401 });
          model.user = undefined;
          model.challenge = undefined;
        } else {
          const answered = models[event.of ?? event.on]?.challenge;
          const name = event.scheme ?? answered?.scheme ?? "NTLM";
          const token = proof(
            answered?.token ?? message(2),
            event.user,
            event.isRight ? passwords[event.user] : "wrong",
          );
          const outcome = await send(name, token);
          model.user = undefined;
          if (outcome.kind === "admitted") {
            admitted += 1;
            expect(event.isRight && answered === model.challenge).toBe(true);
            expect(answered?.scheme).toBe(name);
            expect(outcome.user.name).toBe(`TEST\\${event.user}`);
            model.user = outcome.user.name;
          }
          model.challenge = undefined;
        }
        expect(signOn.halfOpen).toBeLessThanOrEqual(total);
      }
      signOn.close();
      await clock.advanceAsync(0);
      expect(signOn.halfOpen).toBe(0);
      expect(provider.objects()).toMatchObject({ contexts: 0, pendingCalls: 0 });
    }),
    { numRuns: 150 },
  );
  expect(admitted).toBeGreaterThan(10); // or nothing was looked at
});
