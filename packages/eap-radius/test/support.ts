import { Secret } from "@sallyport/crypto";
import {
  EAPACTION_Done,
  EAPACTION_SendAndDone,
  EAPACTION_SendWithTimeout,
  EAPACTION_SendWithTimeoutInteractive,
  type EapMethod,
  type EapMethodRegistration,
  encodeEapPacket,
  encodeEapResult,
  mppeKeyAttributes,
  openEapMethods,
  type PppEapBeginInput,
  type RasAuthAttribute,
} from "@sallyport/eap";
import {
  type Answer,
  type AttributeInput,
  attributesFromNames,
  decodeRadiusPacket,
  encodeRadiusPacket,
  formatAttribute,
  joinVendorSpecific,
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
import { EapRadiusServer, type EapRadiusServerOptions, splitEapMessage } from "../src/index.ts";

export const secret: Secret = new Secret("xyzzy5461");
export const text = (value: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(value);

/** What a scripted method does with a response; the default asks `rounds` times, then admits. */
export interface Script {
  readonly type?: number;
  readonly name?: string;
  readonly rounds?: number;
  readonly interactive?: boolean;
  /** Length of the data of each request. */
  readonly size?: number;
  readonly attributes?: readonly RasAuthAttribute[];
  readonly keys?: { readonly send: Uint8Array; readonly receive: Uint8Array };
  /** The result after the last round; 0 by default. */
  readonly result?: number;
  /** Whether its calls return promises. */
  readonly later?: boolean;
}

/** A method of the contract whose calls can be seen: its peers answer with `ok`, anything else is discarded with 722. */
export function scriptedMethod(calls: string[], script: Script = {}): EapMethodRegistration {
  const { type = 255, rounds = 1, interactive = false, size = 4, result = 0, later = false } = script;
  const { name = `method-${type}` } = script;
  const status = (code: number): number | Promise<number> => (later ? Promise.resolve(code) : code);
  return {
    type,
    friendlyName: name,
    module: {
      RasEapGetInfo(_, info) {
        info.begin = (work, input) => {
          calls.push(`${name} begin ${input.identity}`);
          begun.push(input);
          work.value = { id: input.initialId, left: rounds };
          return status(0);
        };
        info.makeMessage = (work, received, send, output) => {
          const own = work as { id: number; left: number };
          const answer = received === null ? undefined : new TextDecoder().decode(received.subarray(5));
          calls.push(`${name} ${received === null ? "no packet" : answer}`);
          if (answer !== undefined) {
            if (answer === "throw") throw new Error("scripted");
            if (answer === "done") {
              output.action = EAPACTION_Done;
              output.authResultCode = 691;
              return status(0);
            }
            if (answer !== "ok") return status(722);
            own.left--;
            own.id = (own.id + 1) & 255;
          }
          if (own.left > 0 || answer === undefined) {
            const data = new Uint8Array(Math.min(size, send.length - 5));
            send.set(encodeEapPacket({ code: 1, identifier: own.id, type, data }));
            output.action = interactive ? EAPACTION_SendWithTimeoutInteractive : EAPACTION_SendWithTimeout;
            return status(0);
          }
          send.set(encodeEapResult(result === 0 ? 3 : 4, (own.id + 255) & 255));
          output.action = EAPACTION_SendAndDone;
          output.authResultCode = result;
          const keys = script.keys === undefined ? [] : mppeKeyAttributes(script.keys);
          output.userAttributes = [...(script.attributes ?? []), ...keys];
          return status(0);
        };
        info.end = () => {
          calls.push(`${name} end`);
          return 0;
        };
        return 0;
      },
    },
  };
}

/** What scripted methods were begun with, of the test that runs. */
export const begun: PppEapBeginInput[] = [];

/** A server and an access server in front of it. */
export interface Lab {
  readonly server: EapRadiusServer;
  readonly clock: VirtualClock;
  readonly log: MemoryLog;
  readonly calls: string[];
  /** An Access-Request as the receiver hands it over; `source` and identifier differ each time. */
  received(input: AttributeInput | readonly RawAttribute[], client?: string): ReceivedRequest;
  /** Has it answered. */
  handle(input: AttributeInput | readonly RawAttribute[], client?: string): Promise<Observed>;
  /** The same, of an EAP packet, with User-Name and State. */
  eap(packet: Uint8Array, options?: EapRequestOptions): Promise<Observed>;
  /** The peer's first response. */
  identify(name?: string, options?: EapRequestOptions): Promise<Observed>;
  /** The peer's response to the request of a challenge. */
  respond(to: Observed, data?: string, options?: EapRequestOptions): Promise<Observed>;
}

interface EapRequestOptions {
  readonly user?: string | null;
  readonly state?: Uint8Array | undefined;
  readonly further?: AttributeInput;
  readonly client?: string;
  readonly type?: number;
}

/** An answer as an observer sees it. */
export interface Observed {
  readonly answer: Answer | null;
  /** The RADIUS code; "silence". */
  readonly code: number | "silence";
  readonly eap: Uint8Array | undefined;
  readonly state: Uint8Array | undefined;
  /** The other attributes: "Session-Timeout=300". */
  readonly others: readonly string[];
}

export async function createLab(
  scripts: readonly Script[] = [{}],
  options: Partial<EapRadiusServerOptions> = {},
): Promise<Lab> {
  const clock = createVirtualClock();
  const log = createMemoryLog();
  const calls: string[] = [];
  begun.length = 0;
  const { methods } = await openEapMethods(
    scripts.map((script) => scriptedMethod(calls, script)),
    { log },
  );
  const server = new EapRadiusServer({ methods, clock, random: createSeededRandom(7), log, ...options });
  let identifier = 0;
  const random = createSeededRandom(99);
  const received = (input: AttributeInput | readonly RawAttribute[], client = "lab"): ReceivedRequest => {
    const attributes = isRaw(input) ? input : attributesFromNames(input);
    const datagram = encodeRadiusPacket({
      code: 1,
      identifier: identifier++ & 255,
      authenticator: random(16),
      attributes: [...attributes, { type: 80, value: random(16) }],
    });
    return {
      packet: decodeRadiusPacket(datagram),
      client: { name: client, address: "192.0.2.7", secret },
      source: { address: "192.0.2.7", port: 4_000 + identifier },
      receivedAt: clock.now(),
      port: "authentication",
    };
  };
  const handle: Lab["handle"] = async (input, client) =>
    observe(await server.handle(received(input, client)));
  const eap: Lab["eap"] = (packet, { user = "alice", state, further = {}, client } = {}) =>
    handle(
      [
        ...(user === null ? [] : [{ type: 1, value: text(user) }]),
        ...attributesFromNames(further),
        ...splitEapMessage(packet),
        ...(state === undefined ? [] : [{ type: 24, value: state }]),
      ],
      client,
    );
  return {
    server,
    clock,
    log,
    calls,
    received,
    handle,
    eap,
    identify: (name = "alice", given = {}) =>
      eap(encodeEapPacket({ code: 2, identifier: 41, type: 1, data: text(name) }), { user: name, ...given }),
    respond: (to, data = "ok", given = {}) => {
      const [, id = 0, , , asked = 255] = to.eap ?? [];
      const packet = encodeEapPacket({
        code: 2,
        identifier: id,
        type: given.type ?? asked,
        data: text(data),
      });
      return eap(packet, { state: to.state, ...given });
    },
  };
}

export function observe(answer: Answer | null): Observed {
  const attributes = answer?.attributes ?? [];
  const eap = attributes.filter(({ type }) => type === 79).flatMap(({ value }) => [...value]);
  return {
    answer,
    code: answer?.code ?? "silence",
    eap: eap.length === 0 ? undefined : Uint8Array.from(eap),
    state: attributes.find(({ type }) => type === 24)?.value,
    others: attributes
      .filter(({ type }) => type !== 79 && type !== 24)
      .map((attribute) => {
        const { name, text: shown } = formatAttribute(attribute);
        return `${name}=${shown}`;
      }),
  };
}

/** The methods of registrations, for peers. */
export async function methodsOf(
  ...registrations: readonly EapMethodRegistration[]
): Promise<readonly EapMethod[]> {
  return (await openEapMethods(registrations, { log: createMemoryLog() })).methods;
}

/** A Vendor-Specific attribute of Cisco. */
export function cisco(type: number, value: string): RasAuthAttribute {
  return { type: 26, value: joinVendorSpecific(9, type, text(value)) };
}

function isRaw(input: AttributeInput | readonly RawAttribute[]): input is readonly RawAttribute[] {
  return Array.isArray(input);
}
