/** Why a dialog cannot go on. */
export type DialogEnd =
  /** The caller typed nothing for too long. */
  | "timeout"
  /** The caller answered wrongly, or not at all, too often. */
  | "attempts"
  /** The line is gone, an administrator ended the call, or the server stops. */
  | "disconnected";

/** What `ask` and its like reject with when the dialog cannot go on. Left alone, it ends the call in the right way. */
export class DialogEndedError extends Error {
  readonly reason: DialogEnd;
  /** The Windows code: 748 for a time-out, 629 where the caller hung up ... */
  readonly code: number;

  constructor(reason: DialogEnd, code: number) {
    super(messages[reason]);
    this.name = "DialogEndedError";
    this.reason = reason;
    this.code = code;
  }
}

const messages: Readonly<Record<DialogEnd, string>> = {
  timeout: "the caller did not answer in time",
  attempts: "the caller answered wrongly too often",
  disconnected: "the call has ended",
};
