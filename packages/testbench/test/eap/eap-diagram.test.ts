import { genericTokenCard } from "@sallyport/eap";
import { expect, it } from "vitest";
import { answers, createEapBench, delay, drop } from "../../src/index.ts";
import { echo } from "./methods.ts";

it("a session is drawn as a ladder: packets, calls, the user, losses and times", async () => {
  const bench = createEapBench({
    method: genericTokenCard({ prompt: "Your code?" }),
    accounts: [{ name: "alice", password: "wonderland" }],
    password: null,
  });
  const session = await bench.connect({
    user: [answers("wonderland", 4_000)],
    faults: [drop({ to: "peer", nth: 2 }), delay({ to: "authenticator", nth: 2 }, 500)],
  });
  expect(`\n${session.diagram()}\n`).toBe(`
          peer                                                           authenticator
       0 ms |<- Request 107 Identity ------------------------------------------|
            |-- Response 107 Identity "alice" -------------------------------->|
            |                        RasEapBegin("alice", bInitialId 108) -> 0 |
            |       RasEapMakeMessage(no packet) -> SendWithTimeoutInteractive |
            |      X-- Request 108 Generic Token Card (interactive, dropped) --|
    3000 ms |       RasEapMakeMessage(no packet) -> SendWithTimeoutInteractive |
            |<- Request 108 Generic Token Card (interactive) ------------------|
            | RasEapBegin("alice", bInitialId 0) -> 0                          |
            | RasEapMakeMessage(Request 108 Generic Token Card)                |
            |   -> NoAction, interactive UI                                    |
            | RasEapInvokeInteractiveUI() ...                                  |
            | the user is asked "Your code?"                                   |
    6000 ms |       RasEapMakeMessage(no packet) -> SendWithTimeoutInteractive |
            |<- Request 108 Generic Token Card (interactive) ------------------|
            | RasEapMakeMessage(Request 108 Generic Token Card)                |
            |   -> 722 ERROR_PPP_INVALID_PACKET                                |
    7000 ms | the user answers                                                 |
            | RasEapInvokeInteractiveUI() -> 10 octets (after 4000 ms)         |
            | RasEapMakeMessage(data from the interactive UI) -> Send          |
            |-- Response 108 Generic Token Card (delayed by 500 ms) --...      |
    7500 ms |-- Response 108 Generic Token Card (arrives) -------------------->|
            |               RasEapMakeMessage(Response 108 Generic Token Card) |
            |                                                  -> Authenticate |
            |                              provider.authenticate("alice") -> 0 |
            |   RasEapMakeMessage(authentication complete: 0) -> SendAndDone 0 |
            |<- Success 108 ---------------------------------------------------|
            |                                                 RasEapEnd() -> 0 |
            |                                           authenticated: "alice" |
            | RasEapMakeMessage(Success 108) -> Done 0                         |
            | RasEapEnd() -> 0                                                 |
            | authenticated: "alice"                                           |
`);
});

it("words that are too long are broken, and no line is wider than the others", async () => {
  const identity = "a very long identity ".repeat(8).trim();
  const session = await createEapBench({ method: echo() }).connect({ identity });
  const lines = session.diagram().split("\n").slice(1);
  expect(lines.filter((line) => line.includes("a very long"))).not.toEqual([]);
  expect(new Set(lines.map((line) => line.length))).toEqual(new Set([80]));
});
