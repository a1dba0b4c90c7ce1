import { WindowsError } from "@sallyport/errors";
import { ERROR_INVALID_PORT_HANDLE } from "@sallyport/errors/ras";
import { ERROR_GEN_FAILURE, ERROR_POSSIBLE_DEADLOCK, NO_ERROR } from "@sallyport/errors/win32";
import type { Clock, Log, Milliseconds } from "@sallyport/runtime";
import type { RasAdminServer, RasConnection, RasLink } from "../contract/admin-module.ts";
import type { Out } from "../contract/security-module.ts";
import { statusName } from "../engine/status-name.ts";
import { isCode } from "../engine/verdict.ts";
import { RasEvent, writeEvent } from "../host/events.ts";
import { messageOf } from "../host/module-return.ts";
import { CallQueue } from "./call-queue.ts";
import type { AdminModule } from "./load-admin-modules.ts";

/** What a {@link RasAdminHost} is made of. */
export interface RasAdminHostOptions {
  /** In the order of the registry. */
  readonly modules: readonly AdminModule[];
  readonly clock: Clock;
  readonly log: Log;
  /** How long one call of a module may take. A call that takes longer counts as a refusal. Default 30 000 milliseconds. */
  readonly callLimitMs?: Milliseconds;
  /** Ends a connection for a module that asks for it. */
  readonly disconnect?: (connection: number) => void;
  /** Sees every call before it is made: `MprAdminAcceptNewLink(module)`, and the connection that it is about. */
  readonly onCall?: (step: string, connection: number | undefined) => void;
}

/** The addresses that the server proposes; 0, and all zero, propose nothing. */
export interface ProposedAddresses {
  readonly address?: number;
  readonly ipv6Address?: Uint8Array;
}

/** What became of a connection that has authenticated. */
export type Admission =
  | {
      readonly accepted: true;
      readonly address: number | undefined;
      readonly ipv6Address: Uint8Array | undefined;
    }
  | {
      readonly accepted: false;
      readonly step: "connection" | "link" | "address";
      readonly module: string;
      /** What an address function returned; 0 where a module said FALSE or supplied nothing. */
      readonly error: number;
    };

/** A connection that was accepted, with what must be told when it ends. */
interface Accepted {
  readonly connection: RasConnection;
  readonly links: RasLink[];
  readonly releases: (() => Promise<void>)[];
}

/**
 * Calls the admin modules about connections that have passed the security dialog and PPP (RAS-63 to RAS-72).
 *
 * @example
 * ```ts
 * const host = new RasAdminHost({ modules: [adminModule(mine, { name: "mine" })], clock: systemClock, log });
 * await host.start();
 * const admission = await host.connect(link, { address: 0x0a630002 }); // 10.99.0.2 is proposed
 * if (admission.accepted) await host.connectionEnded(link.connection);
 * ```
 */
export class RasAdminHost {
  readonly #options: RasAdminHostOptions;
  readonly #notify = new CallQueue();
  readonly #addresses = new CallQueue();
  readonly #accepted = new Map<number, Accepted>();
  /** Modules of which a callback is running. */
  readonly #inside = new Map<AdminModule, number>();
  #initialized: AdminModule[] = [];

  constructor(options: RasAdminHostOptions) {
    this.#options = options;
  }

  /**
   * Initializes every module, in order.
   *
   * @throws {WindowsError} what a module returned; those before it were terminated, last first
   */
  async start(): Promise<void> {
    for (const entry of this.#options.modules) {
      const { module } = entry;
      const step = module.MprAdminInitializeDllEx ? "MprAdminInitializeDllEx" : "MprAdminInitializeDll";
      const server = this.#serverFor(entry);
      const result = await this.#status(entry, step, () => module[step]?.(server));
      if (result === NO_ERROR) {
        this.#initialized.push(entry);
        continue;
      }
      await this.stop();
      const message = `the admin module ${entry.name} prevented the start: ${step} returned ${statusName(result)}`;
      writeEvent(this.#options.log, RasEvent.Other, "error", message, { module: entry.name, code: result });
      throw new WindowsError(result, { space: "win32", message });
    }
  }

  /** Terminates the modules that were initialized, last first. */
  async stop(): Promise<void> {
    for (const entry of this.#initialized.splice(0).reverse()) {
      await this.#status(entry, "MprAdminTerminateDll", () => entry.module.MprAdminTerminateDll?.());
    }
  }

  /**
   * A connection has authenticated: asks about it, then about its first link, then for its addresses (RAS-64). Every module must
   * accept (RAS-65).
   */
  async connect(link: RasLink, proposed: ProposedAddresses = {}): Promise<Admission> {
    const { connection, userName, logonDomain, remoteComputer } = link;
    const about: RasConnection = { connection, userName, logonDomain, remoteComputer };
    const refusedBy = await this.#notify.run(() =>
      this.#firstRefusal(
        connection,
        (entry) => `MprAdminAcceptNewConnection${entry.form}`,
        (entry) => entry.module[`MprAdminAcceptNewConnection${entry.form}`]?.(about),
      ),
    );
    if (refusedBy !== undefined) return refusal("connection", refusedBy);
    const accepted: Accepted = { connection: about, links: [], releases: [] };
    this.#accepted.set(connection, accepted);
    const linkRefusedBy = await this.#acceptLink(accepted, link);
    if (linkRefusedBy !== undefined) {
      await this.connectionEnded(connection);
      return refusal("link", linkRefusedBy);
    }
    const admission = await this.#assign(accepted, link, proposed);
    if (!admission.accepted) await this.connectionEnded(connection);
    return admission;
  }

  /** A further link joins an accepted connection. @returns whether every module accepts it */
  async acceptLink(link: RasLink): Promise<boolean> {
    const accepted = this.#accepted.get(link.connection);
    return accepted !== undefined && (await this.#acceptLink(accepted, link)) === undefined;
  }

  /** One link of an accepted connection has ended. */
  async linkEnded(link: RasLink): Promise<void> {
    const links = this.#accepted.get(link.connection)?.links ?? [];
    const index = links.findIndex(({ port }) => port === link.port);
    const [ended] = index < 0 ? [] : links.splice(index, 1);
    if (ended !== undefined) {
      await this.#tellAll(link.connection, "MprAdminLinkHangupNotification", (entry) =>
        entry.module.MprAdminLinkHangupNotification?.(ended),
      );
    }
  }

  /** An accepted connection has ended: its links, its addresses and itself are told. Others get no word (RAS-66). */
  async connectionEnded(connection: number): Promise<void> {
    const accepted = this.#accepted.get(connection);
    if (accepted === undefined) return;
    for (const link of [...accepted.links]) await this.linkEnded(link);
    this.#accepted.delete(connection);
    for (const release of accepted.releases) await release();
    await this.#notify.run(() =>
      this.#each(
        connection,
        (entry) => `MprAdminConnectionHangupNotification${entry.form}`,
        (entry) => entry.module[`MprAdminConnectionHangupNotification${entry.form}`]?.(accepted.connection),
      ),
    );
  }

  /** A connection authenticates again, as after a change of its quarantine state. @returns whether every module accepts it */
  async reauthenticate(connection: number): Promise<boolean> {
    const accepted = this.#accepted.get(connection);
    if (accepted === undefined) return false;
    const name = (entry: AdminModule) =>
      entry.module.MprAdminAcceptReauthenticationEx
        ? "MprAdminAcceptReauthenticationEx"
        : "MprAdminAcceptReauthentication";
    const refusedBy = await this.#notify.run(() =>
      this.#firstRefusal(connection, name, (entry) => entry.module[name(entry)]?.(accepted.connection)),
    );
    return refusedBy === undefined;
  }

  async #acceptLink(accepted: Accepted, link: RasLink): Promise<AdminModule | undefined> {
    const refusedBy = await this.#notify.run(() =>
      this.#firstRefusal(
        link.connection,
        () => "MprAdminAcceptNewLink",
        (entry) => entry.module.MprAdminAcceptNewLink?.(link),
      ),
    );
    if (refusedBy === undefined) accepted.links.push(link);
    return refusedBy;
  }

  /** RAS-69: the first module that offers a pair is the one that is asked. */
  async #assign(accepted: Accepted, link: RasLink, proposed: ProposedAddresses): Promise<Admission> {
    const { connection, userName, portName } = link;
    const address: Out<number> = { value: proposed.address ?? 0 };
    const four = this.#options.modules.find(({ module }) => module.MprAdminGetIpAddressForUser);
    if (four !== undefined) {
      const notify: Out<boolean> = { value: false };
      const error = await this.#addresses.run(() =>
        this.#status(
          four,
          "MprAdminGetIpAddressForUser",
          () => four.module.MprAdminGetIpAddressForUser?.(userName, portName, address, notify),
          connection,
        ),
      );
      if (error !== NO_ERROR || !isAddress(address.value)) return refusal("address", four, error);
      if (notify.value) {
        const { value } = address;
        accepted.releases.push(() =>
          this.#release(four, "MprAdminReleaseIpAddress", connection, () =>
            four.module.MprAdminReleaseIpAddress?.(userName, portName, value),
          ),
        );
      }
    }
    const six = this.#options.modules.find(({ module }) => module.MprAdminGetIpv6AddressForUser);
    const ipv6Address: Out<Uint8Array> = {
      value: Uint8Array.from(proposed.ipv6Address ?? new Uint8Array(16)),
    };
    if (six !== undefined) {
      const notify: Out<boolean> = { value: false };
      const error = await this.#addresses.run(() =>
        this.#status(
          six,
          "MprAdminGetIpv6AddressForUser",
          () => six.module.MprAdminGetIpv6AddressForUser?.(userName, portName, ipv6Address, notify),
          connection,
        ),
      );
      if (error !== NO_ERROR || !isIpv6Address(ipv6Address.value)) return refusal("address", six, error);
      if (notify.value) {
        const value = Uint8Array.from(ipv6Address.value);
        accepted.releases.push(() =>
          this.#release(six, "MprAdminReleaseIpv6AddressForUser", connection, () =>
            six.module.MprAdminReleaseIpv6AddressForUser?.(userName, portName, value),
          ),
        );
      }
    }
    return {
      accepted: true,
      address: address.value === 0 ? undefined : address.value,
      ipv6Address: isIpv6Address(ipv6Address.value) ? ipv6Address.value : undefined,
    };
  }

  async #release(entry: AdminModule, step: string, connection: number, call: () => unknown): Promise<void> {
    await this.#addresses.run(() => this.#call(entry, step, call, connection));
  }

  async #firstRefusal(
    connection: number,
    step: (entry: AdminModule) => string,
    call: (entry: AdminModule) => unknown,
  ): Promise<AdminModule | undefined> {
    for (const entry of this.#options.modules) {
      const answer = await this.#call(entry, step(entry), () => call(entry), connection);
      if (answer !== true) return entry;
    }
    return undefined;
  }

  #tellAll(connection: number, step: string, call: (entry: AdminModule) => unknown): Promise<void> {
    return this.#notify.run(() => this.#each(connection, () => step, call));
  }

  async #each(
    connection: number,
    step: (entry: AdminModule) => string,
    call: (entry: AdminModule) => unknown,
  ): Promise<void> {
    for (const entry of this.#options.modules) {
      await this.#call(entry, step(entry), () => call(entry), connection);
    }
  }

  async #status(entry: AdminModule, step: string, call: () => unknown, connection?: number): Promise<number> {
    const value = await this.#call(entry, step, call, connection);
    return isCode(value) ? value : ERROR_GEN_FAILURE;
  }

  /** What a module returned; undefined when it threw or took too long, which an event tells. */
  async #call(entry: AdminModule, step: string, call: () => unknown, connection?: number): Promise<unknown> {
    const { clock, log, onCall, callLimitMs = 30_000 } = this.#options;
    onCall?.(`${step}(${entry.name})`, connection);
    this.#inside.set(entry, (this.#inside.get(entry) ?? 0) + 1);
    try {
      return await new Promise<unknown>((resolve, reject) => {
        const cancel = clock.after(callLimitMs, () =>
          reject(new Error(`it took longer than ${callLimitMs} ms`)),
        );
        Promise.resolve().then(call).then(resolve, reject).finally(cancel);
      });
    } catch (error) {
      const code = WindowsError.is(error) ? error.code : undefined;
      const message = `the admin module ${entry.name} failed in ${step}: ${messageOf(error)}`;
      writeEvent(log, RasEvent.Other, "error", message, { module: entry.name, code, error });
      return code;
    } finally {
      this.#inside.set(entry, (this.#inside.get(entry) ?? 1) - 1);
    }
  }

  #serverFor(entry: AdminModule): RasAdminServer {
    const refuseInside = (what: string): void => {
      if ((this.#inside.get(entry) ?? 0) === 0) return;
      const message = `${entry.name} called ${what} from within one of its callbacks; it would wait for itself`;
      throw new WindowsError(ERROR_POSSIBLE_DEADLOCK, { space: "win32", message });
    };
    return {
      connections: async () => {
        refuseInside("connections");
        return [...this.#accepted.values()].map(({ connection }) => connection);
      },
      disconnect: async (connection) => {
        refuseInside("disconnect");
        if (!this.#accepted.has(connection)) {
          const message = `there is no connection ${connection}`;
          throw new WindowsError(ERROR_INVALID_PORT_HANDLE, { space: "ras", message });
        }
        this.#options.disconnect?.(connection);
      },
    };
  }
}

function refusal(step: "connection" | "link" | "address", { name }: AdminModule, error = 0): Admission {
  return { accepted: false, step, module: name, error };
}

/** RAS-70: without an address the user cannot connect. */
function isAddress(value: unknown): boolean {
  return typeof value === "number" && Number.isInteger(value) && value > 0 && value <= 0xffffffff;
}

function isIpv6Address(value: unknown): boolean {
  return value instanceof Uint8Array && value.length === 16 && value.some((octet) => octet !== 0);
}
