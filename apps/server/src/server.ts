import { hostname } from "node:os";
import { type AccountSource, accountIdentity, settingsAccounts } from "@sallyport/accounts";
import { scryptVerifier } from "@sallyport/accounts/node";
import { Secret } from "@sallyport/crypto";
import {
  eventSource,
  Nps,
  NpsEvent,
  type NpsReload,
  qualifiedName,
  receiverEventLog,
  traceLine,
} from "@sallyport/nps";
import { type RadiusClientSettings, RadiusReceiver } from "@sallyport/radius";
import { listenRadius, type RadiusListener } from "@sallyport/radius/node";
import { systemClock, systemRandom } from "@sallyport/runtime";
import { openConsoleSignOn } from "./console/console-sign-on.ts";
import { openConsole } from "./console/open-console.ts";
import { openEap } from "./eap/open-eap.ts";
import { ExtensionLoader, type LoadedExtensions } from "./extensions/load-extensions.ts";
import type { ServerLog } from "./log/event-log.ts";
import { metricsText } from "./metrics/metrics.ts";
import { RequestTally } from "./metrics/request-tally.ts";
import { startRas } from "./ras/ras-server.ts";
import { createReload, type ReloadReport } from "./reload/reload.ts";
import { restartNeeded } from "./reload/restart-needed.ts";
import { writeRunningFile } from "./running-file.ts";
import { endpointText } from "./settings/endpoint-text.ts";
import { connectionRequestPolicies, type EapMethodsByName, networkPolicies } from "./settings/policies.ts";
import type { EndpointSetting, Settings } from "./settings/settings.ts";
import { StartError } from "./start-error.ts";
import { openLogFiles, storeAndFiles } from "./store/log-files.ts";
import { Store } from "./store/store.ts";
import { TraceRing } from "./trace-ring.ts";
import { version } from "./version.ts";

/** How long a stop waits for requests in progress, in milliseconds. */
const stopLimit = 10_000;
/** How many finished requests can be explained afterwards. */
const rememberedTraces = 1_000;

/** A server that listens. */
export interface RunningServer {
  /** The real addresses, as the `ready` line shows them; a list where the settings name several. */
  readonly addresses: {
    readonly auth: string | string[];
    readonly acct: string | string[];
    readonly console?: string;
    /** The ports for callers, by name. */
    readonly ras?: Readonly<Record<string, string>>;
  };
  readonly traces: TraceRing;
  /** Reads the settings again and puts them in force, as far as that goes without a restart. Never rejects. */
  reload(): Promise<ReloadReport>;
  /** Stops accepting, finishes what is in flight (at most ten seconds), terminates the extensions, closes the store. */
  stop(): Promise<void>;
}

export interface StartOptions {
  /** Where a reload gets its settings from. Without it, the settings stay as they are. */
  readonly loadSettings?: () => Promise<Settings>;
}

/**
 * Starts everything that the settings describe; when anything fails, what was started before is stopped again.
 *
 * @throws {StartError} with what failed and what to do about it
 */
export async function startServer(
  settings: Settings,
  log: ServerLog,
  options: StartOptions = {},
): Promise<RunningServer> {
  const cleanups: (() => unknown)[] = [];
  try {
    return await start(settings, log, options, cleanups);
  } catch (error) {
    for (const cleanup of cleanups.reverse()) await cleanup();
    throw error;
  }
}

async function start(
  settings: Settings,
  log: ServerLog,
  options: StartOptions,
  cleanups: (() => unknown)[],
): Promise<RunningServer> {
  for (const { path, problem, remedy } of settings.warnings) {
    log.write({
      source: eventSource,
      id: NpsEvent.ProcessingError,
      severity: "warning",
      message: `${path}: ${problem}; ${remedy}`,
    });
  }
  const store = openStore(settings);
  cleanups.push(() => store.close());
  const files = await openLogFiles(settings, log);
  cleanups.push(() => files?.close());
  const traces = new TraceRing(rememberedTraces);
  const requests = new RequestTally();
  const reloads = { applied: 0, refused: 0 };
  let stopping = false;
  let accounts = accountsOf(settings);
  const currentAccounts: AccountSource = {
    find: (identity) => accounts.find(identity),
    get decoy() {
      return accounts.decoy;
    },
  };
  const scrypt = scryptVerifier();
  const { defaultDomain } = settings;
  const eapAccounts = { accounts: currentAccounts, defaultDomain, scrypt, clock: systemClock, log };
  const eap = await openEap(settings, eapAccounts, store.oneTimePasswords);
  cleanups.push(() => eap.close());
  const loader = new ExtensionLoader(log);
  let extensions = await loader.load(settings);
  cleanups.push(() => extensions.close());
  const nps = new Nps({
    ...decisions(settings, { accounts, extensions, eapMethods: eap.methods }),
    accounts,
    accountingLog: files === undefined ? store : storeAndFiles(store, files),
    scryptVerifier: scrypt,
    eap: eap.server,
    lockout: settings.authentication.lockout,
    ...(settings.log.audit !== "none" && { audit: { events: settings.log.audit, serverName: hostname() } }),
    clock: systemClock,
    random: systemRandom,
    log,
    onTrace: (trace) => {
      traces.add(trace);
      requests.add(trace);
      log.request(
        () => traceLine(trace.toJSON()),
        () => trace.toJSON(),
      );
    },
  });
  await nps.start().catch((cause: unknown) => {
    throw new StartError(
      (cause as Error).message,
      "see the extension's own message above; nothing was opened",
      cause,
    );
  });
  cleanups.push(() => nps.stop());

  const clients = clientsOf(settings);
  const receiver = (port: "authentication" | "accounting"): RadiusReceiver =>
    new RadiusReceiver({
      port,
      clients,
      handler: nps.handle,
      clock: systemClock,
      onEvent: receiverEventLog(log, systemClock),
      seenMessageAuthenticator: store.seenMessageAuthenticator,
    });
  const receivers = { auth: receiver("authentication"), acct: receiver("accounting") };
  const listeners: RadiusListener[] = [];
  cleanups.push(() => Promise.all(listeners.map((listener) => listener.close())));
  const listen = async (key: "auth" | "acct"): Promise<string[]> => {
    const addresses: string[] = [];
    for (const endpoint of settings[key]) {
      const listener = await listenOn(key, endpoint, receivers[key]);
      listeners.push(listener);
      addresses.push(endpointText(listener.address));
    }
    return addresses;
  };
  const auth = await listen("auth");
  const acct = await listen("acct");
  const ras =
    settings.ras &&
    (await startRas(settings.ras, {
      ...eapAccounts,
      eapMethods: eap.authenticators,
      eapProvider: eap.provider,
      account: (record) => store.writeCall(record),
    }));
  if (ras !== undefined) cleanups.push(() => ras.stop());
  const reload = createReload({
    load: options.loadSettings ?? (() => Promise.resolve(settings)),
    async apply(wanted) {
      if (stopping) throw new Error("the server is stopping");
      const loaded = await loader.load(wanted);
      const wantedAccounts = accountsOf({ ...wanted, defaultDomain: settings.defaultDomain });
      const change = { ...wanted, defaultDomain: settings.defaultDomain };
      let tls: ReturnType<typeof eap.prepare> | undefined;
      try {
        tls = eap.prepare(change);
        await nps.reload(
          decisions(change, { accounts: wantedAccounts, extensions: loaded, eapMethods: eap.methods }),
        );
      } catch (error) {
        tls?.discard();
        await loaded.close();
        throw error;
      }
      extensions = loaded;
      accounts = wantedAccounts;
      tls.commit();
      for (const one of [receivers.auth, receivers.acct]) one.setClients(clientsOf(wanted));
      return [...restartNeeded(settings, wanted), ...loader.changedInline(wanted)];
    },
    log,
    onReport: ({ kind }) => reloads[kind]++,
  });
  const metrics = (): string =>
    metricsText({
      receivers,
      requests,
      reloads,
      workers: extensions.workers,
      startedAt: performance.timeOrigin,
      version,
      residentMemory: () => process.memoryUsage.rss(),
    });
  const consoleSignOn =
    settings.consoleSignOn &&
    settings.console &&
    (await openConsoleSignOn({
      settings: settings.consoleSignOn,
      accounts: currentAccounts,
      defaultDomain: settings.defaultDomain,
      lockout: nps.lockout,
      clock: systemClock,
      log,
    }));
  if (consoleSignOn) cleanups.push(() => consoleSignOn.close());
  const notReady = (): string[] => (stopping ? ["the server is stopping"] : []);
  const token = Buffer.from(systemRandom(24)).toString("base64url");
  const console =
    settings.console === false
      ? undefined
      : await openConsole(
          settings.console,
          {
            token,
            traces,
            reload,
            ras,
            metrics,
            metricsToken: settings.metrics.token,
            notReady,
            signOn: consoleSignOn || undefined,
          },
          receivers,
        );
  if (console !== undefined) cleanups.push(console.close);
  const removeRunningFile = writeRunningFile(settings.state, {
    pid: process.pid,
    auth,
    acct,
    console: console?.url,
    token: console && token,
  });
  cleanups.push(removeRunningFile);

  return {
    addresses: {
      auth: oneOrMany(auth),
      acct: oneOrMany(acct),
      ...(console && { console: console.url }),
      ...(ras && { ras: ras.addresses }),
    },
    traces,
    reload,
    stop: async () => {
      stopping = true;
      for (const listener of listeners) listener.stop();
      const drained = Promise.all([receivers.auth.drained(), receivers.acct.drained()]);
      const inTime = await Promise.race([drained.then(() => true), delay(stopLimit)]);
      if (!inTime) {
        log.write({
          source: eventSource,
          id: NpsEvent.ProcessingError,
          severity: "warning",
          message: `requests were still in progress ${stopLimit / 1_000} seconds after the stop; they get no answer`,
        });
      }
      for (const cleanup of cleanups.reverse()) await cleanup();
      log.flush();
    },
  };
}

function openStore(settings: Settings): Store {
  try {
    return Store.open(settings.state, settings.accounting);
  } catch (cause) {
    throw new StartError(
      `the state folder ${settings.state} cannot be used: ${(cause as Error).message}`,
      'let this user write there, or set "state" to another folder',
      cause,
    );
  }
}

/** What the pipeline decides by, as far as a reload can change it. */
function decisions(
  settings: Settings,
  {
    accounts,
    extensions,
    eapMethods,
  }: {
    readonly accounts: AccountSource;
    readonly extensions: LoadedExtensions;
    readonly eapMethods: EapMethodsByName;
  },
): NpsReload {
  return {
    connectionRequestPolicies: connectionRequestPolicies(settings.policies, settings.timeZone),
    networkPolicies: networkPolicies(settings.policies, settings.timeZone, eapMethods),
    extensions: { authentication: extensions.authentication, authorization: extensions.authorization },
    accounts,
    allowMsChap: settings.authentication.msChap,
    defaultDomain: settings.defaultDomain,
    pingUserName: settings.pingUserName,
    moduleTimeoutMs: settings.extensions.timeoutMs,
    compatibility: settings.compatibility,
  };
}

function accountsOf({ accounts, defaultDomain, timeZone }: Settings): AccountSource {
  return settingsAccounts(
    accounts.map((account) => accountSettings(account, defaultDomain)),
    { defaultDomain, timeZone },
  );
}

function clientsOf({ clients }: Settings): RadiusClientSettings[] {
  return clients.map((client) => ({ ...client, secret: new Secret(client.secret) }));
}

/** A name may be written as users type it: `alice`, `CORP\\alice` or `alice@corp.example`. */
function accountSettings(
  account: Settings["accounts"][number],
  defaultDomain: string,
): Parameters<typeof settingsAccounts>[0][number] {
  const { name, expires, passwordExpires, oneTimePassword: _, ...rest } = account;
  const identity = accountIdentity(qualifiedName(name, defaultDomain));
  return { ...rest, ...identity, expires: dateOf(expires), passwordExpires: dateOf(passwordExpires) };
}

function dateOf(day: string | undefined): Date | undefined {
  return day === undefined ? undefined : new Date(day);
}

async function listenOn(
  key: "auth" | "acct",
  endpoint: EndpointSetting,
  receiver: RadiusReceiver,
): Promise<RadiusListener> {
  try {
    return await listenRadius({ ...endpoint, receiver });
  } catch (cause) {
    const where = `radius.${key} ${endpointText(endpoint)}`;
    switch ((cause as NodeJS.ErrnoException).code) {
      case "EADDRINUSE":
        throw new StartError(
          `${where} is in use by another program`,
          `stop that program, or set radius.${key} to another port; port 0 takes any free one`,
          cause,
        );
      case "EADDRNOTAVAIL":
        throw new StartError(
          `${where} is no address of this machine`,
          `set radius.${key} to an address of its own`,
          cause,
        );
      case "EACCES":
        throw new StartError(`${where} may not be opened by this user`, "use a port above 1023", cause);
      default:
        throw new StartError(
          `${where} cannot be opened: ${(cause as Error).message}`,
          `change radius.${key}`,
          cause,
        );
    }
  }
}

function oneOrMany(addresses: string[]): string | string[] {
  const [only] = addresses;
  return addresses.length === 1 && only !== undefined ? only : addresses;
}

function delay(milliseconds: number): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), milliseconds).unref());
}
