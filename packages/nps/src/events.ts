/** The source of the events that this package writes. */
export const eventSource = "NPS";

/** Event ids, as administrators know them from the Windows logs (Table N-11). */
export const NpsEvent = {
  UnknownClient: 13,
  BadAuthenticator: 14,
  MessageAuthenticatorMissing: 17,
  MessageAuthenticatorWrong: 18,
  AnswerNotSendable: 22,
  ProcessingError: 23,
  /** The account source answers (again). */
  DirectoryConnected: 4400,
  /** One of several servers of an account source does not answer; for sources that have several. */
  DirectoryServerSilent: 4401,
  /** The account source does not answer. */
  DirectoryUnavailable: 4402,
  ProxyStateDropped: 4418,
  MessageAuthenticatorDropped: 4419,
  MessageAuthenticatorAudit: 4420,
  AccessGranted: 6272,
  AccessDenied: 6273,
  RequestDiscarded: 6274,
  AccountingDiscarded: 6275,
  Quarantined: 6276,
  Probation: 6277,
  FullAccess: 6278,
  AccountLocked: 6279,
  AccountUnlocked: 6280,
} as const;
export type NpsEvent = (typeof NpsEvent)[keyof typeof NpsEvent];
