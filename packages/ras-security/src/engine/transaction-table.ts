/**
 * The life of one transaction as a table: what the engine does, and what the documentation draws. A pair that is not
 * listed changes nothing.
 */
export type TransactionState =
  /** The call waits for its turn. */
  | "Ringing"
  /** Begin is running. */
  | "Beginning"
  /** Begin is running, and the call was ended meanwhile. */
  | "BeginningAborted"
  /** The module owns the line. */
  | "Active"
  /** End is running, after a verdict. */
  | "Cleaning"
  /** End is running, without a verdict that counts. */
  | "Aborting"
  /** End returned NO_ERROR after a verdict: Complete is owed. */
  | "Delayed"
  /** End returned NO_ERROR after an abnormal end: Complete is owed. */
  | "DelayedAborted"
  | "Closed";

export type TransactionEvent =
  | "call answered"
  | "Begin returns nonzero"
  | "Begin returns NO_ERROR"
  | "Complete"
  /** Line lost, administrator, limit, or the host stops. */
  | "abnormal end"
  | "End returns nonzero"
  | "End returns NO_ERROR"
  /** `delayLimitMs` or `maxEndCalls`. */
  | "limit reached";

export type TransactionAction =
  | "call Begin"
  | "release accept loop"
  | "keep Complete"
  | "take kept Complete"
  | "store verdict"
  | "abort signal"
  | "call End"
  | "apply verdict"
  | "release port"
  | "hang up and log"
  | "fail closed";

export interface TransactionRow {
  readonly state: TransactionState;
  readonly event: TransactionEvent;
  readonly next: TransactionState;
  readonly actions: readonly TransactionAction[];
}

function row(
  state: TransactionState,
  event: TransactionEvent,
  next: TransactionState,
  ...actions: TransactionAction[]
): TransactionRow {
  return { state, event, next, actions };
}

export const transactionTable: readonly TransactionRow[] = [
  row("Ringing", "call answered", "Beginning", "call Begin"),
  row("Ringing", "abnormal end", "Closed", "release port"),

  row("Beginning", "Begin returns nonzero", "Closed", "release accept loop", "hang up and log"), // RAS-10
  row("Beginning", "Begin returns NO_ERROR", "Active", "release accept loop", "take kept Complete"), // RAS-09
  row("Beginning", "Complete", "Beginning", "keep Complete"), // RAS-14
  row("Beginning", "abnormal end", "BeginningAborted", "abort signal"),
  row("BeginningAborted", "Begin returns nonzero", "Closed", "release accept loop", "release port"),
  row("BeginningAborted", "Begin returns NO_ERROR", "Aborting", "release accept loop", "call End"),

  row("Active", "Complete", "Cleaning", "store verdict", "call End"), // RAS-42
  // From Aborting nothing leads back to a verdict (RAS-52).
  row("Active", "abnormal end", "Aborting", "abort signal", "call End"), // RAS-47

  row("Cleaning", "End returns nonzero", "Closed", "apply verdict"), // RAS-43
  row("Cleaning", "End returns NO_ERROR", "Delayed", "take kept Complete"), // RAS-44
  row("Cleaning", "Complete", "Cleaning", "store verdict", "keep Complete"), // RAS-52
  row("Cleaning", "abnormal end", "Aborting", "abort signal"),
  row("Cleaning", "limit reached", "Closed", "fail closed"),

  row("Aborting", "End returns nonzero", "Closed", "release port"), // RAS-49
  row("Aborting", "End returns NO_ERROR", "DelayedAborted", "take kept Complete"), // RAS-50
  row("Aborting", "Complete", "Aborting", "keep Complete"),
  row("Aborting", "limit reached", "Closed", "fail closed"),

  row("Delayed", "Complete", "Cleaning", "store verdict", "call End"), // RAS-51
  row("Delayed", "abnormal end", "Aborting", "abort signal", "call End"),
  row("Delayed", "limit reached", "Closed", "fail closed"), // RAS-53
  row("DelayedAborted", "Complete", "Aborting", "call End"),
  row("DelayedAborted", "limit reached", "Closed", "fail closed"),
];

const rows: ReadonlyMap<string, TransactionRow> = new Map(
  transactionTable.map((entry) => [`${entry.state} ${entry.event}`, entry]),
);

/** The row for an event in a state; undefined where the event changes nothing. */
export function transition(state: TransactionState, event: TransactionEvent): TransactionRow | undefined {
  return rows.get(`${state} ${event}`);
}
