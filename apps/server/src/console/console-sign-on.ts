import { hostname } from "node:os";
import { type Account, type AccountSource, accountRestriction } from "@sallyport/accounts";
import { AccountLockout } from "@sallyport/nps";
import type { Clock, Log } from "@sallyport/runtime";
import { NtlmRefusal, ntlmAuthority } from "@sallyport/sspi";
import { acquireServerSchemes, createSignOn, type SignOn, type SignOnEvent } from "@sallyport/sspi/http";
import type { Settings } from "../settings/settings.ts";
import { lockingAuthority } from "./locking-authority.ts";

/** People who sign on to the console with their accounts. */
export interface ConsoleSignOn {
  readonly signOn: SignOn;
  /** Whether one of these groups may look. */
  mayLook(groups: readonly string[]): boolean;
  close(): Promise<void>;
}

export interface ConsoleSignOnParts {
  readonly settings: NonNullable<Settings["consoleSignOn"]>;
  readonly accounts: AccountSource;
  readonly defaultDomain: string;
  /** Where the wrong passwords of the RADIUS side are counted; those of the console then count there too. */
  readonly lockout: AccountLockout | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** Opens the sign-on by Negotiate and NTLM against the server's own accounts. */
export async function openConsoleSignOn(parts: ConsoleSignOnParts): Promise<ConsoleSignOn> {
  const { settings, accounts, defaultDomain, clock, log } = parts;
  const lockout = parts.lockout ?? consoleLockout(clock, log);
  const own = ntlmAuthority(
    { find: (identity) => accounts.find(identity) },
    { restriction: (account: Account, now) => accountRestriction(account, now) },
  );
  const acquired = await acquireServerSchemes({
    offer: settings.schemes,
    authority: lockingAuthority(own, lockout, defaultDomain),
    server: { computer: computerName(), domain: defaultDomain },
    clock,
  });
  const signOn = createSignOn({ schemes: acquired.schemes, clock, onEvent: eventLog(log, clock) });
  const wanted = new Set(settings.groups.map((group) => group.toLowerCase()));
  return {
    signOn,
    mayLook: (groups) => groups.some((group) => wanted.has(group.toLowerCase())),
    close: async () => {
      signOn.close();
      if (lockout !== parts.lockout) lockout.close();
      await acquired.close();
    },
  };
}

/** Without a lockout of the server passwords can be guessed ten in five minutes, and what is locked is the console alone. */
function consoleLockout(clock: Clock, log: Log): AccountLockout {
  const told: Log = { write: (event) => log.write({ ...event, source }) };
  return new AccountLockout({ maxDenials: 10, resetTimeMs: 300_000 }, clock, told);
}

/** NetBIOS names have at most 15 characters, and no dot. */
function computerName(): string {
  return (hostname().split(".")[0] ?? "").slice(0, 15).toUpperCase() || "SALLYPORT";
}

const source = "console";
const refusalInterval = 10_000;

/** Refusals, which anybody on this machine can cause, are written once in ten seconds, with the number of those left out. */
function eventLog(log: Log, clock: Clock): (event: SignOnEvent) => void {
  let quietUntil = 0;
  let suppressed = 0;
  return (event) => {
    if (event.kind === "signed-on") {
      const { name, mechanism } = event.user;
      log.write({ source, id: 0, severity: "information", message: `${name} signed on by ${mechanism}` });
    }
    if (event.kind !== "refused") return;
    if (clock.monotonic() < quietUntil) {
      suppressed += 1;
      return;
    }
    quietUntil = clock.monotonic() + refusalInterval;
    const { scheme, address, symbol, cause } = event;
    const name =
      cause instanceof NtlmRefusal && cause.claimedName !== "" ? JSON.stringify(cause.claimedName) : "";
    const message = `a sign-on${name && ` as ${name}`} by ${scheme} from ${address} was refused: ${symbol}${reasonOf(cause)}`;
    log.write({ source, id: 0, severity: "warning", message, fields: { suppressed } });
    suppressed = 0;
  };
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? ` (${cause.message})` : "";
}
