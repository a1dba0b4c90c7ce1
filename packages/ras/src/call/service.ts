import type { PppAddressProvider, PppAuthenticationProtocol, PppLinkSettings } from "@sallyport/ppp";
import type { Milliseconds } from "@sallyport/runtime";
import type { RasProvider } from "../provider/provider.ts";

/** What callers of a port get behind the security dialog. */
export interface RasService {
  readonly provider: RasProvider;
  /** In the order in which callers are asked for them. */
  readonly protocols: readonly PppAuthenticationProtocol[];
  /** How this server calls itself in challenges. Default: `sallyport`. */
  readonly name?: string | undefined;
  /** Addresses for callers; the admin modules may choose others (RAS-70). */
  readonly addresses: PppAddressProvider;
  /** Limits and wishes of the PPP link. */
  readonly ppp?: PppLinkSettings | undefined;
  /** How often a connection is accounted for where the provider does not say. Default: at its start and end only. */
  readonly interimMs?: Milliseconds | undefined;
}
