import { resolve } from "node:path";
import type { RasSecurityLimits } from "@sallyport/ras-security";
import type { RasPortAddress } from "@sallyport/ras-security/node";
import type { z } from "zod";
import type { UnplacedMistake } from "./mistake.ts";
import { moduleUrl } from "./module-url.ts";
import { type PppSetting, pppSettingsOf } from "./ppp-settings.ts";
import { parseEndpoint, parseTarget, type settingsSchema } from "./schema.ts";

/** Validated settings of the RAS ports. */
export interface RasSettings {
  readonly module: { readonly name: string; readonly url: string; readonly settings: unknown } | undefined;
  readonly adminModules: readonly { readonly name: string; readonly url: string }[];
  readonly ports: readonly RasPortSetting[];
  readonly limits: Partial<RasSecurityLimits>;
}

export interface RasPortSetting {
  readonly name: string;
  readonly listen: RasPortAddress;
  readonly telnet: boolean;
  readonly maxCalls: number;
  /** What a caller gets behind the dialog. */
  readonly handOver: RasHandOver;
}

export type RasHandOver =
  | { readonly kind: "echo" }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | { readonly kind: "ppp"; readonly ppp: PppSetting };

/** PPP's own limit on Windows: no dialog without an end (RAS-55). */
const defaultDialogLimitMs = 150_000;

/** Completes the settings of the ports, and finds the mistakes that no schema sees. */
export function rasSettingsOf(
  parsed: NonNullable<z.output<typeof settingsSchema>["ras"]>,
  folder: string,
): { readonly settings: RasSettings; readonly mistakes: readonly UnplacedMistake[] } {
  const mistakes: UnplacedMistake[] = [];
  const { module } = parsed;
  const name = typeof module === "object" ? module.module : module;
  const url = name === undefined ? undefined : moduleUrl(name, folder);
  if (typeof url === "object") mistakes.push({ keys: ["ras", "module"], ...url });
  const ppp = pppSettingsOf(parsed.ports, parsed.ppp);
  mistakes.push(...ppp.mistakes);
  const adminModules = (parsed.adminModules ?? []).flatMap((admin, index) => {
    const found = moduleUrl(admin, folder);
    if (typeof found === "string") return [{ name: admin, url: found }];
    mistakes.push({ keys: ["ras", "adminModules", index], ...found });
    return [];
  });
  const ports = parsed.ports.map((port): RasPortSetting => {
    const endpoint = parseEndpoint(port.listen);
    return {
      name: port.name,
      listen: endpoint ?? { path: resolve(folder, port.listen.replace(/^unix:/, "")) },
      telnet: port.protocol === "telnet",
      maxCalls: port.maxCalls ?? 64,
      handOver: handOverOf(port.handOver ?? "echo", ppp.settings.get(port.name)),
    };
  });
  if (name === undefined) mistakes.push(...ports.flatMap(unguarded));
  const limits = Object.fromEntries(
    Object.entries(parsed.limits ?? {}).filter(([, value]) => value !== undefined),
  );
  const settings: RasSettings = {
    module:
      name === undefined || typeof url !== "string"
        ? undefined
        : { name, url, settings: typeof module === "object" ? module.settings : undefined },
    adminModules,
    ports,
    limits: { dialogLimitMs: defaultDialogLimitMs, ...limits },
  };
  return { settings, mistakes };
}

function handOverOf(text: string, ppp: PppSetting | undefined): RasHandOver {
  if (ppp !== undefined) return { kind: "ppp", ppp };
  const target = parseTarget(text);
  return target === undefined ? { kind: "echo" } : { kind: "tcp", ...target };
}

/** RAS-05 lets calls pass where no module is registered; PPP would ask them who they are, a TCP target may not. */
function unguarded({ handOver }: RasPortSetting, index: number): UnplacedMistake[] {
  if (handOver.kind !== "tcp") return [];
  return [
    {
      keys: ["ras", "ports", index, "handOver"],
      problem: "without a security module everybody would be handed over",
      remedy: 'name a module in ras.module, or set handOver to "echo"',
    },
  ];
}
