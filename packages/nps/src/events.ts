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
  ProxyStateDropped: 4418,
  MessageAuthenticatorDropped: 4419,
  MessageAuthenticatorAudit: 4420,
  RequestDiscarded: 6274,
  AccountingDiscarded: 6275,
} as const;
export type NpsEvent = (typeof NpsEvent)[keyof typeof NpsEvent];
