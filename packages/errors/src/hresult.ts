/** Access is refused: ERROR_ACCESS_DENIED of Win32 as an HRESULT. Unsigned, as every code here. */
export const E_ACCESSDENIED = 0x80070005;
