import { createMemoryLog, createSeededRandom, createVirtualClock } from "@sallyport/runtime";
import {
  createEapAuthenticator,
  createEapPeer,
  type EapAuthenticatorHost,
  type EapAuthenticatorOptions,
  type EapCode,
  type EapMethodRegistration,
  type EapMethodUse,
  type EapOutcome,
  type EapPeerHost,
  type EapPeerOptions,
  type EapType,
  encodeEapPacket,
  openEapMethods,
  type PppEapBeginInput,
  type PppEapInput,
  type PppEapOutput,
  type RasEapModule,
  type RasEapStatus,
} from "../src/index.ts";

/** One call of MakeMessage as a scripted method sees it. */
export interface Call {
  readonly received: Uint8Array | null;
  readonly input: PppEapInput | null;
  readonly output: PppEapOutput;
  readonly sendPacket: Uint8Array<ArrayBuffer>;
  readonly work: unknown;
  /** Counts from 0 within the session. */
  readonly index: number;
}

export type Reaction = (call: Call) => RasEapStatus;
type PromptReaction = (call: Call) => number;

/** A host whose calls leave their promises to {@link Driven.idle}: tests of synchronous methods need none. */
interface Driven {
  start(): void;
  receive(packet: Uint8Array): void;
  stop(code?: number): void;
  /** Settles when no call of the method is outstanding; undefined when none is. */
  idle(): Promise<void> | undefined;
  readonly outcome: EapOutcome | undefined;
}

export interface Script {
  readonly begin?: (input: PppEapBeginInput) => RasEapStatus;
  readonly end?: (work: unknown) => RasEapStatus;
  /** One reaction a call, the last one for all further calls. */
  readonly make: readonly Reaction[];
}

interface Work {
  readonly input: PppEapBeginInput;
  index: number;
}

/** A method that does as told, and notes every call of its functions in order. */
export function scripted(script: Script): {
  readonly module: RasEapModule;
  readonly calls: string[];
  readonly begins: PppEapBeginInput[];
  readonly made: Call[];
} {
  const calls: string[] = [];
  const begins: PppEapBeginInput[] = [];
  const made: Call[] = [];
  const module: RasEapModule = {
    RasEapGetInfo(_type, info) {
      info.begin = (work, input) => {
        calls.push("Begin");
        begins.push(input);
        work.value = { input, index: 0 } satisfies Work;
        return script.begin?.(input) ?? 0;
      };
      info.makeMessage = (work, received, sendPacket, output, input) => {
        const session = work as Work;
        const index = session.index++;
        calls.push(describe(received, input));
        const call = {
          received: received === null ? null : Uint8Array.from(received),
          input,
          output,
          sendPacket,
          work,
          index,
        };
        made.push(call);
        const reaction = script.make[Math.min(index, script.make.length - 1)];
        return reaction?.(call) ?? 0;
      };
      info.end = (work) => {
        calls.push("End");
        return script.end?.(work) ?? 0;
      };
      return 0;
    },
  };
  return { module, calls, begins, made };
}

function describe(received: Uint8Array | null, input: PppEapInput | null): string {
  if (received !== null) return `Make ${received[0]}/${received[1]}`;
  if (input?.authenticationComplete) return `Make provider ${input.authResultCode}`;
  if (input?.successPacketReceived) return "Make success inferred";
  if (input?.dataReceivedFromInteractiveUI) return "Make dialog";
  return "Make null";
}

/** Writes a packet into the send buffer and sets the action. */
export function sends(
  action: PppEapOutput["action"],
  code: EapCode,
  identifier: number,
  more: { readonly type?: EapType; readonly data?: readonly number[]; readonly result?: number } = {},
): PromptReaction {
  return ({ output, sendPacket }) => {
    const { type = 4, data = [] } = more;
    const typed = code < 3 ? { type, data: Uint8Array.from(data) } : {};
    sendPacket.set(encodeEapPacket({ code, identifier, ...typed }));
    output.action = action;
    output.authResultCode = more.result ?? 0;
    return 0;
  };
}

/** As {@link sends}, with the identifiers that the rules ask for: the first from begin, then one up. */
export function request(action: PppEapOutput["action"], data: readonly number[] = []): PromptReaction {
  return (call) => sends(action, 1, nextIdentifier(call), { data })(call);
}

export function nextIdentifier({ work, index }: Call): number {
  return ((work as Work).input.initialId + index) & 255;
}

export const ends =
  (action: PppEapOutput["action"], result = 0): PromptReaction =>
  ({ output }) => {
    output.action = action;
    output.authResultCode = result;
    return 0;
  };

export const returns =
  (code: number): PromptReaction =>
  () =>
    code;

export const response = (identifier: number, type: EapType = 4, data: readonly number[] = []): Uint8Array =>
  encodeEapPacket({ code: 2, identifier, type, data: Uint8Array.from(data) });

export const requestPacket = (
  identifier: number,
  type: EapType = 4,
  data: readonly number[] = [],
): Uint8Array => encodeEapPacket({ code: 1, identifier, type, data: Uint8Array.from(data) });

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
export const text = (value: string): number[] => [...new TextEncoder().encode(value)];

export interface AuthenticatorBench {
  readonly clock: ReturnType<typeof createVirtualClock>;
  readonly log: ReturnType<typeof createMemoryLog>;
  readonly host: Driven;
  readonly sent: string[];
  readonly retransmitAfter: (number | "never")[];
  readonly retransmissions: number[];
  readonly outcomes: EapOutcome[];
  /** The identifier of the packet sent last. */
  lastId(): number;
}

/** An authenticator's host over a virtual clock. Without `identity` the identity of "alice" is known already. */
export async function authenticator(
  registrations: readonly (EapMethodRegistration | RasEapModule)[],
  options: Partial<EapAuthenticatorOptions> & {
    readonly askIdentity?: boolean;
    readonly use?: Partial<EapMethodUse>;
  } = {},
): Promise<AuthenticatorBench> {
  const { askIdentity = false, use, ...rest } = options;
  const clock = createVirtualClock();
  const log = createMemoryLog();
  const registry = await openEapMethods(registrations.map(registration), { log });
  const sent: string[] = [];
  const retransmitAfter: (number | "never")[] = [];
  const retransmissions: number[] = [];
  const outcomes: EapOutcome[] = [];
  const host = createEapAuthenticator({
    methods: registry.usable({ role: "authenticator", ...use }),
    clock,
    log,
    random: createSeededRandom(1),
    ...(askIdentity ? {} : { identity: "alice" }),
    ...rest,
    events: {
      send(packet, details) {
        sent.push(hex(packet));
        retransmitAfter.push(details.retransmitAfter);
        retransmissions.push(details.retransmission);
      },
      finished: (outcome) => outcomes.push(outcome),
    },
  });
  const lastId = (): number => Number.parseInt(sent.at(-1)?.slice(2, 4) ?? "", 16);
  return { clock, log, host: driven(host), sent, retransmitAfter, retransmissions, outcomes, lastId };
}

export interface PeerBench {
  readonly clock: ReturnType<typeof createVirtualClock>;
  readonly log: ReturnType<typeof createMemoryLog>;
  readonly host: Driven & { networkPhaseSeen(): void };
  readonly sent: string[];
  readonly outcomes: EapOutcome[];
  /** What else the host told, in order. */
  readonly told: string[];
}

/** A peer's host over a virtual clock, for "alice". */
export async function peer(
  registrations: readonly (EapMethodRegistration | RasEapModule)[],
  options: Partial<EapPeerOptions> = {},
): Promise<PeerBench> {
  const clock = createVirtualClock();
  const log = createMemoryLog();
  const registry = await openEapMethods(registrations.map(registration), { log });
  const sent: string[] = [];
  const outcomes: EapOutcome[] = [];
  const told: string[] = [];
  const host = createEapPeer({
    methods: registry.usable({ role: "peer" }),
    clock,
    log,
    random: createSeededRandom(2),
    identity: "alice",
    ...options,
    events: {
      send: (packet) => sent.push(hex(packet)),
      finished: (outcome) => outcomes.push(outcome),
      error: (code, words) => told.push(`error ${code} ${words}`),
      notification: (words) => told.push(`notification ${words}`),
      saveConnectionData: (data) => told.push(`connection data ${hex(data)}`),
      saveUserData: (data) => told.push(`user data ${hex(data)}`),
      dialogData: (data) => told.push(`dialog data ${hex(data)}`),
      ...options.events,
    },
  });
  const keep = keeper();
  const networkPhaseSeen = (): void => keep(host.networkPhaseSeen());
  return { clock, log, host: Object.assign(driven(host, keep), { networkPhaseSeen }), sent, outcomes, told };
}

function keeper(): ((promise: Promise<void> | undefined) => void) & { last?: Promise<void> | undefined } {
  const keep: ReturnType<typeof keeper> = (promise) => {
    keep.last = promise;
  };
  return keep;
}

function driven(
  host: EapAuthenticatorHost | EapPeerHost,
  keep: ReturnType<typeof keeper> = keeper(),
): Driven {
  return {
    start: () => keep(host.start()),
    receive: (packet) => keep(host.receive(packet)),
    stop: (code) => keep(host.stop(code)),
    idle: () => keep.last,
    get outcome() {
      return host.outcome;
    },
  };
}

function registration(given: EapMethodRegistration | RasEapModule, index: number): EapMethodRegistration {
  return "type" in given ? given : { type: 4 + index, module: given };
}
