import { readFile } from "node:fs/promises";
import { password as askPassword, isCancel } from "@clack/prompts";
import { runningServers } from "../running-file.ts";
import type { Settings } from "../settings/settings.ts";
import { UsageError } from "./command-line.ts";

/** The options with which commands are told the shared secret. */
export interface SecretOptions {
  readonly secret?: string;
  readonly secretFile?: string;
  readonly secretEnv?: string;
}

/** The options with which commands are told the user's password. */
export interface PasswordOptions {
  readonly password?: string;
  readonly passwordFile?: string;
  readonly passwordEnv?: string;
}

/** Where a server on this machine listens: what it said when it started, else what the settings say. */
export function serverOf(settings: Settings | undefined, key: "auth" | "acct"): string {
  if (settings === undefined) {
    throw new UsageError(
      "no server is named",
      "use --server ADDRESS:PORT, or --config with the settings of a server on this machine",
    );
  }
  const [running] = runningServers(settings.state);
  const [configured] = settings[key];
  const address =
    running?.[key][0] ?? (configured && `${bracketed(configured.address)}:${configured.port}`) ?? "";
  return address.replace(/^0\.0\.0\.0:/, "127.0.0.1:").replace("[::]:", "[::1]:");
}

export async function secretOf(options: SecretOptions, settings: Settings | undefined): Promise<string> {
  if (options.secret !== undefined) return options.secret;
  if (options.secretFile !== undefined) return firstLine(options.secretFile);
  if (options.secretEnv !== undefined) return variable(options.secretEnv);
  const local =
    settings?.clients.find(({ address }) => address === "127.0.0.1" || address === "::1") ??
    settings?.clients[0];
  if (local !== undefined) return local.secret;
  throw new UsageError("no shared secret is given", "use --secret-file FILE");
}

export async function passwordOf(
  user: string,
  options: PasswordOptions,
  settings: Settings | undefined,
): Promise<string> {
  if (options.password !== undefined) return options.password;
  if (options.passwordFile !== undefined) return firstLine(options.passwordFile);
  if (options.passwordEnv !== undefined) return variable(options.passwordEnv);
  const account = settings?.accounts.find(({ name }) => name.toLowerCase() === user.toLowerCase());
  if (account?.password !== undefined) return account.password;
  if (!process.stdin.isTTY)
    throw new UsageError(`no password is given for ${user}`, "use --password-file FILE");
  const typed = await askPassword({ message: `Password of ${user}` });
  if (isCancel(typed)) throw new UsageError("no password was typed", "use --password-file FILE, or type one");
  return typed;
}

function variable(name: string): string {
  const value = process.env[name];
  if (value !== undefined && value !== "") return value;
  throw new UsageError(`the environment variable ${name} is not set`, "set it, or use a file");
}

async function firstLine(file: string): Promise<string> {
  const [line = ""] = (await readFile(file, "utf8")).split(/\r?\n/);
  return line;
}

/** The network's own refusal: no route, nobody listening. */
export function isSystemError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error;
}

function bracketed(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}
