import { resolve } from "node:path";
import type { RasSecurityLimits } from "@sallyport/ras-security";
import type { RasPortAddress } from "@sallyport/ras-security/node";
import type { z } from "zod";
import type { UnplacedMistake } from "./mistake.ts";
import { moduleUrl } from "./module-url.ts";
import { parseEndpoint, parseTarget, type settingsSchema } from "./schema.ts";

/** Validated settings of the RAS ports. */
export interface RasSettings {
  readonly module: { readonly name: string; readonly url: string; readonly settings: unknown } | undefined;
  readonly ports: readonly RasPortSetting[];
  readonly limits: Partial<RasSecurityLimits>;
}

export interface RasPortSetting {
  readonly name: string;
  readonly listen: RasPortAddress;
  readonly telnet: boolean;
  readonly maxCalls: number;
  /** A TCP target; undefined for the echo service. */
  readonly target: { readonly host: string; readonly port: number } | undefined;
}

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
  const ports = parsed.ports.map((port): RasPortSetting => {
    const endpoint = parseEndpoint(port.listen);
    return {
      name: port.name,
      listen: endpoint ?? { path: resolve(folder, port.listen.replace(/^unix:/, "")) },
      telnet: port.protocol === "telnet",
      maxCalls: port.maxCalls ?? 64,
      target: parseTarget(port.handOver ?? "echo"),
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
    ports,
    limits: { dialogLimitMs: defaultDialogLimitMs, ...limits },
  };
  return { settings, mistakes };
}

/** RAS-05 lets calls pass where no module is registered; PPP would ask them who they are, a TCP target may not. */
function unguarded({ target }: RasPortSetting, index: number): UnplacedMistake[] {
  if (target === undefined) return [];
  return [
    {
      keys: ["ras", "ports", index, "handOver"],
      problem: "without a security module everybody would be handed over",
      remedy: 'name a module in ras.module, or set handOver to "echo"',
    },
  ];
}
