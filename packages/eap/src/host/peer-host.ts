import { NO_ERROR } from "@sallyport/errors/win32";
import type { RasEapUserInterfaceModule } from "../contract/eap-module.ts";
import type { Out, PppEapInput } from "../contract/ppp-eap.ts";
import { eapStatusText } from "../contract/status-codes.ts";
import type { EapOutcome, SendEffect } from "../engine/effects.ts";
import { EapPeer } from "../engine/peer.ts";
import { completeEngineSettings } from "../engine/settings.ts";
import { EapEvent } from "../events.ts";
import { eapTypeOctet } from "../wire/eap-type.ts";
import type { BeginFacts } from "./begin-input.ts";
import { statusOf } from "./call-status.ts";
import type { EapMethod } from "./method-registry.ts";
import type { EapPeerOptions } from "./options.ts";
import { type Following, type OwnEffect, SessionHost } from "./session-host.ts";
import { userWindow } from "./user-window.ts";

/** One EAP session of a peer: the engine, the method modules that it calls, and their dialogs. */
export class EapPeerHost extends SessionHost {
  protected override readonly options: EapPeerOptions;
  protected readonly engine: EapPeer;
  #release: (() => void) | undefined;

  constructor(options: EapPeerOptions) {
    super(options);
    this.options = options;
    this.#release = options.releaseIdentity;
    const { identity, flags = 0 } = options;
    const methods = options.methods.map((method) => ({
      type: method.type,
      hasInteractiveUI: dialogModule(method) !== undefined,
    }));
    const settings = completeEngineSettings(options.settings);
    this.engine = new EapPeer({ settings, methods, identity, flags });
  }

  /** The lower layer is ready: from now on the session's time counts. The authenticator speaks first. */
  start(): Promise<void> | undefined {
    return this.perform(this.engine.start(this.now()));
  }

  /** A packet of the network phase (NCP) arrived, so that Success must have been sent and lost (EAP-48). */
  networkPhaseSeen(): Promise<void> | undefined {
    return this.perform(this.engine.networkPhaseSeen(this.now()));
  }

  protected sendEvent(effect: SendEffect): void {
    this.options.events.send(effect.packet, effect);
  }

  protected finishedEvent(outcome: EapOutcome): void {
    const { events } = this.options;
    this.afterBegin();
    if (outcome.result !== NO_ERROR) {
      this.tell(() => events.error?.(outcome.result, eapStatusText(outcome.result)));
    }
    events.finished(outcome);
  }

  protected beginFacts(method: EapMethod): BeginFacts {
    const { password = null, tokenImpersonateUser = null, connectionData, userData = null } = this.options;
    return {
      authenticator: false,
      password,
      userAttributes: [],
      tokenImpersonateUser,
      connectionData: connectionData ?? method.registration.configData ?? null,
      userData,
    };
  }

  protected withOwnInput(input: PppEapInput): PppEapInput {
    const { tokenImpersonateUser } = this.options;
    return tokenImpersonateUser === undefined ? input : { ...input, tokenImpersonateUser };
  }

  /** EAP-73: what RasEapGetIdentity returned is freed once. */
  protected afterBegin(): void {
    const release = this.#release;
    this.#release = undefined;
    if (release !== undefined) this.tell(release);
  }

  protected carryOutOwn(effect: OwnEffect): Following {
    const { events } = this.options;
    switch (effect.kind) {
      case "notification":
        this.tell(() => events.notification?.(effect.text));
        break;
      case "save-connection-data":
        this.tell(() => events.saveConnectionData?.(new Uint8Array(effect.data)));
        break;
      case "save-user-data":
        this.tell(() => events.saveUserData?.(new Uint8Array(effect.data)));
        break;
      case "invoke-interactive-ui":
        this.#showDialog(effect.contextData).catch((error: unknown) => {
          this.report(EapEvent.ReceiverFailed, `a dialog ended with ${typeof error}`);
        });
        break;
      default:
        break;
    }
    return undefined;
  }

  /** The session goes on meanwhile (EAP-66). */
  async #showDialog(contextData: Uint8Array | null): Promise<void> {
    const { user, events, dialogData } = this.options;
    const method = this.method;
    const module = method === undefined ? undefined : dialogModule(method);
    let data: Uint8Array<ArrayBuffer> | null = null;
    if (dialogData !== undefined && dialogData !== null) {
      // EAP-78: the first link of the connection asked already.
      data = new Uint8Array(dialogData);
      await Promise.resolve();
    } else if (method !== undefined && module !== undefined) {
      const out: Out<Uint8Array | null> = { value: null };
      const window = user === undefined ? null : userWindow(user, () => this.signal);
      const octet = eapTypeOctet(method.type);
      const { status, reason } = await statusOf(
        () => module.RasEapInvokeInteractiveUI?.(octet, window, contextData, out) ?? NO_ERROR,
      );
      if (status !== NO_ERROR) this.report(EapEvent.MethodFailed, `RasEapInvokeInteractiveUI ${reason}`);
      else if (out.value !== null) data = new Uint8Array(out.value);
      const returned = out.value;
      if (returned !== null) this.tell(() => module.RasEapFreeMemory?.(returned));
      const forLinks = data;
      if (forLinks !== null) this.tell(() => events.dialogData?.(new Uint8Array(forLinks)));
    }
    await this.perform(this.engine.userLeftDialog(data, this.now()));
  }
}

/**
 * Makes the peer's side of one EAP session.
 *
 * @throws {RangeError} for settings that make no sense
 *
 * @example
 * ```ts
 * import { createEapPeer, msChapV2, openEapMethods } from "@sallyport/eap";
 * import { silentLog, systemClock, systemRandom } from "@sallyport/runtime";
 *
 * const registry = await openEapMethods([msChapV2()], { log: silentLog });
 * const session = createEapPeer({
 *   methods: registry.usable({ role: "peer" }),
 *   identity: "alice",
 *   password: "wonderland",
 *   clock: systemClock,
 *   random: systemRandom,
 *   log: silentLog,
 *   events: {
 *     send: (packet) => console.log("to the authenticator:", packet),
 *     finished: ({ result }) => console.log(result === 0 ? "connected" : `refused: ${result}`),
 *   },
 * });
 * session.start();
 * ```
 */
export function createEapPeer(options: EapPeerOptions): EapPeerHost {
  return new EapPeerHost(options);
}

/** InteractiveUIPath, or the method's own module where that has the function. */
function dialogModule(method: EapMethod): RasEapUserInterfaceModule | undefined {
  const { interactiveUI, module } = method.registration;
  if (interactiveUI?.RasEapInvokeInteractiveUI !== undefined) return interactiveUI;
  return hasDialog(module) ? module : undefined;
}

function hasDialog(module: object): module is RasEapUserInterfaceModule {
  return "RasEapInvokeInteractiveUI" in module && typeof module.RasEapInvokeInteractiveUI === "function";
}
