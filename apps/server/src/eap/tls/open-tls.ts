import { createHash } from "node:crypto";
import type { EapMethodRegistration } from "@sallyport/eap";
import { qualifiedName } from "@sallyport/nps";
import type { Log } from "@sallyport/runtime";
import type { TlsEngine } from "@sallyport/tls-engine";
import { createInlineTlsEngine, createTlsWorkerPool } from "@sallyport/tls-engine/node";
import type { Settings } from "../../settings/settings.ts";
import type { TlsFileSettings } from "../../settings/tls-settings.ts";
import { StartError } from "../../start-error.ts";
import type { EapAccounts } from "../account-provider.ts";
import type { MappedAccount } from "../certificates/certificate-mapping.ts";
import type { TunnelName } from "../eap-methods.ts";
import { ClientCertificates } from "./client-certificates.ts";
import { CredentialSets } from "./credential-sets.ts";
import { observedMethod } from "./observed-method.ts";
import { tlsMethod } from "./tls-methods.ts";
import { type InnerNeeds, tunnelMethod, tunnelWith } from "./tunnel-methods.ts";

/** TLS for the methods of a server that runs. */
export interface OpenTls {
  /** EAP-TLS. */
  itself(): EapMethodRegistration;
  tunnel(name: TunnelName): EapMethodRegistration;
  prepare(settings: Settings): { readonly commit: () => void; readonly discard: () => void };
  close(): Promise<void>;
}

/**
 * Opens TLS where the settings have `eap.tls`.
 *
 * @throws {StartError} when a certificate cannot be used after all
 */
export async function openTls(
  settings: Settings,
  accounts: EapAccounts,
  needs: InnerNeeds,
): Promise<OpenTls | undefined> {
  if (settings.eap.tls === undefined) return undefined;
  let files: TlsFileSettings = settings.eap.tls;
  const engine = engineOf(files, accounts.log);
  const sets = new CredentialSets(engine, files);
  const certificates = new ClientCertificates(accounts, mappedAccounts(settings), files.mappings);
  const shared = { engine: sets, certificates, fragmentBytes: files.fragmentSize };
  const usable = <Made>(make: () => Made): Made => {
    try {
      return make();
    } catch (cause) {
      throw new StartError(
        `TLS cannot use the files of eap.tls: ${(cause as Error).message}`,
        "look at the key and its certificate",
        cause,
      );
    }
  };
  return {
    itself: () => usable(() => observedMethod({ registration: tlsMethod(shared) })),
    tunnel: (name) =>
      usable(() => {
        const all = { ...shared, ...needs };
        return observedMethod({
          registration: tunnelMethod(name, all),
          variant: (inner) => tunnelWith(name, inner, all),
        });
      }),
    prepare(wanted) {
      const next = wanted.eap.tls;
      // Methods come and go with a restart: without files those that are in use stay.
      const current = next ?? files;
      const prepared = isSame(files, current) ? undefined : sets.prepare(current);
      return {
        commit() {
          prepared?.commit();
          files = current;
          certificates.replace(mappedAccounts(wanted), current.mappings);
        },
        discard: () => prepared?.discard(),
      };
    },
    close: () => sets.close(),
  };
}

function engineOf({ sessions, workers }: TlsFileSettings, log: Log): TlsEngine {
  if (workers === 0) return createInlineTlsEngine({ maxSessions: sessions });
  return createTlsWorkerPool({
    workers,
    maxSessions: sessions,
    onWorkerLost: (error) =>
      log.write({
        source: "Sallyport",
        id: 0,
        severity: "error",
        message: `a worker of TLS was lost, its handshakes fail, and it is started again: ${String(error)}`,
      }),
  });
}

/** The accounts under their qualified names, with what is said of their certificates. */
function mappedAccounts({ accounts, defaultDomain }: Settings): readonly MappedAccount[] {
  return accounts.map(({ name, certificates = [] }) => ({
    identity: qualifiedName(name, defaultDomain),
    certificates,
  }));
}

/** Whether the credential sets of both are the same: then sessions go on to be resumed. */
function isSame(one: TlsFileSettings, other: TlsFileSettings): boolean {
  return fingerprint(one) === fingerprint(other);
}

function fingerprint({ server, realms, mappings: _, ...rest }: TlsFileSettings): string {
  const all = [server, ...Array.from(realms, ([realm, one]) => ({ ...one, realm }))].map((one) => ({
    ...one,
    key: createHash("sha256").update(one.key.reveal()).digest("hex"),
    ocspResponse: one.ocspResponse && Buffer.from(one.ocspResponse).toString("hex"),
  }));
  return JSON.stringify([all, rest]);
}
