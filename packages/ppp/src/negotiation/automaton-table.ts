/** The states of RFC 1661 section 4.2, in the order of their numbers. */
export const automatonStates = [
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
] as const;
export type AutomatonState = (typeof automatonStates)[number];

/**
 * The option negotiation automaton of RFC 1661 section 4.1 as data: one row an event, one cell a state, `-` where the
 * event cannot occur. The marks r, p and x of the RFC have no cell: restart and passive are options that are not used,
 * and a crossed connection needs no action of its own.
 */
// biome-ignore format: a table is read by its columns
export const automatonTable: Readonly<Record<AutomatonEvent, readonly (Transition | undefined)[]>> = compiled({
  //       Initial  Starting       Closed    Stopped           Closing  Stopping  Req-Sent     Ack-Rcvd     Ack-Sent     Opened
  Up:     "2        irc,scr/6      -         -                 -        -         -            -            -            -",
  Down:   "-        -              0         tls/1             0        1         1            1            1            tld/1",
  Open:   "tls/1    1              irc,scr/6 3                 5        5         6            7            8            9",
  Close:  "0        tlf/0          2         2                 4        4         irc,str/4    irc,str/4    irc,str/4    tld,irc,str/4",
  "TO+":  "-        -              -         -                 str/4    str/5     scr/6        scr/6        scr/8        -",
  "TO-":  "-        -              -         -                 tlf/2    tlf/3     tlf/3        tlf/3        tlf/3        -",
  "RCR+": "-        -              sta/2     irc,scr,sca/8     4        5         sca/8        sca,tlu/9    sca/8        tld,scr,sca/8",
  "RCR-": "-        -              sta/2     irc,scr,scn/6     4        5         scn/6        scn/7        scn/6        tld,scr,scn/6",
  RCA:    "-        -              sta/2     sta/3             4        5         irc/7        scr/6        irc,tlu/9    tld,scr/6",
  RCN:    "-        -              sta/2     sta/3             4        5         irc,scr/6    scr/6        irc,scr/8    tld,scr/6",
  RTR:    "-        -              sta/2     sta/3             sta/4    sta/5     sta/6        sta/6        sta/6        tld,zrc,sta/5",
  RTA:    "-        -              2         3                 tlf/2    tlf/3     6            6            8            tld,scr/6",
  RUC:    "-        -              scj/2     scj/3             scj/4    scj/5     scj/6        scj/7        scj/8        scj/9",
  "RXJ+": "-        -              2         3                 4        5         6            6            8            9",
  "RXJ-": "-        -              tlf/2     tlf/3             tlf/2    tlf/3     tlf/3        tlf/3        tlf/3        tld,irc,str/5",
  RXR:    "-        -              2         3                 4        5         6            7            8            ser/9",
});

/** The events of RFC 1661 section 4.3. */
export type AutomatonEvent =
  /** The line can carry packets. */
  | "Up"
  /** It cannot any more. */
  | "Down"
  /** The administrator wants the layer opened. */
  | "Open"
  | "Close"
  /** The restart timer ran out, and the counter has not. */
  | "TO+"
  | "TO-"
  /** Receive-Configure-Request, acceptable or not. */
  | "RCR+"
  | "RCR-"
  | "RCA"
  | "RCN"
  | "RTR"
  | "RTA"
  /** Receive-Unknown-Code. */
  | "RUC"
  /** Receive-Code-Reject or -Protocol-Reject that can be lived with, or not. */
  | "RXJ+"
  | "RXJ-"
  /** Receive-Echo-Request, -Reply or Discard-Request. */
  | "RXR";

/** The actions of RFC 1661 section 4.4. */
export type AutomatonAction =
  | "tlu"
  | "tld"
  | "tls"
  | "tlf"
  | "irc"
  | "zrc"
  | "scr"
  | "sca"
  | "scn"
  | "str"
  | "sta"
  | "scj"
  | "ser";

export interface Transition {
  readonly actions: readonly AutomatonAction[];
  readonly next: AutomatonState;
}

function compiled(
  rows: Readonly<Record<AutomatonEvent, string>>,
): Readonly<Record<AutomatonEvent, readonly (Transition | undefined)[]>> {
  const table = {} as Record<AutomatonEvent, readonly (Transition | undefined)[]>;
  for (const event in rows) {
    table[event as AutomatonEvent] = rows[event as AutomatonEvent].split(/\s+/).map(transition);
  }
  return table;
}

function transition(cell: string): Transition | undefined {
  if (cell === "-") return undefined;
  const [state = "", actions = ""] = cell.split("/").reverse();
  const next = automatonStates[Number(state)];
  if (next === undefined) throw new TypeError(`no state: ${cell}`);
  return { actions: actions === "" ? [] : (actions.split(",") as AutomatonAction[]), next };
}
