import { isThenable } from "@sallyport/runtime";
import type { RasAuthAttribute } from "../contract/auth-attribute.ts";
import type { PppEapInput } from "../contract/ppp-eap.ts";
import { ERROR_AUTH_INTERNAL } from "../contract/status-codes.ts";
import { EapAuthenticator } from "../engine/authenticator.ts";
import type { EapOutcome, SendEffect } from "../engine/effects.ts";
import { completeEngineSettings } from "../engine/settings.ts";
import { EapEvent } from "../events.ts";
import type { BeginFacts } from "./begin-input.ts";
import type { EapMethod } from "./method-registry.ts";
import type { EapAuthenticatorOptions } from "./options.ts";
import { askProvider } from "./provider.ts";
import { type Following, type OwnEffect, SessionHost } from "./session-host.ts";

/**
 * One EAP session of an authenticator: the engine, and the method modules that it calls. Packets and results come out
 * through the events.
 *
 * Where no module returns a promise, everything a packet leads to has happened when `receive` returns.
 */
export class EapAuthenticatorHost extends SessionHost {
  protected override readonly options: EapAuthenticatorOptions;
  protected readonly engine: EapAuthenticator;

  constructor(options: EapAuthenticatorOptions) {
    super(options);
    this.options = options;
    const { methods, random, identity, accountName, userAttributes } = options;
    const settings = completeEngineSettings(options.settings);
    this.engine = new EapAuthenticator({ settings, random, methods, identity, accountName, userAttributes });
  }

  /**
   * The lower layer is ready: sends the identity request, or begins the first method where the identity is known. Over
   * RADIUS, where the access server has asked already, the first packet takes its place.
   */
  start(): Promise<void> | undefined {
    return this.perform(this.engine.start(this.now()));
  }

  protected sendEvent(effect: SendEffect): void {
    this.options.events.send(effect.packet, effect);
  }

  protected finishedEvent(outcome: EapOutcome): void {
    this.options.events.finished(outcome);
  }

  protected beginFacts(method: EapMethod): BeginFacts {
    const { userAttributes = [], connectionData, suppliedPassword } = this.options;
    const data = connectionData === undefined ? method.registration.configData : connectionData(method);
    return {
      authenticator: true,
      password: null,
      userAttributes,
      tokenImpersonateUser: null,
      connectionData: data ?? null,
      userData: null,
      suppliedPassword,
    };
  }

  protected withOwnInput(input: PppEapInput): PppEapInput {
    return input;
  }

  protected afterBegin(): void {}

  protected carryOutOwn(effect: OwnEffect): Following {
    return effect.kind === "ask-provider" ? this.#askProvider(effect.attributes) : undefined;
  }

  #askProvider(attributes: readonly RasAuthAttribute[]): Following {
    const { provider, userAttributes = [] } = this.options;
    const suppliedPassword = this.options.suppliedPassword?.();
    const request = {
      identity: this.engine.identity,
      attributes,
      sessionAttributes: userAttributes,
      ...(suppliedPassword !== undefined && { suppliedPassword }),
    };
    const answer = askProvider(provider, request, (what) => this.report(EapEvent.Provider, what, "warning"));
    if (!isThenable(answer))
      return this.engine.providerFinished(answer.result, answer.attributes, this.now());
    let found = { result: ERROR_AUTH_INTERNAL, attributes: noAttributes };
    const noted = answer.then((settled) => {
      found = { result: settled.result, attributes: settled.attributes };
      return 0;
    });
    return this.awaited(noted, "the provider").then(({ status }) =>
      status === 0
        ? this.engine.providerFinished(found.result, found.attributes, this.now())
        : this.engine.providerFinished(status, noAttributes, this.now()),
    );
  }
}

/**
 * Makes the authenticator's side of one EAP session.
 *
 * @throws {RangeError} for settings that make no sense
 *
 * @example
 * ```ts
 * import { createEapAuthenticator, openEapMethods } from "@sallyport/eap";
 * import { silentLog, systemClock, systemRandom } from "@sallyport/runtime";
 * import echo from "./echo.ts";
 *
 * const registry = await openEapMethods([echo], { log: silentLog });
 * const session = createEapAuthenticator({
 *   methods: registry.usable({ role: "authenticator" }),
 *   clock: systemClock,
 *   random: systemRandom,
 *   log: silentLog,
 *   events: {
 *     send: (packet) => console.log("to the peer:", packet),
 *     finished: ({ result, identity }) => console.log(identity, result === 0 ? "is in" : `is out: ${result}`),
 *   },
 * });
 * session.start();
 * ```
 */
export function createEapAuthenticator(options: EapAuthenticatorOptions): EapAuthenticatorHost {
  return new EapAuthenticatorHost(options);
}

const noAttributes: readonly RasAuthAttribute[] = [];
