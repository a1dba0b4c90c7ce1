/** EAP-Message (RFC 3579 section 3.1). */
export const eapMessage = 79;
/** Microsoft's private enterprise number (RFC 2548). */
export const microsoft = 311;
