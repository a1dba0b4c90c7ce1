import { WindowsError } from "@sallyport/errors";
import { ERROR_AUTH_INTERNAL, ERROR_PORT_DISCONNECTED } from "@sallyport/errors/ras";
import { NO_ERROR } from "@sallyport/errors/win32";
import { SECURITYMSG_ERROR, SECURITYMSG_FAILURE, SECURITYMSG_SUCCESS } from "../contract/constants.ts";
import type {
  RasSecurityDialogComplete,
  RasSecurityModule,
  SecurityMessage,
  SecurityPort,
} from "../contract/security-module.ts";
import { DialogEndedError } from "./dialog-ended.ts";
import type { DialogVerdict } from "./dialog-verdict.ts";
import { type DialogLimits, SecurityDialog } from "./security-dialog.ts";

export interface SecurityDialogOptions extends Partial<DialogLimits> {
  /** Shown when the caller did not answer in time, or answered wrongly too often. Default: `"\nGood bye.\n"`. */
  readonly farewell?: string;
}

/**
 * Makes a security module of one function: a dialog with one caller, which returns a verdict. It is written against the
 * contract of `RasSecurityDialogBegin`, so that the host knows one contract only; a module exports the result as its default.
 *
 * A caller who does not answer is refused (RAS-60); one who hangs up ends the function's next question with a
 * {@link DialogEndedError}; an exception is an ERROR with its code, or 645.
 *
 * @example
 * ```ts
 * import { defineSecurityDialog } from "@sallyport/ras-security";
 *
 * export default defineSecurityDialog(async (dialog) => {
 *   const user = await dialog.ask("Username: ");
 *   const code = await dialog.ask("Passcode: ", { echo: "*", timeoutSeconds: 60 });
 *   return code === "123456" ? dialog.accept(user, "CORP") : dialog.refuse(user, "CORP", { message: "Denied.\n" });
 * });
 * ```
 */
export function defineSecurityDialog(
  converse: (dialog: SecurityDialog) => Promise<DialogVerdict>,
  options: SecurityDialogOptions = {},
): RasSecurityModule {
  const { idleSeconds = 60, maxRepeats = 10, farewell = "\nGood bye.\n" } = options;
  for (const [name, value] of Object.entries({ idleSeconds, maxRepeats })) {
    if (!Number.isInteger(value) || value < 0 || value > 86_400) {
      throw new RangeError(`${name} must be a whole number from 0 to 86400, not ${value}`);
    }
  }
  const transactions = new Map<number, Transaction>();
  return {
    RasSecurityDialogBegin(port, _sendBuffer, receiveBuffer, complete) {
      const dialog = new SecurityDialog(port, receiveBuffer, { idleSeconds, maxRepeats });
      const transaction: Transaction = { dialog, port, complete, told: undefined, isEnding: false };
      transactions.set(port.handle, transaction);
      const conclude = (verdict: DialogVerdict): void => {
        transaction.told = messageOf(verdict, transaction);
        complete(transaction.told);
      };
      const conversation = async (): Promise<DialogVerdict> => converse(dialog);
      conversation().then(conclude, (error: unknown) => {
        if (error instanceof DialogEndedError) {
          if (error.reason === "disconnected") return; // End has been called, or will be: nothing is owed
          conclude(dialog.refuse(undefined, undefined, { message: farewell }));
          return;
        }
        const code = WindowsError.is(error) ? error.code : ERROR_AUTH_INTERNAL;
        port.log.error(`the dialog failed: ${error instanceof Error ? error.message : String(error)}`, {
          error,
        });
        conclude(dialog.fail(code));
      });
      return NO_ERROR;
    },
    RasSecurityDialogEnd(port) {
      const transaction = transactions.get(port.handle);
      if (transaction?.isEnding === true) return NO_ERROR;
      const work = transaction?.dialog.endWork();
      if (transaction === undefined || work === undefined) {
        transactions.delete(port.handle);
        return ERROR_PORT_DISCONNECTED;
      }
      transaction.isEnding = true;
      const { told = { msgId: SECURITYMSG_FAILURE, port, userName: "", domain: "" } } = transaction;
      // Complete again tells the host that the end need not wait any longer; it calls this function once more (RAS-50).
      void work.then(() => {
        transaction.isEnding = false;
        transaction.complete(told);
      });
      return NO_ERROR;
    },
  };
}

/** A call of RasSecurityDialogBegin, until its End has come. */
interface Transaction {
  readonly dialog: SecurityDialog;
  readonly port: SecurityPort;
  readonly complete: RasSecurityDialogComplete;
  /** The verdict, once it is told. */
  told: SecurityMessage | undefined;
  /** Whether the end waits for the dialog's own work. */
  isEnding: boolean;
}

/** A verdict as Complete takes it; what belongs to it is done before: what is shown, and what is given back. */
function messageOf(
  verdict: DialogVerdict,
  { dialog, port }: Pick<Transaction, "dialog" | "port">,
): SecurityMessage {
  switch (verdict?.kind) {
    case "accept": {
      port.unread(dialog.takeUnused());
      const { userName, domain } = verdict;
      return { msgId: SECURITYMSG_SUCCESS, port, userName, domain };
    }
    case "refuse": {
      dialog.tell(verdict.message ?? "");
      const { userName, domain } = verdict;
      return { msgId: SECURITYMSG_FAILURE, port, userName, domain };
    }
    case "fail":
      return { msgId: SECURITYMSG_ERROR, port, error: verdict.error };
    default:
      port.log.error("the dialog returned no verdict; return dialog.accept(), refuse() or fail()");
      return { msgId: SECURITYMSG_ERROR, port, error: ERROR_AUTH_INTERNAL };
  }
}
