import {
  ERROR_AUTH_PROTOCOL_REJECTED,
  ERROR_PEER_REFUSED_AUTH,
  ERROR_PPP_LOOPBACK_DETECTED,
} from "@sallyport/errors/ras";
import type { Random } from "@sallyport/runtime";
import {
  authenticationOption,
  authenticationProtocolOf,
  type PppAuthenticationProtocol,
} from "../authentication/authentication-protocol.ts";
import { defaultCharacterMap } from "../framing/character-map.ts";
import type { FrameFormat } from "../framing/framer.ts";
import { type ConfigurationOption, numberOf, octets16, octets32 } from "../wire/options.ts";
import {
  defaultMru,
  lcpOptionAddressCompression,
  lcpOptionAuthentication,
  lcpOptionCharacterMap,
  lcpOptionMagicNumber,
  lcpOptionMru,
  lcpOptionProtocolCompression,
  leastMru,
} from "./lcp-options.ts";
import type { Judgement, NegotiationFailure, NegotiationPolicy } from "./negotiation-policy.ts";

/** What this side of a link wants LCP to agree on. */
export interface LcpWishes {
  /** The longest packet that this side receives. */
  readonly mru: number;
  /** The control characters that the other side must escape. */
  readonly characterMap: number;
  /** How the other side may prove who it is, best first; none where it need not. */
  readonly demanded: readonly PppAuthenticationProtocol[];
  /** How this side can prove who it is, best first; none where it cannot. */
  readonly offered: readonly PppAuthenticationProtocol[];
  /** Whether frames may come in with compressed headers. */
  readonly compressHeaders: boolean;
  readonly random: Random;
}

/** How often the other side may send our own magic number before the line counts as looped back (RFC 1661 section 6.4). */
const mostLoops = 5;

/** What LCP negotiates (RFC 1661 section 6, RFC 1662 section 7). */
export class LcpPolicy implements NegotiationPolicy {
  /** How frames to the other side are written, once LCP is open. */
  format: FrameFormat = {};
  /** The longest packet that the other side receives. */
  peerMru: number = defaultMru;
  /** How the other side proves who it is; undefined where it need not. */
  demanded: PppAuthenticationProtocol | undefined;
  /** How the other side wants this one to prove who it is. */
  promised: PppAuthenticationProtocol | undefined;
  /** Ours, once it is agreed on; 0 otherwise (RFC 1661 section 5.8). */
  magic = 0;
  readonly #wishes: LcpWishes;
  #loops = 0;
  /** What the next Configure-Request asks for. */
  #mru = defaultMru;
  #characterMap = 0;
  #nextMagic = 0;
  /** Index among the demanded protocols. */
  #authentication = 0;
  #leftOut: readonly number[] = none;

  constructor(wishes: LcpWishes) {
    this.#wishes = wishes;
    this.restart();
  }

  restart(): void {
    const { mru, characterMap } = this.#wishes;
    this.format = {};
    this.peerMru = defaultMru;
    this.promised = undefined;
    this.demanded = undefined;
    this.magic = 0;
    this.#mru = mru;
    this.#characterMap = characterMap;
    this.#nextMagic = this.#newMagic();
    this.#authentication = 0;
    this.#leftOut = none;
  }

  /** What the other side may send: meaningful once LCP is open. */
  get ownCharacterMap(): number {
    return this.#leftOut.includes(lcpOptionCharacterMap) ? defaultCharacterMap : this.#characterMap;
  }

  request(): readonly ConfigurationOption[] {
    const { compressHeaders, demanded } = this.#wishes;
    const options: ConfigurationOption[] = [];
    const ask = (type: number, value: Uint8Array): void => {
      if (!this.#leftOut.includes(type)) options.push({ type, value });
    };
    if (this.#mru !== defaultMru) ask(lcpOptionMru, octets16(this.#mru));
    if (this.#characterMap !== defaultCharacterMap) {
      ask(lcpOptionCharacterMap, octets32(this.#characterMap));
    }
    const protocol = demanded[this.#authentication];
    if (protocol !== undefined) ask(lcpOptionAuthentication, authenticationOption(protocol));
    ask(lcpOptionMagicNumber, octets32(this.#nextMagic));
    if (compressHeaders) {
      ask(lcpOptionProtocolCompression, empty);
      ask(lcpOptionAddressCompression, empty);
    }
    return options;
  }

  judge(options: readonly ConfigurationOption[], { insist }: { readonly insist: boolean }): Judgement {
    const rejected: ConfigurationOption[] = [];
    const better: ConfigurationOption[] = [];
    const seen = new Set<number>();
    for (const option of options) {
      const verdict = seen.has(option.type) ? "reject" : this.#judged(option);
      seen.add(option.type);
      if (verdict === "reject") rejected.push(option);
      else if (verdict !== "ack") {
        if (insist) better.push({ type: option.type, value: verdict });
        else rejected.push(option);
      }
    }
    if (rejected.length > 0) return { kind: "reject", options: rejected };
    return better.length > 0 ? { kind: "nak", options: better } : { kind: "ack" };
  }

  adopt(options: readonly ConfigurationOption[]): void {
    let characterMap: number = defaultCharacterMap;
    let compressAddress = false;
    let compressProtocol = false;
    this.peerMru = defaultMru;
    this.promised = undefined;
    this.#loops = 0;
    for (const { type, value } of options) {
      if (type === lcpOptionMru) this.peerMru = numberOf(value);
      else if (type === lcpOptionCharacterMap) characterMap = numberOf(value);
      else if (type === lcpOptionAuthentication) this.promised = authenticationProtocolOf(value);
      else if (type === lcpOptionProtocolCompression) compressProtocol = true;
      else if (type === lcpOptionAddressCompression) compressAddress = true;
    }
    this.format = { characterMap, compressAddress, compressProtocol };
  }

  acknowledged(): void {
    this.magic = this.#leftOut.includes(lcpOptionMagicNumber) ? 0 : this.#nextMagic;
    this.demanded = this.#wishes.demanded[this.#authentication];
  }

  naked(options: readonly ConfigurationOption[]): NegotiationFailure | undefined {
    for (const { type, value } of options) {
      if (type === lcpOptionMru && value.length === 2) {
        const wanted = numberOf(value);
        if (wanted >= leastMru && wanted <= this.#wishes.mru) this.#mru = wanted;
        else this.#leftOut = [...this.#leftOut, lcpOptionMru];
      } else if (type === lcpOptionCharacterMap && value.length === 4) {
        // RFC 1662 section 7.1: both sides' needs count.
        this.#characterMap = (this.#characterMap | numberOf(value)) >>> 0;
      } else if (type === lcpOptionMagicNumber) {
        this.#nextMagic = this.#newMagic();
        const failure = this.#looped();
        if (failure !== undefined) return failure;
      } else if (type === lcpOptionAuthentication) {
        const failure = this.#otherAuthentication(value);
        if (failure !== undefined) return failure;
      }
    }
    return undefined;
  }

  rejected(options: readonly ConfigurationOption[]): NegotiationFailure | undefined {
    for (const { type } of options) {
      if (type === lcpOptionAuthentication && this.#wishes.demanded.length > 0) {
        return { code: ERROR_PEER_REFUSED_AUTH, reason: "the other side refuses to prove who it is" };
      }
      this.#leftOut = [...this.#leftOut, type];
    }
    return undefined;
  }

  #judged({ type, value }: ConfigurationOption): "ack" | "reject" | Uint8Array {
    switch (type) {
      case lcpOptionMru:
        if (value.length !== 2) return octets16(defaultMru);
        return numberOf(value) >= leastMru ? "ack" : octets16(leastMru);
      case lcpOptionCharacterMap:
        return value.length === 4 ? "ack" : octets32(defaultCharacterMap);
      case lcpOptionAuthentication:
        return this.#judgedAuthentication(value);
      case lcpOptionMagicNumber:
        return this.#judgedMagic(value);
      case lcpOptionProtocolCompression:
      case lcpOptionAddressCompression:
        return value.length === 0 ? "ack" : empty;
      default:
        return "reject";
    }
  }

  #judgedAuthentication(value: Uint8Array): "ack" | "reject" | Uint8Array {
    const { offered } = this.#wishes;
    const protocol = authenticationProtocolOf(value);
    if (protocol !== undefined && offered.includes(protocol)) return "ack";
    return offered[0] === undefined ? "reject" : authenticationOption(offered[0]);
  }

  #judgedMagic(value: Uint8Array): "ack" | Uint8Array {
    const theirs = numberOf(value);
    const usable = value.length === 4 && theirs !== 0 && theirs !== this.#nextMagic;
    return usable ? "ack" : octets32(this.#newMagic());
  }

  /** A Nak of our magic number: by the other side, or by ourselves over a loop. */
  #looped(): NegotiationFailure | undefined {
    this.#loops += 1;
    if (this.#loops < mostLoops) return undefined;
    return { code: ERROR_PPP_LOOPBACK_DETECTED, reason: "the line is looped back" };
  }

  /** The protocol that the other side would rather use, if it is one of ours that stands behind; else the next one. */
  #otherAuthentication(value: Uint8Array): NegotiationFailure | undefined {
    const { demanded } = this.#wishes;
    const wanted = authenticationProtocolOf(value);
    const at = wanted === undefined ? -1 : demanded.indexOf(wanted, this.#authentication + 1);
    this.#authentication = at >= 0 ? at : this.#authentication + 1;
    if (this.#authentication < demanded.length || demanded.length === 0) return undefined;
    return { code: ERROR_AUTH_PROTOCOL_REJECTED, reason: "no authentication protocol suits both sides" };
  }

  /** Never 0 (RFC 1661 section 6.4). */
  #newMagic(): number {
    return numberOf(this.#wishes.random(4)) || 1;
  }
}

const empty: Uint8Array = new Uint8Array(0);
const none: readonly number[] = [];
