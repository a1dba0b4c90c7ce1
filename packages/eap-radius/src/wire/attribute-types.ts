/** The RADIUS attributes that carry or accompany EAP. */

/** RFC 2865 section 5.1. */
export const userNameType = 1;
/** RFC 2865 section 5.12; what it means here: RFC 3579 section 2.4. */
export const framedMtuType = 12;
/** RFC 2865 section 5.24. */
export const stateType = 24;
/** RFC 2865 section 5.26. */
export const vendorSpecificType = 26;
/** RFC 2865 section 5.27; in an Access-Challenge: RFC 3580 section 3.17. */
export const sessionTimeoutType = 27;
/** RFC 2865 section 5.33. */
export const proxyStateType = 33;
/** RFC 2865 section 5.41. */
export const nasPortTypeType = 61;
/** RFC 3579 section 3.1. */
export const eapMessageType = 79;
/** RFC 3579 section 3.2. */
export const messageAuthenticatorType = 80;
/** RFC 5176 section 3.6. */
export const errorCauseType = 101;
/** RFC 4072 section 4.1.4, RFC 7268 section 2.2. */
export const eapKeyNameType = 102;
