// PPP_EAP_ACTION (Table E-2), RAS_EAP_FLAG_* (Table E-5) and the roles of RolesSupported (Table E-6).

/** Listen, without a time limit; the value of an untouched output (EAP-31). */
export const EAPACTION_NoAction = 0;
/** Authenticator: ask the provider with `userAttributes` (EAP-50). */
export const EAPACTION_Authenticate = 1;
/** The session is over; `authResultCode` says how. */
export const EAPACTION_Done = 2;
/** Send the packet once, then as {@link EAPACTION_Done}. */
export const EAPACTION_SendAndDone = 3;
/** Send the packet and listen without a time limit: the ordinary action of a peer (EAP-32). */
export const EAPACTION_Send = 4;
/** Send the packet; without an answer in time ask for it again, a limited number of times (EAP-24, EAP-26). */
export const EAPACTION_SendWithTimeout = 5;
/** As {@link EAPACTION_SendWithTimeout}, but a user is at work at the other side: never give up (EAP-27). */
export const EAPACTION_SendWithTimeoutInteractive = 6;
/** Reserved, not to be used. */
export const EAPACTION_IndicateTLV = 7;
/** Reserved, not to be used. */
export const EAPACTION_IndicateIdentity = 8;
/** PPP_EAP_ACTION: the actions a method may ask for. */
export type PppEapAction =
  | typeof EAPACTION_NoAction
  | typeof EAPACTION_Authenticate
  | typeof EAPACTION_Done
  | typeof EAPACTION_SendAndDone
  | typeof EAPACTION_Send
  | typeof EAPACTION_SendWithTimeout
  | typeof EAPACTION_SendWithTimeoutInteractive;

/** The machine is a router. */
export const RAS_EAP_FLAG_ROUTER = 0x00000001;
/** No user interface may be shown (EAP-69). */
export const RAS_EAP_FLAG_NON_INTERACTIVE = 0x00000002;
/** The user data came from the logon screen. */
export const RAS_EAP_FLAG_LOGON = 0x00000004;
/** The user asked to be prompted before dialling. */
export const RAS_EAP_FLAG_PREVIEW = 0x00000008;
/** First link of a multilink connection (EAP-78). */
export const RAS_EAP_FLAG_FIRST_LINK = 0x00000010;
/** The machine, or its certificate, is authenticated (EAP-70). */
export const RAS_EAP_FLAG_MACHINE_AUTH = 0x00000020;
/** Guest access is asked for. */
export const RAS_EAP_FLAG_GUEST_ACCESS = 0x00000040;
/** The link is an 802.1X one. */
export const RAS_EAP_FLAG_8021X_AUTH = 0x00000080;
/** The method runs inside PEAP. */
export const RAS_EAP_FLAG_HOSTED_IN_PEAP = 0x00000100;
/** First call after hibernation. */
export const RAS_EAP_FLAG_RESUME_FROM_HIBERNATE = 0x00000200;
/** PEAP stands at the start of the NPS pipeline. */
export const RAS_EAP_FLAG_PEAP_UPFRONT = 0x00000400;
/** The user database is not Active Directory. */
export const RAS_EAP_FLAG_ALTERNATIVE_USER_DB = 0x00000800;
/** No fast reconnect. */
export const RAS_EAP_FLAG_PEAP_FORCE_FULL_AUTH = 0x00001000;
/** Before the user's logon. */
export const RAS_EAP_FLAG_PRE_LOGON = 0x00020000;
/** The settings may not be changed (EAP-79); the spelling is that of Windows. */
export const RAS_EAP_FLAG_CONFG_READONLY = 0x00080000;
/** Specific to PEAP. */
export const RAS_EAP_FLAG_RESERVED = 0x00100000;
/** Credentials are to be saved. */
export const RAS_EAP_FLAG_SAVE_CREDMAN = 0x00200000;
/** The server's certificate must be validated. */
export const RAS_EAP_FLAG_SERVER_VALIDATION_REQUIRED = 0x02000000;

/** The method works as authenticator. */
export const RAS_EAP_ROLE_AUTHENTICATOR = 1;
/** The method works as peer. */
export const RAS_EAP_ROLE_AUTHENTICATEE = 2;
/** Not to be used in EAP itself. */
export const RAS_EAP_ROLE_EXCLUDE_IN_EAP = 4;
/** Not to be used inside PEAP. */
export const RAS_EAP_ROLE_EXCLUDE_IN_PEAP = 8;
/** Not to be used for a VPN. */
export const RAS_EAP_ROLE_EXCLUDE_IN_VPN = 0x10;
