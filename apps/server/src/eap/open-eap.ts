import {
  type EapMethod,
  type EapMethodRegistration,
  type EapProvider,
  type EapType,
  openEapMethods,
} from "@sallyport/eap";
import { EapRadiusServer } from "@sallyport/eap-radius";
import { systemRandom } from "@sallyport/runtime";
import { importExtension } from "../extensions/import-module.ts";
import { type EapMethodSetting, eapMethodsByName, type MethodSetting } from "../settings/eap-settings.ts";
import type { EapMethodsByName } from "../settings/policies.ts";
import type { Settings } from "../settings/settings.ts";
import { StartError } from "../start-error.ts";
import { accountProvider, type EapAccounts } from "./account-provider.ts";
import {
  builtInMethod,
  type EapMethodNeeds,
  ownMethod,
  plainMethodNames,
  type TunnelName,
} from "./eap-methods.ts";
import { msChapAccounts } from "./ms-chap-accounts.ts";
import { msChap2Accounts } from "./ms-chap2-accounts.ts";
import { type OneTimePasswordRecords, oneTimePasswordStates } from "./one-time-password-states.ts";
import { variantData } from "./tls/observed-method.ts";
import { type OpenTls, openTls } from "./tls/open-tls.ts";

/** The EAP side of a server that runs. */
interface OpenEap {
  readonly server: EapRadiusServer;
  /** The methods as authenticators, and who verifies what they leave to the server: for callers of PPP. */
  readonly authenticators: readonly EapMethod[];
  readonly provider: EapProvider;
  /** The methods by the names that settings have for them, in the order in which they are offered by default. */
  readonly methods: EapMethodsByName;
  /**
   * Makes ready what a reload changes: certificates, and whose those of clients are.
   *
   * @throws {Error} when a certificate cannot be used; nothing has changed then
   */
  prepare(settings: Settings): { readonly commit: () => void; readonly discard: () => void };
  /** Ends every conversation, then the methods. */
  close(): Promise<void>;
}

/**
 * Opens the methods that the settings name, in their order.
 *
 * @throws {StartError} when a method cannot be loaded
 */
export async function openEap(
  settings: Settings,
  accounts: EapAccounts,
  records: OneTimePasswordRecords,
): Promise<OpenEap> {
  const { clock, log } = accounts;
  const provider = accountProvider(accounts);
  const needs = {
    accounts: msChap2Accounts(accounts),
    oneTimePasswords: oneTimePasswordStates(settings.accounts, settings.defaultDomain, records),
  };
  const loaded = await Promise.all(settings.eap.methods.map((method) => load(method)));
  const tls = await openTls(settings, accounts, {
    ...needs,
    provider,
    msChap: msChapAccounts(accounts),
    log,
    loaded,
    byDefault: {
      certificates: (settings.eap.tls?.clientAuthorities.length ?? 0) > 0,
      msChap: settings.authentication.msChap,
    },
  });
  const registrations: EapMethodRegistration[] = [];
  const tunnels = new Set<TunnelName>();
  const types = new Map<EapMethodSetting, EapType>();
  for (const method of loaded) {
    const { name, tunnel } = method.setting;
    if (tunnel === undefined) {
      const registration = itself(method, needs, tls);
      registrations.push(registration);
      types.set(method.setting, registration.type);
      continue;
    }
    if (!tunnels.has(tunnel)) registrations.push(required(tls, name).tunnel(tunnel));
    tunnels.add(tunnel);
  }
  const registry = await openEapMethods(registrations, { log }).catch((cause: unknown) => {
    throw new StartError((cause as Error).message, "name each EAP type once in eap.methods", cause);
  });
  const authenticators = registry.usable({ role: "authenticator" });
  const server = new EapRadiusServer({
    methods: authenticators,
    provider,
    // A policy's list of inner methods stands for what is inside.
    connectionData: ({ registration }, inner) =>
      inner === undefined ? (registration.configData ?? null) : variantData(inner),
    clock,
    random: systemRandom,
    log,
    limits: { conversations: settings.eap.conversations },
  });
  return {
    server,
    authenticators,
    provider,
    methods: eapMethodsByName(settings.eap.methods, (method) => types.get(method) ?? 0),
    prepare: (wanted) => tls?.prepare(wanted) ?? nothingToDo,
    async close() {
      server.close();
      await registry.close();
      await tls?.close();
    },
  };
}

/** A method of the settings, with what its module exports. */
export interface LoadedMethod {
  readonly setting: EapMethodSetting;
  /** Undefined for what is built in. */
  readonly own: EapMethodRegistration | undefined;
}

const nothingToDo = { commit() {}, discard() {} } as const;

function itself(
  { setting, own }: LoadedMethod,
  needs: EapMethodNeeds,
  tls: OpenTls | undefined,
): EapMethodRegistration {
  if (own !== undefined) return own;
  const { method } = setting;
  const name = method !== undefined && "builtIn" in method ? method.builtIn : undefined;
  if (name === "tls") return required(tls, name).itself();
  const plain = plainMethodNames.find((known) => known === name);
  if (plain === undefined)
    throw new StartError(`${setting.name} is no method by itself`, "take it out of eap.methods");
  return builtInMethod(plain, needs);
}

function required(tls: OpenTls | undefined, method: string): OpenTls {
  if (tls !== undefined) return tls;
  throw new StartError(`${method} needs a certificate`, "add tls to eap");
}

async function load(setting: EapMethodSetting): Promise<LoadedMethod> {
  const { method } = setting;
  const own = method !== undefined && "url" in method ? await loadMethod(method) : undefined;
  return { setting, own };
}

async function loadMethod(
  method: Extract<MethodSetting, { readonly url: string }>,
): Promise<EapMethodRegistration> {
  try {
    return ownMethod(await importExtension(method.url), method);
  } catch (cause) {
    throw new StartError(
      `EAP method ${method.name} cannot be loaded: ${(cause as Error).message}`,
      "correct the module, or take it out of eap.methods",
      cause,
    );
  }
}
