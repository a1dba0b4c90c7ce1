import { NO_ERROR } from "@sallyport/errors/win32";
import { RAS_EAP_FLAG_CONFG_READONLY } from "../contract/constants.ts";
import type { EapProviderConfig, EapUserInterface } from "../contract/eap-module.ts";
import type { EapSignal, Out, RasEapStatus } from "../contract/ppp-eap.ts";
import { ERROR_NOT_SUPPORTED } from "../contract/status-codes.ts";
import { eapTypeOctet } from "../wire/eap-type.ts";
import { statusOf } from "./call-status.ts";
import type { EapMethod } from "./method-registry.ts";
import { freeMemory } from "./user-identity.ts";
import { userWindow } from "./user-window.ts";

/** The settings of one method in one phone-book entry: for all users, and portable between machines (EAP-75). */
export class EapEntryConfiguration {
  readonly #method: EapMethod;
  readonly #flags: number;
  #connectionData: Uint8Array<ArrayBuffer> | null;
  #configured: boolean;

  /**
   * @param stored what the entry has; null or nothing for a new entry
   * @param options.flags with CONFG_READONLY a policy supplied the settings, and nothing is saved (EAP-79)
   */
  constructor(
    method: EapMethod,
    stored: Uint8Array | null = null,
    options: { readonly flags?: number } = {},
  ) {
    this.#method = method;
    this.#flags = options.flags ?? 0;
    this.#connectionData = stored === null ? null : new Uint8Array(stored);
    this.#configured = stored !== null;
  }

  /** What goes to begin: the entry's data, or ConfigData of the registration (EAP-76). */
  get connectionData(): Uint8Array<ArrayBuffer> | null {
    const { configData } = this.#method.registration;
    if (this.#connectionData !== null) return new Uint8Array(this.#connectionData);
    return configData === undefined ? null : new Uint8Array(configData);
  }

  /** Whether the entry may be saved: with RequireConfigUI only after the dialog was shown (EAP-76). */
  get canBeSaved(): boolean {
    return this.#configured || this.#method.registration.requireConfigUI !== true;
  }

  /**
   * Shows the method's dialog.
   *
   * @returns 0; 50 without a dialog or where the settings are read-only; or what RasEapInvokeConfigUI returned
   */
  async configure(user: EapUserInterface | undefined, signal: EapSignal = never): Promise<number> {
    const { type, registration } = this.#method;
    const module = registration.configUI;
    const readOnly = (this.#flags & RAS_EAP_FLAG_CONFG_READONLY) !== 0;
    if (module?.RasEapInvokeConfigUI === undefined || readOnly) return ERROR_NOT_SUPPORTED;
    const window = user === undefined ? null : userWindow(user, () => signal);
    const out: Out<Uint8Array | null> = { value: null };
    const { status } = await statusOf(
      () =>
        module.RasEapInvokeConfigUI?.(eapTypeOctet(type), window, this.#flags, this.connectionData, out) ??
        ERROR_NOT_SUPPORTED,
    );
    if (status === NO_ERROR) {
      this.#configured = true;
      this.save(out.value);
    }
    if (out.value !== null) freeMemory(module, [out.value]);
    return status;
  }

  /** Keeps what a method asked to be kept; whether that was allowed (EAP-79). */
  save(connectionData: Uint8Array | null): boolean {
    if ((this.#flags & RAS_EAP_FLAG_CONFG_READONLY) !== 0) return false;
    this.#connectionData = connectionData === null ? null : new Uint8Array(connectionData);
    return true;
  }
}

/** The open configuration of one method on one server. */
export interface EapServerConfiguration {
  /** Lets the administrator change it. */
  invokeConfigUI(user: EapUserInterface | undefined): Promise<number>;
  /** Closes it; once. */
  close(): Promise<number>;
}

/**
 * Opens a method's configuration on a server, which may be another machine; several may be open at once (EAP-80).
 *
 * @returns the configuration, or the status that says why there is none: 50 for a method without ConfigCLSID
 */
export async function openServerConfiguration(
  method: EapMethod,
  machineName: string,
): Promise<EapServerConfiguration | number> {
  const config: EapProviderConfig | undefined = method.registration.providerConfig;
  if (config === undefined) return ERROR_NOT_SUPPORTED;
  const type = eapTypeOctet(method.type);
  const connection: Out<unknown> = { value: null };
  const call = async (action: () => RasEapStatus): Promise<number> => (await statusOf(action)).status;
  const opened = await call(() => config.Initialize(machineName, type, connection));
  if (opened !== NO_ERROR) return opened;
  let open = true;
  return {
    invokeConfigUI: (user) =>
      call(() => {
        const window = user === undefined ? null : userWindow(user, () => never);
        return open ? config.ServerInvokeConfigUI(type, connection.value, window) : ERROR_NOT_SUPPORTED;
      }),
    close: () =>
      call(() => {
        if (!open) return NO_ERROR;
        open = false;
        return config.Uninitialize(type, connection.value);
      }),
  };
}

const never: EapSignal = new AbortController().signal;
