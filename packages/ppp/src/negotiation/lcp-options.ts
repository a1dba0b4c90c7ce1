// The option types of LCP (RFC 1661 section 6, RFC 1662 section 7; IANA "PPP LCP Configuration Options").

export const lcpOptionMru = 1;
export const lcpOptionCharacterMap = 2;
export const lcpOptionAuthentication = 3;
export const lcpOptionMagicNumber = 5;
export const lcpOptionProtocolCompression = 7;
export const lcpOptionAddressCompression = 8;

/** The MRU that every side must be able to receive (RFC 1661 section 6.1). */
export const defaultMru = 1500;
/** A side that wants less is told to take this: a packet with a header of IP and some data must fit. */
export const leastMru = 128;
