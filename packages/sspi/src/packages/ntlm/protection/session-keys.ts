import { md5 } from "@sallyport/crypto";
import type { ContextRole } from "../../../contract/security-package.ts";
import { NTLMSSP_NEGOTIATE_56, NTLMSSP_NEGOTIATE_128 } from "../wire/negotiate-flags.ts";

/** The two keys of one direction. */
export interface DirectionKeys {
  /** 16 bytes. */
  readonly sign: Uint8Array<ArrayBuffer>;
  /** 16 bytes, of which as many are secret as the flags allow. */
  readonly seal: Uint8Array<ArrayBuffer>;
}

/**
 * The keys for what the `sender` sends (MS-NLMP sections 3.4.5.2 and 3.4.5.3): sign = MD5(exported key ∥ magic), seal =
 * MD5(truncated key ∥ magic), each magic text with its NUL.
 */
export function directionKeys(exportedKey: Uint8Array, flags: number, sender: ContextRole): DirectionKeys {
  const magic = magicTexts[sender];
  return {
    sign: md5(exportedKey, magic.sign),
    seal: md5(exportedKey.subarray(0, sealKeyStrength(flags)), magic.seal),
  };
}

/** Bytes of the exported key that go into a sealing key. */
function sealKeyStrength(flags: number): number {
  if ((flags & NTLMSSP_NEGOTIATE_128) !== 0) return 16;
  return (flags & NTLMSSP_NEGOTIATE_56) === 0 ? 5 : 7;
}

const magicText = (direction: string, use: string): Uint8Array =>
  new TextEncoder().encode(`session key to ${direction} ${use} key magic constant\0`);

const magicTexts = {
  initiate: {
    sign: magicText("client-to-server", "signing"),
    seal: magicText("client-to-server", "sealing"),
  },
  accept: {
    sign: magicText("server-to-client", "signing"),
    seal: magicText("server-to-client", "sealing"),
  },
} as const;
