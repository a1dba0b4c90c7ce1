import { type TransactionRow, transactionTable } from "./transaction-table.ts";

/**
 * The state diagram of a transaction in the language of Mermaid, made from the table that the host runs on.
 *
 * @example
 * ```ts
 * import { transactionDiagram } from "@sallyport/ras-security";
 *
 * console.log(transactionDiagram()); // stateDiagram-v2 ...
 * ```
 */
export function transactionDiagram(): string {
  return [
    "stateDiagram-v2",
    "    [*] --> Ringing",
    ...transactionTable.map((row) => `    ${row.state} --> ${row.next}: ${label(row)}`),
    "    Closed --> [*]",
    "",
  ].join("\n");
}

function label({ event, actions }: TransactionRow): string {
  return actions.length === 0 ? event : `${event} / ${actions.join(", ")}`;
}
