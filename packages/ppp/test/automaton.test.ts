import { createVirtualClock } from "@sallyport/runtime";
import { describe, expect, it } from "vitest";
import type { ControlPacket } from "../src/index.ts";
import { NegotiationAutomaton } from "../src/negotiation/automaton.ts";
import type { NegotiationPolicy } from "../src/negotiation/negotiation-policy.ts";
import { completeNegotiationSettings } from "../src/negotiation/negotiation-settings.ts";

// RFC 1661 section 4.1, as it is printed there; the marks r, p and x left out.
const printed = `
Events| Initial   Starting  Closed    Stopped   Closing   Stopping
 Up   |    2     irc,scr/6     -         -         -         -
 Down |    -         -         0       tls/1       0         1
 Open |  tls/1       1     irc,scr/6     3         5         5
 Close|    0       tlf/0       2         2         4         4
  TO+ |    -         -         -         -       str/4     str/5
  TO- |    -         -         -         -       tlf/2     tlf/3
 RCR+ |    -         -       sta/2 irc,scr,sca/8   4         5
 RCR- |    -         -       sta/2 irc,scr,scn/6   4         5
 RCA  |    -         -       sta/2     sta/3       4         5
 RCN  |    -         -       sta/2     sta/3       4         5
 RTR  |    -         -       sta/2     sta/3     sta/4     sta/5
 RTA  |    -         -         2         3       tlf/2     tlf/3
 RUC  |    -         -       scj/2     scj/3     scj/4     scj/5
 RXJ+ |    -         -         2         3         4         5
 RXJ- |    -         -       tlf/2     tlf/3     tlf/2     tlf/3
 RXR  |    -         -         2         3         4         5

Events| Req-Sent  Ack-Rcvd  Ack-Sent    Opened
 Up   |    -         -         -           -
 Down |    1         1         1         tld/1
 Open |    6         7         8           9
 Close|irc,str/4 irc,str/4 irc,str/4 tld,irc,str/4
  TO+ |  scr/6     scr/6     scr/8         -
  TO- | tlf/3     tlf/3     tlf/3          -
 RCR+ |  sca/8   sca,tlu/9   sca/8   tld,scr,sca/8
 RCR- |  scn/6     scn/7     scn/6   tld,scr,scn/6
 RCA  |  irc/7     scr/6   irc,tlu/9   tld,scr/6
 RCN  |irc,scr/6   scr/6   irc,scr/8   tld,scr/6
 RTR  |  sta/6     sta/6     sta/6   tld,zrc,sta/5
 RTA  |    6         6         8       tld,scr/6
 RUC  |  scj/6     scj/7     scj/8     scj/9
 RXJ+ |    6         6         8           9
 RXJ- |  tlf/3     tlf/3     tlf/3   tld,irc,str/5
 RXR  |    6         7         8       ser/9
`;

const states = [
  "Initial",
  "Starting",
  "Closed",
  "Stopped",
  "Closing",
  "Stopping",
  "Req-Sent",
  "Ack-Rcvd",
  "Ack-Sent",
  "Opened",
];
const restartMs = 1000;
const acceptable = Uint8Array.of(1, 2);
const unacceptable = Uint8Array.of(2, 2);
const echo = 9;

/** An automaton that tells its actions by the names of RFC 1661 section 4.4. */
function automaton(counts: { readonly maxConfigure?: number; readonly maxTerminate?: number } = {}) {
  const clock = createVirtualClock();
  const actions: string[] = [];
  const sent: ControlPacket[] = [];
  const policy: NegotiationPolicy = {
    restart() {},
    request: () => [{ type: 7, value: new Uint8Array(0) }],
    judge: ([option]) =>
      option?.type === 1
        ? { kind: "ack" }
        : { kind: "nak", options: [{ type: 2, value: new Uint8Array(1) }] },
    adopt() {},
    acknowledged() {},
    naked: () => undefined,
    rejected: () => undefined,
  };
  const names = ["", "scr", "sca", "scn", "scn", "str", "sta", "scj"];
  const engine = new NegotiationAutomaton({
    policy,
    clock,
    settings: completeNegotiationSettings({ restartMs, maxConfigure: 4, maxTerminate: 3, ...counts }),
    send: (packet) => {
      sent.push(packet);
      actions.push(names[packet.code] ?? `code ${packet.code}`);
    },
    layer: {
      up: () => void actions.push("tlu"),
      down: () => void actions.push("tld"),
      started: () => void actions.push("tls"),
      finished: () => void actions.push("tlf"),
      failed() {},
      otherCodes: new Set([echo]),
      other: () => void actions.push("ser"),
    },
  });
  const receive = (code: number, data: Uint8Array = new Uint8Array(0), identifier = 77): void =>
    engine.receive({ code, identifier, data });
  const request = () => sent.findLast(({ code }) => code === 1);
  const answer = (code: number): void =>
    receive(code, request()?.data ?? acceptable, request()?.identifier ?? 77);
  const events: Record<string, () => void> = {
    Up: () => engine.up(),
    Down: () => engine.down(),
    Open: () => engine.open(),
    Close: () => engine.close(),
    "TO+": () => clock.advance(restartMs),
    "TO-": () => clock.advance(restartMs),
    "RCR+": () => receive(1, acceptable),
    "RCR-": () => receive(1, unacceptable),
    RCA: () => answer(2),
    RCN: () => answer(3),
    RTR: () => receive(5),
    RTA: () => receive(6),
    RUC: () => receive(99),
    "RXJ+": () => receive(7, Uint8Array.of(99, 1, 0, 4)),
    "RXJ-": () => receive(7, Uint8Array.of(1, 1, 0, 4)),
    RXR: () => receive(echo),
  };
  return { engine, clock, actions, events };
}

/** How each state is come to. */
const ways: Record<string, readonly string[]> = {
  Initial: [],
  Starting: ["Open"],
  Closed: ["Up"],
  Stopped: ["Open", "Up", "RXJ-"],
  Closing: ["Open", "Up", "Close"],
  Stopping: ["Open", "Up", "RCR+", "RCA", "RXJ-"],
  "Req-Sent": ["Open", "Up"],
  "Ack-Rcvd": ["Open", "Up", "RCA"],
  "Ack-Sent": ["Open", "Up", "RCR+"],
  Opened: ["Open", "Up", "RCR+", "RCA"],
};

interface Cell {
  readonly event: string;
  readonly state: string;
  readonly cell: string;
}

function cells(): Cell[] {
  let columns: string[] = [];
  const found: Cell[] = [];
  for (const line of printed.split("\n")) {
    const [event, row] = line.split("|");
    if (event === undefined || row === undefined) continue;
    const parts = row.trim().split(/\s+/);
    if (event.trim() === "Events") columns = parts;
    else
      for (const [index, cell] of parts.entries()) {
        found.push({ event: event.trim(), state: columns[index] ?? "", cell });
      }
  }
  return found;
}

describe("RFC 1661 section 4.1, the state transition table", () => {
  it("is whole: 16 events in 10 states", () => expect(cells()).toHaveLength(160));

  // After irc in Ack-Rcvd the counter is not 0, so that its timer brings TO+ first; that leads to Req-Sent.
  const reachable = cells().filter(({ event, state }) => event !== "TO-" || state !== "Ack-Rcvd");
  it.each(reachable)("$event in $state: $cell", ({ event, state, cell }) => {
    const last = event === "TO-";
    const { engine, actions, events } = automaton(last ? { maxConfigure: 1, maxTerminate: 1 } : {});
    for (const step of ways[state] ?? []) events[step]?.();
    expect(engine.state).toBe(state);
    actions.length = 0;
    events[event]?.();
    const [next, expected] = cell.split("/").reverse();
    // Counters are seen below, by what they count.
    const seen = (expected ?? "").split(",").filter((action) => !["", "irc", "zrc"].includes(action));
    expect({ state: engine.state, actions }).toEqual({
      state: cell === "-" ? state : states[Number(next)],
      actions: seen,
    });
  });
});

describe("RFC 1661 section 4.6, counters and timer", () => {
  const counted = cells().filter(({ cell }) => /irc|zrc/.test(cell) && !cell.endsWith("/9"));
  it.each(counted)("$event in $state, $cell: so many more transmissions", ({ event, state, cell }) => {
    const { engine, actions, events, clock } = automaton();
    for (const step of ways[state] ?? []) events[step]?.();
    events[event]?.();
    actions.length = 0;
    clock.advance(100 * restartMs);
    const requests = actions.filter((action) => action === "scr" || action === "str").length;
    const first = /scr|str/.test(cell) ? 1 : 0;
    const most = cell.includes("zrc") ? 0 : cell.includes("str") || cell.endsWith("/5") ? 3 : 4;
    expect(requests).toBe(Math.max(0, most - first));
    expect(actions.at(-1)).toBe("tlf");
    expect(["Closed", "Stopped"]).toContain(engine.state);
    expect(clock.pending).toBe(0);
  });

  it("waits one time-out after it has acknowledged a Terminate-Request (zrc)", () => {
    const { actions, events, clock } = automaton();
    for (const step of [...(ways["Opened"] ?? []), "RTR"]) events[step]?.();
    actions.length = 0;
    clock.advance(restartMs - 1);
    expect(actions).toEqual([]);
    clock.advance(1);
    expect(actions).toEqual(["tlf"]);
  });

  it("has no timer running where nothing is waited for", () => {
    for (const state of ["Initial", "Starting", "Closed", "Stopped", "Opened"]) {
      const { events, clock } = automaton();
      for (const step of ways[state] ?? []) events[step]?.();
      expect([state, clock.pending]).toEqual([state, 0]);
    }
  });
});
