/** The attributes that the protocol itself acts on; every other number is the dictionary's business. */

/** RFC 2865 section 5.2. */
export const userPasswordType = 2;
/** RFC 2865 section 5.26. */
export const vendorSpecificType = 26;
/** RFC 2865 section 5.33. */
export const proxyStateType = 33;
/** RFC 3579 section 3.1. */
export const eapMessageType = 79;
/** RFC 3579 section 3.2. */
export const messageAuthenticatorType = 80;
/** The whole attribute: two header octets and 16 of HMAC-MD5. */
export const messageAuthenticatorLength = 18;
