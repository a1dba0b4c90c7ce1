import { shortAsciiText } from "@sallyport/runtime";

export { utf8Octets, utf8Text } from "@sallyport/runtime";

const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** UTF-8 from `start` on as text, a byte order mark included; undefined when it is none. */
export function strictUtf8Text(octets: Uint8Array, start: number): string | undefined {
  const ascii = shortAsciiText(octets, start);
  if (ascii !== undefined) return ascii;
  try {
    return strictDecoder.decode(octets.subarray(start));
  } catch {
    return undefined;
  }
}
