import type { Clock, Random } from "@sallyport/runtime";
import type { RasAuthAttribute } from "../contract/auth-attribute.ts";
import type { EapSignal, PppEapBeginInput } from "../contract/ppp-eap.ts";
import type { EapHostOptions } from "./options.ts";

/** What a role knows about begin. */
export interface BeginFacts {
  readonly authenticator: boolean;
  readonly password: string | null;
  readonly userAttributes: readonly RasAuthAttribute[];
  readonly tokenImpersonateUser: unknown;
  readonly connectionData: Uint8Array | null;
  readonly userData: Uint8Array | null;
  readonly suppliedPassword?: (() => Uint8Array | undefined) | undefined;
}

/** What the engine knows about begin. */
interface BeginEffect {
  readonly initialId: number;
  readonly identity: string;
}

/** PPP_EAP_INPUT of begin. The signal is made when a method asks for it. */
export class BeginInput implements PppEapBeginInput {
  readonly flags: number;
  readonly authenticator: boolean;
  readonly identity: string;
  readonly password: string | null;
  readonly initialId: number;
  readonly userAttributes: readonly RasAuthAttribute[];
  readonly tokenImpersonateUser: unknown;
  readonly connectionData: Uint8Array | null;
  readonly userData: Uint8Array | null;
  readonly connectionId: string | null;
  readonly isVpn: boolean;
  readonly sendPacketSize: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly suppliedPassword: (() => Uint8Array | undefined) | undefined;
  readonly #signal: () => EapSignal;

  constructor(
    effect: BeginEffect,
    facts: BeginFacts,
    options: EapHostOptions,
    more: { readonly sendPacketSize: number; readonly signal: () => EapSignal },
  ) {
    this.flags = options.flags ?? 0;
    this.authenticator = facts.authenticator;
    this.identity = effect.identity;
    this.password = facts.password;
    this.initialId = effect.initialId;
    this.userAttributes = facts.userAttributes;
    this.tokenImpersonateUser = facts.tokenImpersonateUser;
    this.connectionData = facts.connectionData;
    this.userData = facts.userData;
    this.connectionId = options.connectionId ?? null;
    this.isVpn = options.isVpn ?? false;
    this.sendPacketSize = more.sendPacketSize;
    this.clock = options.clock;
    this.random = options.random;
    this.suppliedPassword = facts.suppliedPassword;
    this.#signal = more.signal;
  }

  get signal(): EapSignal {
    return this.#signal();
  }
}
