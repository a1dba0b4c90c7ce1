import type { Out } from "./security-module.ts";

/**
 * A RAS admin module: decides about connections that have authenticated, and hears when they end (Table R-5). Of the
 * accept functions one form is needed, with the hang-up function of the same form. TRUE is `true`.
 */
export interface RasAdminModule {
  /** Service start; nonzero stops the start. `Ex` takes its place where both are there. */
  MprAdminInitializeDll?(server: RasAdminServer): number | PromiseLike<number>;
  MprAdminInitializeDllEx?(server: RasAdminServer): number | PromiseLike<number>;
  /** Service stop. */
  MprAdminTerminateDll?(): number | PromiseLike<number>;

  MprAdminAcceptNewConnection?(connection: RasConnection): boolean | PromiseLike<boolean>;
  MprAdminAcceptNewConnection2?(connection: RasConnection): boolean | PromiseLike<boolean>;
  MprAdminAcceptNewConnection3?(connection: RasConnection): boolean | PromiseLike<boolean>;
  MprAdminAcceptNewConnectionEx?(connection: RasConnection): boolean | PromiseLike<boolean>;
  MprAdminConnectionHangupNotification?(connection: RasConnection): void | PromiseLike<void>;
  MprAdminConnectionHangupNotification2?(connection: RasConnection): void | PromiseLike<void>;
  MprAdminConnectionHangupNotification3?(connection: RasConnection): void | PromiseLike<void>;
  MprAdminConnectionHangupNotificationEx?(connection: RasConnection): void | PromiseLike<void>;

  /** The first link of a connection and every further one. */
  MprAdminAcceptNewLink?(link: RasLink): boolean | PromiseLike<boolean>;
  MprAdminLinkHangupNotification?(link: RasLink): void | PromiseLike<void>;
  MprAdminAcceptReauthentication?(connection: RasConnection): boolean | PromiseLike<boolean>;
  MprAdminAcceptReauthenticationEx?(connection: RasConnection): boolean | PromiseLike<boolean>;

  /**
   * Assigns an address. `address` is in and out: nonzero in, the server proposes it; 0 in, the module must supply one
   * (RAS-70). The first octet is the most significant.
   *
   * @param notify set to true, {@link RasAdminModule.MprAdminReleaseIpAddress} is called when the address is free again
   * @returns `NO_ERROR`; any other code ends the connection
   */
  MprAdminGetIpAddressForUser?(
    userName: string,
    portName: string,
    address: Out<number>,
    notify: Out<boolean>,
  ): number | PromiseLike<number>;
  MprAdminReleaseIpAddress?(userName: string, portName: string, address: number): void | PromiseLike<void>;
  /** The same for IPv6: 16 octets, all zero where the server proposes nothing. */
  MprAdminGetIpv6AddressForUser?(
    userName: string,
    portName: string,
    address: Out<Uint8Array>,
    notify: Out<boolean>,
  ): number | PromiseLike<number>;
  MprAdminReleaseIpv6AddressForUser?(
    userName: string,
    portName: string,
    address: Uint8Array,
  ): void | PromiseLike<void>;
}

/**
 * The server's administration functions. They must not be called from within a callback of the module: there they reject
 * with ERROR_POSSIBLE_DEADLOCK, where Windows would hang (RAS-71).
 */
export interface RasAdminServer {
  /** The connections that were accepted and have not ended. */
  connections(): Promise<readonly RasConnection[]>;
  /** Ends a connection. Rejects with ERROR_INVALID_PORT_HANDLE (601) for an unknown one. */
  disconnect(connection: number): Promise<void>;
}

/** What an admin module learns about a connection (RAS_CONNECTION_0, RAS_CONNECTION_1). */
export interface RasConnection {
  /** hConnection. */
  readonly connection: number;
  /** wszUserName. */
  readonly userName: string;
  /** wszLogonDomain. */
  readonly logonDomain: string;
  /** wszRemoteComputer. */
  readonly remoteComputer: string;
}

/** One port of a connection (RAS_PORT_0). */
export interface RasLink extends RasConnection {
  /** hPort. */
  readonly port: number;
  /** wszPortName. */
  readonly portName: string;
}
