import { type AccountSettings, settingsAccounts } from "@sallyport/accounts";
import { Secret } from "@sallyport/crypto";
import {
  type Answer,
  type AttributeInput,
  attributesFromNames,
  decodeRadiusPacket,
  type Endpoint,
  encodeRadiusPacket,
  formatAttribute,
  hideUserPassword,
  type RawAttribute,
  type ReceivedRequest,
} from "@sallyport/radius";
import {
  createMemoryLog,
  createSeededRandom,
  createVirtualClock,
  type MemoryLog,
  type VirtualClock,
} from "@sallyport/runtime";
import {
  type AccountingRecord,
  Nps,
  type NpsExtension,
  type NpsExtensionModule,
  type NpsOptions,
  npsExtension,
  type RequestTraceJson,
} from "../src/index.ts";

/** What one request came to, as an observer sees it. */
interface Observed {
  /** The name of the answer's code, or "silence". */
  readonly answer: string;
  /** The answer's attributes, "Name=text", in order. */
  readonly attributes: readonly string[];
  readonly trace: RequestTraceJson;
  readonly reason: number | undefined;
}

export interface HarnessOptions extends Partial<Omit<NpsOptions, "extensions" | "accounts">> {
  readonly authentication?: readonly NpsExtension[];
  readonly authorization?: readonly NpsExtension[];
  readonly accounts?: readonly AccountSettings[] | NpsOptions["accounts"];
}

const secret = new Secret("xyzzy5461");
const authenticator = Uint8Array.from({ length: 16 }, (_, index) => index * 7);
const codeNames: Readonly<Record<number, string>> = {
  2: "accept",
  3: "reject",
  5: "accounting-response",
  11: "challenge",
};

/** An NPS server without sockets: requests in, what an observer could see out. */
export interface Harness {
  readonly nps: Nps;
  readonly clock: VirtualClock;
  readonly log: MemoryLog;
  readonly records: AccountingRecord[];
  /** The request as the receiver hands it over; the password is hidden on the way, as on the wire. */
  received(code: number, input: AttributeInput, source?: Endpoint): ReceivedRequest;
  observe(answer: Answer | null): Observed;
  /** An Access-Request of alice with the right password, unless told otherwise. */
  access(input?: AttributeInput): Promise<Observed>;
  /** An Access-Request with just these attributes. */
  bare(input: AttributeInput): Promise<Observed>;
  accounting(input?: AttributeInput): Promise<Observed>;
}

export function createHarness(options: HarnessOptions = {}): Harness {
  const clock = createVirtualClock({ now: Date.UTC(2026, 0, 2, 3, 4, 5) });
  const log = createMemoryLog();
  const records: AccountingRecord[] = [];
  const traces: RequestTraceJson[] = [];
  const {
    authentication = [],
    authorization = [],
    accounts = [{ name: "alice", password: "wonderland" }],
    ...rest
  } = options;
  const nps = new Nps({
    extensions: { authentication, authorization },
    accounts: isAccountSource(accounts)
      ? accounts
      : settingsAccounts(accounts, { defaultDomain: rest.defaultDomain ?? "SALLYPORT" }),
    accountingLog: { recordsAuthentication: true, write: (record) => void records.push(record) },
    clock,
    random: createSeededRandom(1),
    log,
    onTrace: (trace) => traces.push(trace.toJSON()),
    ...rest,
  });
  let identifier = 0;

  const received = (
    code: number,
    input: AttributeInput,
    source = { address: "192.0.2.7", port: 4001 },
  ): ReceivedRequest => {
    const attributes = attributesFromNames(input).map(
      (attribute): RawAttribute =>
        attribute.type === 2
          ? { type: 2, value: hideUserPassword(attribute.value, secret.reveal(), authenticator) }
          : attribute,
    );
    const datagram = encodeRadiusPacket({ code, identifier: identifier++ & 255, authenticator, attributes });
    return {
      packet: decodeRadiusPacket(datagram),
      client: { name: "lab", address: source.address, secret },
      source,
      receivedAt: clock.now(),
      port: code === 4 ? "accounting" : "authentication",
    };
  };
  const observe = (answer: Answer | null): Observed => {
    const trace = traces.at(-1) as RequestTraceJson;
    return {
      answer: answer === null ? "silence" : (codeNames[answer.code] ?? String(answer.code)),
      attributes: (answer?.attributes ?? []).map((attribute) => {
        const { name, text } = formatAttribute(attribute);
        return `${name}=${text}`;
      }),
      trace,
      reason: trace?.reason?.code,
    };
  };
  return {
    nps,
    clock,
    log,
    records,
    received,
    observe,
    access: async (input: AttributeInput = {}): Promise<Observed> =>
      observe(
        await nps.handle(received(1, { "User-Name": "alice", "User-Password": "wonderland", ...input })),
      ),
    bare: async (input: AttributeInput): Promise<Observed> => observe(await nps.handle(received(1, input))),
    accounting: async (input: AttributeInput = {}): Promise<Observed> =>
      observe(
        await nps.handle(
          received(4, {
            "User-Name": "alice",
            "Acct-Status-Type": "Start",
            "Acct-Session-Id": "1",
            ...input,
          }),
        ),
      ),
  };
}

/** Names every module's calls in the order in which they happened. */
export interface CallLog {
  readonly calls: string[];
  /** An extension of these entry points; each call of a processing function is noted as the extension's name. */
  extension(module: NpsExtensionModule, name?: string): NpsExtension;
}

export function callLog(): CallLog {
  const calls: string[] = [];
  let number = 0;
  const extension = (module: NpsExtensionModule, name = `module-${++number}`): NpsExtension => {
    const noted: NpsExtensionModule = { ...module };
    const { RadiusExtensionProcess, RadiusExtensionProcessEx, RadiusExtensionProcess2 } = module;
    if (RadiusExtensionProcess) {
      noted.RadiusExtensionProcess = (...args) => (calls.push(name), RadiusExtensionProcess(...args));
    }
    if (RadiusExtensionProcessEx) {
      noted.RadiusExtensionProcessEx = (...args) => (calls.push(name), RadiusExtensionProcessEx(...args));
    }
    if (RadiusExtensionProcess2) {
      noted.RadiusExtensionProcess2 = (...args) => (calls.push(name), RadiusExtensionProcess2(...args));
    }
    return npsExtension(noted, { name });
  };
  return { calls, extension };
}

function isAccountSource(accounts: object): accounts is NpsOptions["accounts"] {
  return "find" in accounts && !Array.isArray(accounts);
}
