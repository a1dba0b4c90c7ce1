import { type DiameterAvp, microsoftVendor } from "./avp.ts";

/** The numbers of the AVPs that TTLS knows: of RADIUS, and of Microsoft (RFC 2548). */
export const avpUserName = 1;
export const avpUserPassword = 2;
export const avpChapPassword = 3;
const avpReplyMessage = 18;
export const avpChapChallenge = 60;
export const avpEapMessage = 79;
export const avpMsChapResponse = 1;
export const avpMsChapError = 2;
export const avpMsChapChallenge = 11;
export const avpMsChap2Response = 25;
export const avpMsChap2Success = 26;

/** The AVPs of one message, by number; those of one number in order. */
export class AvpMessage {
  readonly #avps: readonly DiameterAvp[];

  constructor(avps: readonly DiameterAvp[]) {
    this.#avps = avps;
  }

  /** The data of an AVP of RADIUS; undefined where there is none, or more than one. */
  standard(code: number): Uint8Array | undefined {
    return this.#only(code, 0);
  }

  /** The data of an AVP of Microsoft. */
  microsoft(code: number): Uint8Array | undefined {
    return this.#only(code, microsoftVendor);
  }

  /** The EAP packet, whose parts may stand in several AVPs; undefined without. */
  eapMessage(): Uint8Array | undefined {
    const parts = this.#avps.filter(({ code, vendorId }) => code === avpEapMessage && vendorId === 0);
    if (parts.length === 0) return undefined;
    const packet = new Uint8Array(parts.reduce((sum, { data }) => sum + data.length, 0));
    let offset = 0;
    for (const { data } of parts) {
      packet.set(data, offset);
      offset += data.length;
    }
    return packet;
  }

  /** Whether an AVP must be understood that is not (RFC 5281 section 10.1): then the negotiation fails. */
  get hasUnknownMandatory(): boolean {
    return this.#avps.some(({ code, vendorId, mandatory }) => {
      if (!mandatory) return false;
      if (vendorId === 0) return !standard.has(code);
      return vendorId !== microsoftVendor || !microsoft.has(code);
    });
  }

  #only(code: number, vendorId: number): Uint8Array | undefined {
    const found = this.#avps.filter((avp) => avp.code === code && avp.vendorId === vendorId);
    return found.length === 1 ? found[0]?.data : undefined;
  }
}

/** An AVP of RADIUS, mandatory. */
export function standardAvp(code: number, data: Uint8Array): DiameterAvp {
  return { code, vendorId: 0, mandatory: true, data };
}

/** An AVP of Microsoft, mandatory. */
export function microsoftAvp(code: number, data: Uint8Array): DiameterAvp {
  return { code, vendorId: microsoftVendor, mandatory: true, data };
}

/** Attributes of RADIUS that may go along with credentials and describe the session; none of them changes who it is. */
const describing = [4, 5, 6, 12, 30, 31, 32, 44, 50, 61, 77, 95];
const standard: ReadonlySet<number> = new Set([
  avpUserName,
  avpUserPassword,
  avpChapPassword,
  avpReplyMessage,
  avpChapChallenge,
  avpEapMessage,
  ...describing,
]);
const microsoft: ReadonlySet<number> = new Set([
  avpMsChapResponse,
  avpMsChapError,
  avpMsChapChallenge,
  avpMsChap2Response,
  avpMsChap2Success,
]);
