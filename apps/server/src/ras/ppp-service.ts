import type { EapMethod, EapProvider } from "@sallyport/eap";
import { AddressPool } from "@sallyport/ppp";
import { PreparedSecret } from "@sallyport/radius";
import { createRadiusClient, type RadiusClient } from "@sallyport/radius/node";
import {
  type AccountingRecord,
  type RadiusProviderServer,
  type RasProvider,
  type RasService,
  radiusProvider,
  windowsProvider,
} from "@sallyport/ras";
import type { Clock, Log } from "@sallyport/runtime";
import type { EapAccounts } from "../eap/account-provider.ts";
import type { AddressesSetting, PppSetting, RadiusProviderSetting } from "../settings/ppp-settings.ts";
import { rasAccounts } from "./ras-accounts.ts";

/** What the Windows provider of callers works with: the accounts and methods of this server. */
export interface RasSurroundings extends EapAccounts {
  readonly eapMethods: readonly EapMethod[];
  readonly eapProvider: EapProvider;
  /** Keeps an accounting record. */
  readonly account: (record: AccountingRecord) => void | PromiseLike<void>;
}

/** NUL, LF and CR, as an async control character map (RFC 1662 section 7.1). */
export const lineEnds = 0x2401;

/** What callers of each port get behind the dialog. Ports with the same addresses share a pool. */
export class PppServices {
  readonly #surroundings: RasSurroundings;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #pools = new Map<AddressesSetting, AddressPool>();
  readonly #clients: RadiusClient[] = [];

  constructor(surroundings: RasSurroundings) {
    this.#surroundings = surroundings;
    this.#clock = surroundings.clock;
    this.#log = surroundings.log;
  }

  /** @param telnet whether callers speak telnet, which changes the ends of lines: PPP then escapes them */
  of(
    { protocols, provider, addresses, limits, interimMs }: PppSetting,
    { telnet }: { readonly telnet: boolean },
  ): RasService {
    const { restartMs, ...others } = limits;
    const pool = this.#pools.get(addresses) ?? new AddressPool(addresses);
    this.#pools.set(addresses, pool);
    return {
      provider: provider === "windows" ? this.#windows() : this.#radius(provider),
      protocols,
      addresses: pool,
      ppp: {
        ...others,
        ...(telnet && { characterMap: lineEnds }),
        ...(restartMs !== undefined && { negotiation: { restartMs } }),
      },
      interimMs,
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
  }

  #windows(): RasProvider {
    const { scrypt, eapMethods, eapProvider, account } = this.#surroundings;
    const accounts = rasAccounts(this.#surroundings);
    return windowsProvider({ accounts, scrypt, eapMethods, eapProvider, clock: this.#clock, account });
  }

  #radius({ servers, nasIdentifier }: RadiusProviderSetting): RasProvider {
    const [first, ...others] = servers.map((one): RadiusProviderServer => {
      const { secret } = one;
      const client = (server: string): RadiusClient => {
        const { timeoutMs: timeout = 10_000, tries, requireMessageAuthenticator } = one;
        const made = createRadiusClient({ server, secret, timeout, tries, requireMessageAuthenticator });
        this.#clients.push(made);
        return made;
      };
      return {
        name: one.server,
        secret: new PreparedSecret(secret),
        authentication: client(one.server),
        accounting: one.accounting === undefined ? undefined : client(one.accounting),
      };
    });
    if (first === undefined) throw new TypeError("the settings name no RADIUS server");
    return radiusProvider({
      servers: [first, ...others],
      nas: { identifier: nasIdentifier },
      clock: this.#clock,
      log: this.#log,
    });
  }
}
