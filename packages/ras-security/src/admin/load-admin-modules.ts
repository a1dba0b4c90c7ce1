import { WindowsError } from "@sallyport/errors";
import { ERROR_BAD_CONFIGURATION, ERROR_DLL_NOT_FOUND, ERROR_PROC_NOT_FOUND } from "@sallyport/errors/win32";
import type { RasAdminModule } from "../contract/admin-module.ts";
import { messageOf } from "../host/module-return.ts";
import { adminDllKey, type Registry } from "../host/registry.ts";

/** The forms in which a connection may be accepted; a newer one goes before an older one. */
const forms = ["Ex", "3", "2", ""] as const;

/** An admin module that is ready to be called. */
export interface AdminModule {
  readonly name: string;
  readonly module: RasAdminModule;
  /** Which form of the accept and hang-up functions is called. */
  readonly form: (typeof forms)[number];
}

/** Takes the place of what Windows stopped to call (RAS-72). */
const replacements: Readonly<Record<string, string>> = {
  RasAdminAcceptNewConnection: "MprAdminAcceptNewConnection",
  RasAdminConnectionHangupNotification: "MprAdminConnectionHangupNotification",
  RasAdminGetIpAddressForUser: "MprAdminGetIpAddressForUser",
  RasAdminReleaseIpAddress: "MprAdminReleaseIpAddress",
};

/**
 * Takes an imported module as an admin module: its default export where that is an object, else its named exports.
 *
 * @throws {WindowsError} ERROR_PROC_NOT_FOUND (127) when a required function is missing (RAS-63), or half of a pair
 */
export function adminModule(imported: unknown, options: { readonly name: string }): AdminModule {
  const { name } = options;
  const module = entryPoints(imported);
  const has = (entryPoint: string): boolean => typeof Reflect.get(module, entryPoint) === "function";
  const fail = (problem: string): never => {
    const message = `the admin module ${name} cannot be loaded: ${problem}`;
    throw new WindowsError(ERROR_PROC_NOT_FOUND, { space: "win32", message });
  };
  for (const [key, value] of Object.entries(module)) {
    if (key.startsWith("MprAdmin") && value !== undefined && typeof value !== "function") {
      const message = `the admin module ${name} cannot be loaded: its ${key} is no function`;
      throw new WindowsError(ERROR_BAD_CONFIGURATION, { space: "win32", message });
    }
  }
  const old = Object.keys(replacements).find(has);
  if (old !== undefined && !Object.keys(module).some((key) => key.startsWith("MprAdmin"))) {
    return fail(`${old} is not called since Windows 2000; export ${replacements[old]} instead`); // RAS-72
  }
  const form = forms.find((candidate) => has(`MprAdminAcceptNewConnection${candidate}`));
  if (form === undefined) return fail("it exports no MprAdminAcceptNewConnection");
  const required = [
    ["MprAdminInitializeDll", "MprAdminInitializeDllEx"],
    ["MprAdminTerminateDll"],
    [`MprAdminConnectionHangupNotification${form}`],
    ["MprAdminAcceptNewLink"],
    ["MprAdminLinkHangupNotification"],
    ["MprAdminAcceptReauthentication", "MprAdminAcceptReauthenticationEx"],
  ];
  for (const names of required) if (!names.some(has)) fail(`it exports no ${names[0]}`);
  for (const [one, other] of pairs) {
    if (has(one) !== has(other)) fail(`it exports one of ${one} and ${other}; both or none are possible`);
  }
  return { name, module, form };
}

const pairs = [
  ["MprAdminGetIpAddressForUser", "MprAdminReleaseIpAddress"],
  ["MprAdminGetIpv6AddressForUser", "MprAdminReleaseIpv6AddressForUser"],
] as const;

/**
 * Loads the modules that the registry names, separated by semicolons, in that order (Table R-3).
 *
 * @throws {WindowsError} ERROR_DLL_NOT_FOUND (1157) when one cannot be imported; else as {@link adminModule}
 *
 * @example
 * ```ts
 * const registry = createMemoryRegistry();
 * registry.set(adminDllKey, "DLLPath", "./addresses.ts;./quarantine.ts");
 * const modules = await loadAdminModules({ registry, importModule: (path) => import(path) });
 * ```
 */
export async function loadAdminModules(options: {
  readonly registry: Registry;
  readonly importModule: (path: string) => Promise<unknown>;
}): Promise<readonly AdminModule[]> {
  const paths = (options.registry.read(adminDllKey, "DLLPath") ?? "").split(";").map((path) => path.trim());
  const modules: AdminModule[] = [];
  for (const path of paths.filter((given) => given !== "")) {
    const imported = await options.importModule(path).catch((cause: unknown) => {
      const message = `the admin module ${path} cannot be loaded: importing it failed: ${messageOf(cause)}`;
      throw new WindowsError(ERROR_DLL_NOT_FOUND, { space: "win32", message, cause });
    });
    modules.push(adminModule(imported, { name: path }));
  }
  return modules;
}

function entryPoints(imported: unknown): RasAdminModule {
  const exported = typeof imported === "object" && imported !== null ? imported : {};
  const byDefault: unknown = (exported as { default?: unknown }).default;
  return (typeof byDefault === "object" && byDefault !== null ? byDefault : exported) as RasAdminModule;
}
