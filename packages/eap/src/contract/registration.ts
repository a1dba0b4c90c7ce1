import type { EapType } from "../wire/eap-type.ts";
import type { EapProviderConfig, RasEapModule, RasEapUserInterfaceModule } from "./eap-module.ts";

/**
 * What the registry of Windows says about a method, below
 * `HKLM\System\CurrentControlSet\Services\Rasman\PPP\EAP\<type>` (Table E-6).
 */
export interface EapMethodRegistration {
  /** The name of the key: the type that the module serves. */
  readonly type: EapType;
  /** FriendlyName. */
  readonly friendlyName?: string;
  /** Path. */
  readonly module: RasEapModule;
  /** ConfigUIPath. */
  readonly configUI?: RasEapUserInterfaceModule;
  /** IdentityPath. */
  readonly identity?: RasEapUserInterfaceModule;
  /** InteractiveUIPath. */
  readonly interactiveUI?: RasEapUserInterfaceModule;
  /** ConfigData: connection data for entries that have none (EAP-76). */
  readonly configData?: Uint8Array;
  /** RequireConfigUI: an entry cannot be saved unless the dialog was shown; false by default. */
  readonly requireConfigUI?: boolean;
  /** ConfigCLSID: the configuration on a server. */
  readonly providerConfig?: EapProviderConfig;
  /** InvokeUsernameDialog: true by default; false calls `RasEapGetIdentity` instead (EAP-71). */
  readonly invokeUsernameDialog?: boolean;
  /** InvokePasswordDialog: true by default; false asks for no password (EAP-72). */
  readonly invokePasswordDialog?: boolean;
  /** MPPEEncryptionSupported: the method yields session keys; false by default (EAP-85). */
  readonly mppeEncryptionSupported?: boolean;
  /** StandaloneSupported: true by default; false hides the method on servers outside a domain (EAP-88). */
  readonly standaloneSupported?: boolean;
  /** RolesSupported: `RAS_EAP_ROLE_...`; both roles, everywhere, by default (EAP-87). */
  readonly rolesSupported?: number;
}
