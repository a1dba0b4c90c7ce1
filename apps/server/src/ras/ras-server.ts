import { type RasCall, RasConnectionManager } from "@sallyport/ras";
import {
  type AdminModule,
  adminDllKey,
  createMemoryRegistry,
  loadAdminModules,
  loadSecurityModule,
  type SecurityModule,
  securityHostKey,
} from "@sallyport/ras-security";
import { type CallTaker, listenRasPort, type PortCall, type RasPort } from "@sallyport/ras-security/node";
import { type Log, systemClock, systemRandom } from "@sallyport/runtime";
import { importExtension } from "../extensions/import-module.ts";
import type { RasPortSetting, RasSettings } from "../settings/ras-settings.ts";
import { StartError } from "../start-error.ts";
import { handOver } from "./hand-over.ts";
import { PppServices, type RasSurroundings } from "./ppp-service.ts";

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
  /** Where its dialog stands; `"Open"` when it was handed over; with PPP, the stage of the call. */
  readonly state: PortCall["state"] | RasCall["stage"];
  readonly user: string | undefined;
  /** When the call came, milliseconds since the Unix epoch. */
  readonly since: number;
  /** Of a connection with PPP: the caller's address, and what he has sent and was sent, in octets. */
  readonly address?: string | undefined;
  readonly octetsIn?: number | undefined;
  readonly octetsOut?: number | undefined;
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
export async function startRas(settings: RasSettings, surroundings: RasSurroundings): Promise<RasServer> {
  const { log } = surroundings;
  const manager = new RasConnectionManager({
    security: {
      ...settings.limits,
      maxCalls: settings.ports.reduce((sum, { maxCalls }) => sum + maxCalls, 0),
      module: await loadModule(settings.module, log),
    },
    adminModules: await loadAdmins(settings.adminModules),
    clock: systemClock,
    random: systemRandom,
    log,
  });
  await manager.start().catch((cause: Error) => {
    throw new StartError(cause.message, "correct the module, or take it out of ras.adminModules", cause);
  });
  const services = new PppServices(surroundings);
  const ports: { readonly port: RasPort; readonly setting: RasPortSetting }[] = [];
  const stop = async (): Promise<void> => {
    for (const { port } of ports) port.stop();
    await manager.stop();
    await Promise.all(ports.map(({ port }) => port.close()));
    await services.close();
  };
  try {
    for (const setting of settings.ports) {
      const taker = takerOf(setting, manager, services);
      ports.push({ port: await open(setting, taker, log), setting });
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    addresses: Object.fromEntries(ports.map(({ port }) => [port.name, port.address])),
    status: () => {
      const led = new Map(manager.calls.map((call) => [call.deviceName, call]));
      return ports.map(({ port, setting }) => ({
        name: port.name,
        address: port.address,
        protocol: setting.telnet ? "telnet" : "raw",
        handOver: handOverText(setting),
        maxCalls: setting.maxCalls,
        calls: port.calls.map((call) => callStatus(call, led.get(call.deviceName))),
      }));
    },
    disconnect: (device) => {
      const led = manager.calls.find(({ deviceName }) => deviceName === device);
      const call = ports.flatMap(({ port }) => port.calls).find(({ deviceName }) => deviceName === device);
      (led ?? call)?.disconnect();
      return call !== undefined;
    },
    stop,
  };
}

/** Who leads the calls of a port: the manager to their end, or the security host to the end of the dialog. */
function takerOf(
  { handOver, telnet }: RasPortSetting,
  manager: RasConnectionManager,
  services: PppServices,
): CallTaker {
  if (handOver.kind !== "ppp") return manager.security;
  const service = services.of(handOver.ppp, { telnet });
  return { answer: (line, _onOutcome, { from }) => manager.answer(line, service, { from }) };
}

function callStatus(call: PortCall, led: RasCall | undefined): RasCallStatus {
  const { deviceName, from, state, userName, since } = call;
  const common = { device: deviceName, from, since };
  if (led === undefined) return { ...common, state, user: userName };
  const { stage, address, octetsIn, octetsOut } = led;
  return {
    ...common,
    state: stage === "answer" || stage === "RAS security module" ? state : stage,
    user: led.userName,
    ...(address !== undefined && { address, octetsIn, octetsOut }),
  };
}

function handOverText({ handOver }: RasPortSetting): string {
  return handOver.kind === "tcp" ? `tcp:${handOver.host}:${handOver.port}` : handOver.kind;
}

async function loadAdmins(modules: RasSettings["adminModules"]): Promise<readonly AdminModule[]> {
  const registry = createMemoryRegistry();
  registry.set(adminDllKey, "DLLPath", modules.map(({ name }) => name).join(";"));
  const urls = new Map(modules.map(({ name, url }) => [name, url]));
  try {
    const importModule = (name: string): Promise<unknown> => importExtension(urls.get(name) ?? name);
    return await loadAdminModules({ registry, importModule });
  } catch (cause) {
    throw new StartError(
      (cause as Error).message,
      "correct the module, or take it out of ras.adminModules",
      cause,
    );
  }
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

async function open(setting: RasPortSetting, host: CallTaker, log: Log): Promise<RasPort> {
  const { name, listen, telnet, maxCalls } = setting;
  const target = setting.handOver.kind === "tcp" ? setting.handOver : undefined;
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
