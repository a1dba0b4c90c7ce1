/** The type of EAP-TLS (RFC 5216). */
export const eapTypeTls = 13;
