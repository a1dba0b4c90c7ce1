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
import type { Settings } from "../settings/settings.ts";
import { StartError } from "../start-error.ts";
import { accountProvider, type EapAccounts } from "./account-provider.ts";
import { builtInMethod, ownMethod } from "./eap-methods.ts";
import { msChap2Accounts } from "./ms-chap2-accounts.ts";
import { type OneTimePasswordRecords, oneTimePasswordStates } from "./one-time-password-states.ts";

/** The EAP side of a server that runs. */
interface OpenEap {
  readonly server: EapRadiusServer;
  /** The methods as authenticators, and who verifies what they leave to the server: for callers of PPP. */
  readonly methods: readonly EapMethod[];
  readonly provider: EapProvider;
  /** The types by the names that settings have for the methods, in the order in which they are offered by default. */
  readonly types: ReadonlyMap<string, EapType>;
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
  const { methods } = settings.eap;
  const needs = {
    accounts: msChap2Accounts(accounts),
    oneTimePasswords: oneTimePasswordStates(settings.accounts, settings.defaultDomain, records),
  };
  const registrations: EapMethodRegistration[] = [];
  for (const method of methods) {
    registrations.push("builtIn" in method ? builtInMethod(method.builtIn, needs) : await loadMethod(method));
  }
  const { clock, log } = accounts;
  const registry = await openEapMethods(registrations, { log }).catch((cause: unknown) => {
    throw new StartError((cause as Error).message, "name each EAP type once in eap.methods", cause);
  });
  const usable = registry.usable({ role: "authenticator" });
  const provider = accountProvider(accounts);
  const server = new EapRadiusServer({
    methods: usable,
    provider,
    clock,
    random: systemRandom,
    log,
    limits: { conversations: settings.eap.conversations },
  });
  return {
    server,
    methods: usable,
    provider,
    types: new Map(
      methods.flatMap((method, index) => {
        const type = registrations[index]?.type;
        return type === undefined ? [] : [["builtIn" in method ? method.builtIn : method.name, type]];
      }),
    ),
    async close() {
      server.close();
      await registry.close();
    },
  };
}

async function loadMethod(method: {
  readonly name: string;
  readonly url: string;
  readonly type: number | undefined;
  readonly friendlyName: string | undefined;
}): Promise<EapMethodRegistration> {
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
