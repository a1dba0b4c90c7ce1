/** EAP-MSCHAPv2 (draft-kamath-pppext-eap-mschapv2-02, [MS-CHAP]). */
export const eapTypeMsChapV2 = 26;
