import captured from "../vectors/spnego-captures.json" with { type: "json" };

/** Tokens of Samba, MIT Kerberos, gss-ntlmssp and curl. */
export const captures: typeof captured = captured;
export const ntlm = "1.3.6.1.4.1.311.2.2.10";
export const kerberos = "1.2.840.113554.1.2.2";
export const microsoftKerberos = "1.2.840.48018.1.2.2";
export const negoEx = "1.3.6.1.4.1.311.2.2.30";

export function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.match(/../g) ?? [], (octet) => Number.parseInt(octet, 16));
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (octet) => octet.toString(16).padStart(2, "0")).join("");
}

/** Every SPNEGO token there is, with where it comes from. */
export function everyCapture(): readonly { readonly title: string; readonly hex: string }[] {
  const { groups } = captured;
  const lists = {
    "ntlm-in-spnego": groups["ntlm-in-spnego"],
    negTokenInit2: groups.negTokenInit2,
    "krb5-optimistic-then-ntlm": groups["krb5-optimistic-then-ntlm"].tokens,
    "ntlm-only-with-mic-and-messages": groups["ntlm-only-with-mic-and-messages"].tokens,
  };
  return Object.entries(lists).flatMap(([name, list]) =>
    list.map(({ hex }, index) => ({ title: `${name} ${index + 1}`, hex })),
  );
}
