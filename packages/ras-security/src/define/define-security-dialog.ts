import { WindowsError } from "@sallyport/errors";
import { ERROR_AUTH_INTERNAL, ERROR_PORT_DISCONNECTED } from "@sallyport/errors/ras";
import { NO_ERROR } from "@sallyport/errors/win32";
import { SECURITYMSG_ERROR, SECURITYMSG_FAILURE, SECURITYMSG_SUCCESS } from "../contract/constants.ts";
import type {
  RasSecurityDialogComplete,
  RasSecurityModule,
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
  return {
    RasSecurityDialogBegin(port, _sendBuffer, receiveBuffer, complete) {
      const dialog = new SecurityDialog(port, receiveBuffer, { idleSeconds, maxRepeats });
      const conclude = (verdict: DialogVerdict): void => deliver(verdict, { dialog, port, complete });
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
    RasSecurityDialogEnd: () => ERROR_PORT_DISCONNECTED,
  };
}

function deliver(
  verdict: DialogVerdict,
  call: {
    readonly dialog: SecurityDialog;
    readonly port: SecurityPort;
    readonly complete: RasSecurityDialogComplete;
  },
): void {
  const { dialog, port, complete } = call;
  switch (verdict?.kind) {
    case "accept": {
      port.unread(dialog.takeUnused());
      const { userName, domain } = verdict;
      complete({ msgId: SECURITYMSG_SUCCESS, port, userName, domain });
      return;
    }
    case "refuse": {
      dialog.tell(verdict.message ?? "");
      const { userName, domain } = verdict;
      complete({ msgId: SECURITYMSG_FAILURE, port, userName, domain });
      return;
    }
    case "fail":
      complete({ msgId: SECURITYMSG_ERROR, port, error: verdict.error });
      return;
    default:
      port.log.error("the dialog returned no verdict; return dialog.accept(), refuse() or fail()");
      complete({ msgId: SECURITYMSG_ERROR, port, error: ERROR_AUTH_INTERNAL });
  }
}
