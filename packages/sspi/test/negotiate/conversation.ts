import {
  acceptSecurityContext,
  acquireCredentials,
  createSspiProvider,
  type InitiateOptions,
  initializeSecurityContext,
  type NegotiateMechanism,
  negotiatePackage,
  type SecurityContext,
  type SecurityCredentials,
  SspiError,
  type SspiProvider,
  type SspiProviderOptions,
} from "../../src/index.ts";
import { decodeSpnegoToken, isSpnegoToken } from "../../src/packages/negotiate/wire/spnego-token.ts";

const words = new TextDecoder();

/** What a token says, on a line. */
export function inWords(bytes: Uint8Array): string {
  if (!isSpnegoToken(bytes)) return `raw ${words.decode(bytes)}`;
  const token = decodeSpnegoToken(bytes);
  const parts =
    token.kind === "init"
      ? [
          "init",
          token.mechTypes.join(","),
          token.mechToken && words.decode(token.mechToken),
          token.negHints?.hintName,
        ]
      : [
          token.negState ?? "-",
          token.supportedMech,
          token.responseToken && words.decode(token.responseToken),
        ];
  return [...parts, token.mechListMIC && "MIC"].filter((part) => part !== undefined).join(" ");
}

export function provide(
  mechanisms: readonly NegotiateMechanism[],
  options: Partial<SspiProviderOptions> = {},
): SspiProvider {
  return createSspiProvider({ packages: [negotiatePackage({ mechanisms })], ...options });
}

export function credentials(provider: SspiProvider, authData: unknown = {}): Promise<SecurityCredentials> {
  return acquireCredentials({ provider, package: "Negotiate", use: "both", authData });
}

interface Parties {
  readonly client: readonly NegotiateMechanism[];
  readonly server: readonly NegotiateMechanism[];
  readonly authData?: unknown;
  readonly clientOptions?: InitiateOptions;
  readonly serverFlags?: number;
  /** What happens to a token in flight, by its number from 1 on; undefined: nothing. */
  readonly inFlight?: (number: number, token: Uint8Array) => Uint8Array | undefined;
  readonly serverSpeaksFirst?: boolean;
}

export interface Conversation {
  /** The tokens as sent. */
  readonly tokens: readonly string[];
  /** The status of every step, with whose it was. */
  readonly statuses: readonly string[];
  readonly client: SecurityContext;
  readonly server: SecurityContext;
}

/** Lets both sides talk until both are done or one has failed. */
export async function converse(parties: Parties): Promise<Conversation> {
  const { authData, inFlight = () => undefined, serverSpeaksFirst = false } = parties;
  const client = initializeSecurityContext(
    await credentials(provide(parties.client), authData),
    parties.clientOptions ?? {},
  );
  const server = acceptSecurityContext(await credentials(provide(parties.server)), {
    flags: parties.serverFlags ?? 0,
  });
  const tokens: string[] = [];
  const statuses: string[] = [];
  const say = async (who: "client" | "server", received: Uint8Array | undefined) => {
    const side = who === "client" ? client : server;
    try {
      const { token, symbol } = await side.step(received);
      statuses.push(`${who} ${symbol}`);
      return token;
    } catch (error) {
      if (!(error instanceof SspiError)) throw error;
      statuses.push(`${who} ${error.symbol}`);
      return error.token;
    }
  };
  let token: Uint8Array | undefined;
  let who: "client" | "server" = serverSpeaksFirst ? "server" : "client";
  if (serverSpeaksFirst) token = new Uint8Array(0);
  for (let number = 1; number < 20; number += 1) {
    const sent = await say(who, token);
    if (sent.length === 0) break;
    tokens.push(inWords(sent));
    token = inFlight(number, sent) ?? sent;
    who = who === "client" ? "server" : "client";
    if (who === "client" ? client.established : server.established) break;
    if (statuses.some((status) => / SEC_E_(?!OK)/.test(status))) break;
  }
  return { tokens, statuses, client, server };
}
