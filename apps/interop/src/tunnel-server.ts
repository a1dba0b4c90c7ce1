import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { settingsAccounts, verifyChap, verifyMsChap, verifyMsChap2, verifyPap } from "@sallyport/accounts";
import { Secret } from "@sallyport/crypto";
import {
  type EapMethodRegistration,
  type EapProvider,
  eapTls,
  eapTlsServer,
  findAuthAttribute,
  genericTokenCard,
  type MsChap2Accounts,
  type MsChapAccounts,
  md5Challenge,
  msChapV2,
  openEapMethods,
  type PeapOptions,
  peap,
  peapServer,
  raatMD5CHAPChallenge,
  raatMD5CHAPPassword,
  raatUserPassword,
  type TlsMethodServerSettings,
  type TtlsServerOptions,
  ttls,
  ttlsServer,
} from "@sallyport/eap";
import { type EapOutcome, EapRadiusServer } from "@sallyport/eap-radius";
import { type Answer, RadiusCode, RadiusReceiver, type ReceivedRequest } from "@sallyport/radius";
import { listenRadius } from "@sallyport/radius/node";
import { createMemoryLog, systemClock, systemRandom } from "@sallyport/runtime";
import type { TlsEngine, TlsProtocol } from "@sallyport/tls-engine";
import { createInlineTlsEngine } from "@sallyport/tls-engine/node";
import { onTestFinished } from "vitest";

/** The file of a certificate or key of the tests of the TLS engine. */
export function certificateFile(name: string): string {
  return fileURLToPath(
    new URL(`../../../packages/tls-engine/test/certificates/${name}.pem`, import.meta.url),
  );
}

export const pem = (name: string): string => readFileSync(certificateFile(name), "utf8");

export interface TunnelServer {
  /** "127.0.0.1:50000"; the secret is "testing123". */
  readonly auth: string;
  /** What each conversation came to, in order. */
  readonly outcomes: EapOutcome[];
  readonly log: () => readonly string[];
}

export interface TunnelServerOptions {
  readonly version: TlsProtocol;
  readonly peap?: Partial<PeapOptions>;
  readonly ttls?: Partial<TtlsServerOptions>;
  readonly settings?: Partial<TlsMethodServerSettings>;
  /** In the order in which they are offered. */
  readonly inner?: readonly ("MSCHAPV2" | "GTC" | "MD5" | "TLS")[];
}

/** PEAP and TTLS over RADIUS, without policies; alice's password is wonderland. */
export async function startTunnelServer(options: TunnelServerOptions): Promise<TunnelServer> {
  const { version, inner = ["MSCHAPV2", "GTC", "MD5", "TLS"] } = options;
  const engine: TlsEngine = createInlineTlsEngine();
  const settings: TlsMethodServerSettings = {
    engine,
    identity: { key: pem("server.test-key"), certificateChain: pem("server") },
    minVersion: version,
    maxVersion: version,
    ...options.settings,
  };
  const innerMethods = {
    MSCHAPV2: msChapV2({ accounts: msChap2, retries: 0 }),
    GTC: genericTokenCard(),
    MD5: md5Challenge(),
    TLS: eapTls({
      server: {
        credentials: eapTlsServer({ ...settings, trustedAuthorities: [pem("authority")] }),
        authorise: () => ({ kind: "admitted", account: "alice" }),
      },
    }),
  };
  const methods = inner.map((name): EapMethodRegistration => innerMethods[name]);
  const log = createMemoryLog();
  const registry = await openEapMethods(
    [
      peap({ server: { credentials: peapServer(settings), provider }, methods, log, ...options.peap }),
      ttls({
        server: {
          credentials: ttlsServer(settings),
          provider,
          msChap,
          msChap2,
          protocols: ["pap", "chap", "mschap", "mschapv2", "eap"],
          ...options.ttls,
        },
        methods,
        log,
      }),
    ],
    { log },
  );
  const eap = new EapRadiusServer({
    methods: registry.usable({ role: "authenticator" }),
    clock: systemClock,
    random: systemRandom,
    log,
  });
  const outcomes: EapOutcome[] = [];
  const receiver = new RadiusReceiver({
    port: "authentication",
    clients: [{ name: "lab", address: "127.0.0.1", secret: new Secret("testing123") }],
    clock: systemClock,
    handler: (request) => answer(eap, request, outcomes),
  });
  const listener = await listenRadius({ address: "127.0.0.1", port: 0, receiver });
  onTestFinished(async () => {
    await listener.close();
    eap.close();
    await registry.close();
    await engine.close();
  });
  const events = () => log.events.map(({ message }) => message);
  return { auth: `127.0.0.1:${listener.address.port}`, outcomes, log: events };
}

async function answer(
  eap: EapRadiusServer,
  request: ReceivedRequest,
  outcomes: EapOutcome[],
): Promise<Answer | null> {
  const opening = eap.open(request);
  if (opening.kind === "repeated") return opening.answer;
  const { round } = opening;
  const settle = (settled: Answer | null): Answer | null => {
    round.settle(settled);
    return settled;
  };
  if (opening.kind === "refused") {
    return settle({ code: RadiusCode.AccessReject, attributes: round.ending("reject") });
  }
  const outcome = await round.proceed({ types: undefined });
  if (outcome.kind === "discard") return settle(null);
  if (outcome.kind === "challenge") {
    return settle({ code: RadiusCode.AccessChallenge, attributes: outcome.attributes });
  }
  outcomes.push(outcome);
  return outcome.kind === "success"
    ? settle({
        code: RadiusCode.AccessAccept,
        attributes: [...outcome.attributes, ...round.ending("accept")],
      })
    : settle({ code: RadiusCode.AccessReject, attributes: round.ending("reject") });
}

const accounts = settingsAccounts([{ name: "alice", password: "wonderland" }]);
const find = (name: string) => accounts.find({ domain: "", name });

const provider: EapProvider = {
  authenticate({ identity, attributes }) {
    const octets = (type: number): Uint8Array | undefined => {
      const value = findAuthAttribute(attributes, type)?.value;
      return value instanceof Uint8Array ? value : undefined;
    };
    const chap = octets(raatMD5CHAPPassword);
    const challenge = octets(raatMD5CHAPChallenge);
    const account = find(identity);
    const verdict =
      chap !== undefined && challenge !== undefined
        ? verifyChap(account, { identifier: chap[0] ?? 0, challenge, response: chap.subarray(1) })
        : verifyPap(account, octets(raatUserPassword) ?? new Uint8Array(0), {});
    const code = ({ kind }: { readonly kind: string }) => ({
      result: kind === "verified" ? 0 : 691,
      attributes: [],
    });
    return verdict instanceof Promise ? verdict.then(code) : code(verdict);
  },
  authorize: () => ({ result: 0, attributes: [] }),
};

const msChap: MsChapAccounts = {
  verify: ({ identity, ...given }) => (verifyMsChap(find(identity), given).kind === "verified" ? 0 : 691),
};

const msChap2: MsChap2Accounts = {
  verify(given) {
    const verification = verifyMsChap2(find(given.identity), given);
    return verification.kind === "verified" ? verification : { kind: "refused", code: 691 };
  },
};
