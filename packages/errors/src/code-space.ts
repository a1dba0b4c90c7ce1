/**
 * Where a code has its meaning; the same number is another error elsewhere. `win32`: system error codes, with those of
 * network management, WinINet and WinHTTP; `hresult`: HRESULT values, unsigned; `ntstatus`: NTSTATUS values, unsigned;
 * `ras`: Remote Access Service and its routers, 600 to 955; `nps`: reason codes of Network Policy Server; `tapi`:
 * telephony, unsigned.
 */
export type CodeSpace = (typeof codeSpaces)[number];

/** Every {@link CodeSpace}, in the order in which a lookup names them when nothing else decides. */
export const codeSpaces = ["win32", "hresult", "ntstatus", "ras", "nps", "tapi"] as const;
