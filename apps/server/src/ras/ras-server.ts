import {
  createMemoryRegistry,
  loadSecurityModule,
  RasSecurityHost,
  type SecurityModule,
  securityHostKey,
} from "@sallyport/ras-security";
import { listenRasPort, type PortCall, type RasPort } from "@sallyport/ras-security/node";
import { type Log, systemClock } from "@sallyport/runtime";
import { importExtension } from "../extensions/import-module.ts";
import type { RasPortSetting, RasSettings } from "../settings/ras-settings.ts";
import { StartError } from "../start-error.ts";
import { handOver } from "./hand-over.ts";

/** A port and its calls, as `sallyport ras ports` shows them. */
export interface RasPortStatus {
  readonly name: string;
  readonly address: string;
  readonly protocol: "raw" | "telnet";
  readonly handOver: string;
  readonly maxCalls: number;
  readonly calls: readonly RasCallStatus[];
}

export interface RasCallStatus {
  readonly device: string;
  readonly from: string;
  readonly state: PortCall["state"];
  readonly user: string | undefined;
  /** When the call came, milliseconds since the Unix epoch. */
  readonly since: number;
}

/** The ports of a server. */
export interface RasServer {
  /** The real address of each port, by name. */
  readonly addresses: Readonly<Record<string, string>>;
  status(): readonly RasPortStatus[];
  /** Ends the call on a device; false where there is none. */
  disconnect(device: string): boolean;
  /** Takes no call any more, ends the dialogs as Windows would, and closes what was handed over. */
  stop(): Promise<void>;
}

/**
 * Loads the security module and opens the ports.
 *
 * @throws {StartError} with what failed and what to do about it; nothing stays open
 */
export async function startRas(settings: RasSettings, log: Log): Promise<RasServer> {
  const host = new RasSecurityHost({
    ...settings.limits,
    maxCalls: settings.ports.reduce((sum, { maxCalls }) => sum + maxCalls, 0),
    module: await loadModule(settings.module, log),
    clock: systemClock,
    log,
  });
  const ports: { readonly port: RasPort; readonly setting: RasPortSetting }[] = [];
  const stop = async (): Promise<void> => {
    for (const { port } of ports) port.stop();
    await host.stop();
    await Promise.all(ports.map(({ port }) => port.close()));
  };
  try {
    for (const setting of settings.ports) ports.push({ port: await open(setting, host, log), setting });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    addresses: Object.fromEntries(ports.map(({ port }) => [port.name, port.address])),
    status: () =>
      ports.map(({ port, setting }) => ({
        name: port.name,
        address: port.address,
        protocol: setting.telnet ? "telnet" : "raw",
        handOver: setting.target === undefined ? "echo" : `tcp:${setting.target.host}:${setting.target.port}`,
        maxCalls: setting.maxCalls,
        calls: port.calls.map(({ deviceName, from, state, userName, since }) => ({
          device: deviceName,
          from,
          state,
          user: userName,
          since,
        })),
      })),
    disconnect: (device) => {
      const call = ports.flatMap(({ port }) => port.calls).find(({ deviceName }) => deviceName === device);
      call?.disconnect();
      return call !== undefined;
    },
    stop,
  };
}

async function loadModule(module: RasSettings["module"], log: Log): Promise<SecurityModule | undefined> {
  const registry = createMemoryRegistry();
  if (module !== undefined) registry.set(securityHostKey, "DLLPath", module.name);
  try {
    return await loadSecurityModule({
      registry,
      importModule: () => importExtension(module?.url ?? ""),
      log,
      settings: module?.settings,
    });
  } catch (cause) {
    throw new StartError((cause as Error).message, "correct the module, or take it out of ras.module", cause);
  }
}

async function open(setting: RasPortSetting, host: RasSecurityHost, log: Log): Promise<RasPort> {
  const { name, listen, telnet, maxCalls, target } = setting;
  let lastBusy = Number.NEGATIVE_INFINITY;
  /** An outsider can cause this: one line in ten seconds. */
  const onBusy = (): void => {
    const now = systemClock.monotonic();
    if (now - lastBusy < 10_000) return;
    lastBusy = now;
    log.write({
      source: "RemoteAccess",
      id: 0,
      severity: "warning",
      message: `port ${name}: a caller was turned away, because there are ${maxCalls} calls; ras.ports[].maxCalls allows more`,
      fields: { port: name, maxCalls },
    });
  };
  try {
    return await listenRasPort({
      name,
      listen,
      telnet,
      maxCalls,
      host,
      onBusy,
      onOpen: (line) => handOver(line, target, log),
    });
  } catch (cause) {
    throw notOpened(setting, cause as NodeJS.ErrnoException);
  }
}

function notOpened({ name, listen }: RasPortSetting, cause: NodeJS.ErrnoException): StartError {
  const where = "path" in listen ? listen.path : `${listen.address}:${listen.port}`;
  const what = `the port ${name} (${where})`;
  switch (cause.code) {
    case "EADDRINUSE":
      return new StartError(
        `${what} is in use by another program`,
        "stop that program, or set listen of the port to another address; port 0 takes any free one",
        cause,
      );
    case "EADDRNOTAVAIL":
      return new StartError(
        `${what} is no address of this machine`,
        "set listen to an address of its own",
        cause,
      );
    case "EACCES":
      return new StartError(
        `${what} may not be opened by this user`,
        "use a TCP port above 1023, or a folder that belongs to this user",
        cause,
      );
    default:
      return new StartError(`${what} cannot be opened: ${cause.message}`, "change listen of the port", cause);
  }
}
