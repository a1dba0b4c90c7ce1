import type { TlsExporter } from "../connection.ts";
import { createMemorySessionStore } from "../session-store.ts";
import type { TlsClientSettings, TlsServerSettings, TlsSettings } from "../settings.ts";
import type { SessionSettings } from "./session.ts";

const greatestLifetime = 604_800;
const mostExporters = 16;

/** What sessions of a server take from its settings. */
export function serverSessions(settings: TlsServerSettings): SessionSettings {
  const maxBytes = checked(settings);
  const { resumption = {} } = settings;
  const lifetimeSeconds = resumption === false ? 0 : (resumption.lifetimeSeconds ?? 3_600);
  if (resumption !== false) checkRange("lifetimeSeconds", lifetimeSeconds, 1, greatestLifetime);
  return {
    role: "server",
    maxBytes,
    store:
      resumption === false
        ? undefined
        : (resumption.store ?? createMemorySessionStore({ now: () => performance.now() })),
    lifetimeSeconds,
    ids: resumption !== false && resumption.carrier !== "tickets",
  };
}

/** What sessions of a client take from its settings. */
export function clientSessions(settings: TlsClientSettings): SessionSettings {
  const maxBytes = checked(settings);
  return { role: "client", maxBytes, store: undefined, lifetimeSeconds: 0, ids: false };
}

function checked({ maxBytes = 65_536, exporters = [] }: TlsSettings): number {
  checkRange("maxBytes", maxBytes, 1_024, 1_048_576);
  checkRange("the number of exporters", exporters.length, 0, mostExporters);
  for (const exporter of exporters) checkExporter(exporter);
  return maxBytes;
}

function checkExporter({ name, length }: TlsExporter): void {
  checkRange(`length of exporter ${name}`, length, 1, 1_024);
}

export function checkRange(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new RangeError(`${name} must be ${least} to ${most}, not ${value}`);
}
