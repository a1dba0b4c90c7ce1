import { timeStamp } from "../../../time-stamp.ts";

/** A moment as the 8 bytes of a FILETIME. */
export function fileTime(now: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, timeStamp(now), true);
  return bytes;
}
