import {
  type Account,
  type AccountSettings,
  settingsAccounts,
  verifyChap,
  verifyMsChap2,
  verifyPap,
} from "@sallyport/accounts";
import {
  type EapMethod,
  type EapMethodRegistration,
  type EapProvider,
  genericTokenCard,
  md5Challenge,
  msChapV2,
  openEapMethods,
  raatMD5CHAPChallenge,
  raatMD5CHAPPassword,
  raatUserPassword,
} from "@sallyport/eap";
import { AddressPool, type PppAuthenticationProtocol, type PppConnection } from "@sallyport/ppp";
import {
  adminModule,
  type CallerStep,
  defineSecurityDialog,
  type RasAdminModule,
  type RasSecurityModule,
  type SecurityLine,
  securityModule,
} from "@sallyport/ras-security";
import {
  createMemoryLog,
  createSeededRandom,
  createVirtualClock,
  type MemoryLog,
  silentLog,
  type VirtualClock,
} from "@sallyport/runtime";
import {
  type AccountingRecord,
  callTraceLine,
  type DialerEnd,
  type RasCall,
  RasConnectionManager,
  RasDialer,
  type RasDialerOptions,
  type RasProvider,
  type RasService,
  windowsProvider,
} from "../src/index.ts";

const alice: AccountSettings = { name: "alice", password: "wonderland" };
const listed = settingsAccounts([
  alice,
  { name: "bob", password: "builder" },
  { name: "carol", password: "christmas", dialIn: "deny" },
]);

/** The dialog of these tests: a name and the passcode 4711. */
export const gate: RasSecurityModule = defineSecurityDialog(async (dialog) => {
  const user = await dialog.ask("Username: ");
  const code = await dialog.ask("Passcode: ", { echo: "*" });
  return code === "4711"
    ? dialog.accept(user, "CORP")
    : dialog.refuse(user, "CORP", { message: "Denied.\n" });
});
export const throughTheGate: readonly CallerStep[] = [
  { expect: "Username: ", send: "alice\r" },
  { expect: "Passcode: ", send: "4711\r" },
];

/** The methods that come along, as authenticators and as peers. */
export async function methodsOf(
  registrations: readonly EapMethodRegistration[] = [
    md5Challenge(),
    msChapV2({ accounts: passwords }),
    genericTokenCard(),
  ],
): Promise<{ readonly authenticator: readonly EapMethod[]; readonly peer: readonly EapMethod[] }> {
  const registry = await openEapMethods(registrations, { log: silentLog });
  return {
    authenticator: registry.usable({ role: "authenticator" }),
    peer: registry.usable({ role: "peer" }),
  };
}

const found = (name: string): Account | undefined => {
  const account = listed.find({ domain: "", name });
  if (account instanceof Promise) throw new TypeError("these accounts need no waiting");
  return account;
};
const passwords = {
  verify: (answer: Parameters<typeof verifyMsChap2>[1] & { readonly identity: string }) => {
    const verification = verifyMsChap2(found(answer.identity), answer);
    return verification.kind === "verified" ? verification : ({ kind: "refused", code: 691 } as const);
  },
};

/** Verifies what methods leave to the server. */
export const accountsForEap: EapProvider = {
  authenticate({ identity, attributes }) {
    const value = (type: number): Uint8Array | undefined => {
      const octets = attributes.find((attribute) => attribute.type === type)?.value;
      return octets instanceof Uint8Array ? octets : undefined;
    };
    const password = value(raatUserPassword);
    const response = value(raatMD5CHAPPassword);
    const challenge = value(raatMD5CHAPChallenge);
    const verification =
      password !== undefined
        ? verifyPap(found(identity), password)
        : verifyChap(found(identity), {
            identifier: response?.[0] ?? 0,
            challenge: challenge ?? new Uint8Array(0),
            response: response?.subarray(1) ?? new Uint8Array(0),
          });
    return { result: verification.kind === "verified" ? 0 : 691, attributes: [] };
  },
  authorize: () => ({ result: 0, attributes: [] }),
};

export interface LabOptions {
  readonly module?: RasSecurityModule;
  readonly adminModules?: readonly RasAdminModule[];
  readonly provider?: RasProvider;
  readonly protocols?: readonly PppAuthenticationProtocol[];
  readonly service?: Partial<RasService>;
  readonly pool?: { readonly first?: string; readonly last?: string };
  readonly requireSameUser?: boolean;
  readonly tracePackets?: boolean;
  readonly eapMethods?: readonly EapMethod[];
}

export interface LabCaller {
  readonly dialer: RasDialer;
  readonly call: RasCall;
  /** What the server's trace says, in order. */
  readonly steps: readonly string[];
  /** Every frame and every text, as it went over the line. */
  readonly toServer: Uint8Array[];
  readonly toCaller: Uint8Array[];
  readonly connection: PppConnection | undefined;
  readonly end: DialerEnd | undefined;
  readonly screen: string;
  /** What to do with octets on their way; dropped where it returns undefined. */
  readonly fault: {
    toServer?: (octets: Uint8Array<ArrayBuffer>) => Uint8Array | undefined;
    toCaller?: (octets: Uint8Array<ArrayBuffer>) => Uint8Array | undefined;
  };
  /** The line breaks: both sides hear of it, or nobody does. */
  cut(details?: { readonly silently?: boolean }): void;
}
export interface Lab {
  readonly manager: RasConnectionManager;
  readonly clock: VirtualClock;
  readonly log: MemoryLog;
  readonly accounting: AccountingRecord[];
  readonly ended: RasCall[];
  dial(options?: Partial<RasDialerOptions> & { readonly fault?: LabCaller["fault"] }): Promise<LabCaller>;
  /** Lets everything happen that happens at once. */
  settle(): Promise<void>;
}

/** A server without sockets, and callers on lines that do what a test wants. */
export async function lab(options: LabOptions = {}): Promise<Lab> {
  const clock = createVirtualClock({ now: Date.UTC(2026, 0, 1) });
  const log = createMemoryLog();
  const accounting: AccountingRecord[] = [];
  const ended: RasCall[] = [];
  const { module, adminModules = [], eapMethods, protocols = ["MS-CHAPv2", "CHAP", "PAP"] } = options;
  const provider =
    options.provider ??
    windowsProvider({
      accounts: listed,
      clock,
      eapProvider: accountsForEap,
      ...(eapMethods !== undefined && { eapMethods }),
      account: (record) => void accounting.push(record),
    });
  const { first = "10.99.0.2", last = "10.99.0.254" } = options.pool ?? {};
  const service: RasService = {
    provider,
    protocols,
    addresses: new AddressPool({ first, last, local: "10.99.0.1" }),
    ...options.service,
  };
  const manager = new RasConnectionManager({
    security: {
      module: module && securityModule(module, { name: "gate" }),
      requireSameUser: options.requireSameUser ?? false,
    },
    adminModules: adminModules.map((admin, index) => adminModule(admin, { name: "abc"[index] ?? "?" })),
    clock,
    random: createSeededRandom(7),
    log,
    tracePackets: options.tracePackets ?? false,
    onEnded: (call) => ended.push(call),
  });
  await manager.start();
  const settle = (): Promise<void> => clock.advanceAsync(0);
  let lines = 0;
  return {
    manager,
    clock,
    log,
    accounting,
    ended,
    settle,
    async dial(dialing = {}) {
      const toServer: Uint8Array[] = [];
      const toCaller: Uint8Array[] = [];
      const { fault = {} } = dialing;
      let isUp = true;
      let screen = "";
      let connection: PppConnection | undefined;
      let end: DialerEnd | undefined;
      const later = (deliver: () => void): void => void clock.after(0, () => isUp && deliver());
      const drop = (): void => {
        if (!isUp) return;
        isUp = false;
        call.lost();
        dialer.lost();
      };
      const dialer = new RasDialer({
        clock,
        random: createSeededRandom(100 + lines),
        credentials: {
          userName: "alice",
          password: "wonderland",
          protocols: ["EAP", "MS-CHAPv2", "CHAP", "PAP"],
        },
        ...dialing,
        send: (octets) => {
          toServer.push(octets);
          const arriving = fault.toServer === undefined ? octets : fault.toServer(octets);
          if (arriving !== undefined) later(() => call.received(arriving));
        },
        hangUp: () => later(drop),
        events: {
          ...dialing.events,
          text: (bytes) => {
            screen += new TextDecoder().decode(bytes);
          },
          connected: (agreed) => {
            connection = agreed;
            dialing.events?.connected?.(agreed);
          },
          ended: (how) => {
            end = how;
            dialing.events?.ended?.(how);
          },
        },
      });
      const line: SecurityLine = {
        deviceName: `COM${++lines}`,
        kind: "async",
        write: (octets, written) => {
          toCaller.push(octets);
          const arriving = fault.toCaller === undefined ? octets : fault.toCaller(octets);
          later(() => {
            if (arriving !== undefined) dialer.received(arriving);
            written();
          });
        },
        hangUp: () => later(drop),
      };
      const call = manager.answer(line, service, { from: `192.0.2.${lines}` });
      dialer.connected();
      const caller: LabCaller = {
        dialer,
        call,
        toServer,
        toCaller,
        fault,
        get steps() {
          return call.trace.entries.map(callTraceLine);
        },
        get connection() {
          return connection;
        },
        get end() {
          return end;
        },
        get screen() {
          return screen;
        },
        cut: ({ silently = false } = {}) => {
          if (silently) isUp = false;
          else drop();
        },
      };
      await settle();
      return caller;
    },
  };
}
