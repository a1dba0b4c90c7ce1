import { ERROR_PORT_DISCONNECTED, ERROR_REMOTE_DISCONNECTION } from "@sallyport/errors/ras";
import type { Severity } from "@sallyport/runtime";
import { statusName } from "../engine/status-name.ts";
import type { TransactionOutcome } from "../engine/transaction.ts";
import { RasEvent } from "./events.ts";
import type { CallOutcome } from "./outcome.ts";
import { printableName } from "./printable-name.ts";

/** Writes an event about one call. */
export type WriteEvent = (id: RasEvent, severity: Severity, what: string, fields?: object) => void;

/** Tells the administrator how a transaction ended without PPP, and makes of it what the next stage sees. */
export function reportOutcome(
  outcome: TransactionOutcome,
  abortError: number,
  write: WriteEvent,
): CallOutcome {
  switch (outcome.kind) {
    case "success":
      return { kind: "aborted", error: ERROR_REMOTE_DISCONNECTION };
    case "failure": {
      const { userName, domain } = outcome;
      write(RasEvent.SecurityFailure, "audit-failure", `the user ${shown(domain, userName)} was refused`, {
        userName,
        domain,
      });
      return { kind: "failure", userName, domain };
    }
    case "error": {
      const { malformed: why } = outcome;
      const malformed = why === undefined ? "" : `, because its SECURITY_MESSAGE is malformed: ${why}`;
      write(
        RasEvent.SecurityError,
        "error",
        `the security module reported ${statusName(outcome.error)}${malformed}`,
        {
          code: outcome.error,
          reason: outcome.malformed,
          userName: outcome.userName || undefined,
          domain: outcome.domain || undefined,
        },
      );
      return { kind: "error", error: outcome.error };
    }
    case "begin failed":
      write(
        RasEvent.SecurityError,
        "error",
        `Begin returned ${statusName(outcome.error)}; the call was ended`,
        {
          code: outcome.error,
        },
      );
      return outcome;
    case "delayed too long":
      write(
        RasEvent.SecurityError,
        "error",
        `the security module did not let the transaction end, after ${outcome.endCalls} calls of End; it was closed`,
        { endCalls: outcome.endCalls },
      );
      return { kind: "delayed too long", error: abortError || ERROR_PORT_DISCONNECTED };
    case "aborted":
      write(RasEvent.Other, "information", `the dialog was ended: ${statusName(outcome.error)}`, {
        code: outcome.error,
      });
      return outcome;
  }
}

function shown(domain: string, userName: string): string {
  return printableName(domain === "" ? userName : `${domain}\\${userName}`);
}
