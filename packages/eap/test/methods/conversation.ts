import { createSeededRandom, createVirtualClock } from "@sallyport/runtime";
import type { RasAuthAttribute } from "../../src/contract/auth-attribute.ts";
import {
  EAPACTION_Authenticate,
  EAPACTION_Done,
  EAPACTION_NoAction,
  EAPACTION_Send,
  EAPACTION_SendAndDone,
  EAPACTION_SendWithTimeout,
  EAPACTION_SendWithTimeoutInteractive,
} from "../../src/contract/constants.ts";
import type { EapUserWindow } from "../../src/contract/eap-module.ts";
import type {
  Out,
  PppEapBeginInput,
  PppEapInfo,
  PppEapInput,
  PppEapOutput,
} from "../../src/contract/ppp-eap.ts";
import type { EapMethodRegistration } from "../../src/contract/registration.ts";

export const text = (value: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(value);
export const fromHex = (digits: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(Buffer.from(digits, "hex"));
export const hex = (value: Uint8Array): string => Buffer.from(value).toString("hex");

const actionNames: Readonly<Record<number, string>> = {
  [EAPACTION_NoAction]: "NoAction",
  [EAPACTION_Authenticate]: "Authenticate",
  [EAPACTION_Done]: "Done",
  [EAPACTION_SendAndDone]: "SendAndDone",
  [EAPACTION_Send]: "Send",
  [EAPACTION_SendWithTimeout]: "SendWithTimeout",
  [EAPACTION_SendWithTimeoutInteractive]: "SendWithTimeoutInteractive",
};

/** What one call of RasEapMakeMessage came to. */
export interface Step {
  /** The status, where it is not 0; otherwise the action, and the result where it ends. */
  readonly did: string;
  /** What goes on the wire. */
  readonly packet: Uint8Array<ArrayBuffer> | undefined;
  readonly attributes: readonly RasAuthAttribute[];
  /** What the user is to be asked. */
  readonly question: Uint8Array | undefined;
  readonly synchronous: boolean;
}

/** One side of a method, driven through the contract as a strict host does it: what is lent is taken away again. */
export class Side {
  readonly #info: PppEapInfo;
  readonly #work: Out<unknown> = { value: null };
  readonly #sendPacketSize: number;
  readonly beginStatus: number;

  constructor(method: EapMethodRegistration, input: Partial<PppEapBeginInput>) {
    const eapTypeId = method.type as number;
    this.#info = {
      sizeInBytes: 40,
      eapTypeId,
      eapType: eapTypeId,
      initialize: null,
      begin: null,
      makeMessage: null,
      end: null,
    };
    const got = method.module.RasEapGetInfo(eapTypeId, this.#info);
    if (got !== 0) throw new Error(`RasEapGetInfo: ${got}`);
    this.#sendPacketSize = input.sendPacketSize ?? 1020;
    this.beginStatus = this.#info.begin?.(this.#work, {
      flags: 0,
      authenticator: false,
      identity: "alice",
      password: null,
      initialId: 1,
      userAttributes: [],
      tokenImpersonateUser: null,
      connectionData: null,
      userData: null,
      connectionId: null,
      isVpn: false,
      sendPacketSize: this.#sendPacketSize,
      signal: new AbortController().signal,
      clock: createVirtualClock(),
      random: createSeededRandom(1),
      ...input,
    }) as number;
  }

  /** Calls RasEapMakeMessage, where the method must not wait. */
  call(received: Uint8Array | null, input: PppEapInput | null = null): Step {
    const made = this.#make(received, input);
    if (typeof made.status !== "number") throw new Error("a promise where none was expected");
    return made.step(made.status, true);
  }

  async callAsync(received: Uint8Array | null, input: PppEapInput | null = null): Promise<Step> {
    const made = this.#make(received, input);
    return made.step(await made.status, typeof made.status === "number");
  }

  /** What the method keeps for the session. */
  get workBuffer(): unknown {
    return this.#work.value;
  }

  end(): number {
    return this.#info.end?.(this.#work.value) as number;
  }

  #make(received: Uint8Array | null, input: PppEapInput | null) {
    const lent = received === null ? null : Uint8Array.from(received);
    const ui = input?.dataFromInteractiveUI;
    const lentInput =
      input === null || ui === undefined || ui === null
        ? input
        : { ...input, dataFromInteractiveUI: ui.slice() };
    const sendPacket = new Uint8Array(this.#sendPacketSize);
    const output: PppEapOutput = {
      action: EAPACTION_NoAction,
      authResultCode: 0,
      userAttributes: null,
      invokeInteractiveUI: false,
      uiContextData: null,
      saveConnectionData: false,
      connectionData: null,
      saveUserData: false,
      userData: null,
      idExpected: null,
      identity: null,
    };
    const status = this.#info.makeMessage?.(this.#work.value, lent, sendPacket, output, lentInput) ?? 87;
    const step = (code: number, synchronous: boolean): Step => {
      const seen = stepOf(code, sendPacket, output, synchronous);
      lent?.fill(0xee);
      sendPacket.fill(0xee);
      lentInput?.dataFromInteractiveUI?.fill(0xee);
      return seen;
    };
    return { status, step };
  }
}

function stepOf(code: number, sendPacket: Uint8Array, output: PppEapOutput, synchronous: boolean): Step {
  if (code !== 0)
    return { did: String(code), packet: undefined, attributes: [], question: undefined, synchronous };
  const { action } = output;
  const sends = action >= EAPACTION_SendAndDone;
  const ends = action === EAPACTION_Done || action === EAPACTION_SendAndDone;
  const length = ((sendPacket[2] as number) << 8) | (sendPacket[3] as number);
  if (sends && (length < 4 || length > sendPacket.length)) throw new Error(`a packet of ${length} octets`);
  return {
    did: `${actionNames[action]}${ends ? ` ${output.authResultCode}` : ""}`,
    packet: sends ? Uint8Array.from(sendPacket.subarray(0, length)) : undefined,
    attributes: output.userAttributes ?? [],
    question: output.invokeInteractiveUI ? (output.uiContextData ?? undefined) : undefined,
    synchronous,
  };
}

export interface ConversationOptions {
  readonly authenticator: EapMethodRegistration;
  readonly peer?: EapMethodRegistration;
  readonly identity?: string;
  readonly password?: string | null;
  readonly flags?: number;
  /** What the authentication provider says. */
  readonly provider?: (attributes: readonly RasAuthAttribute[]) => number;
  /** What the user types, one after another; null closes the dialog. */
  readonly types?: readonly (string | null)[];
  /** The most packets of the authenticator; 60 by default. */
  readonly rounds?: number;
}

/** Both sides against each other, to the end. */
export interface Conversation {
  /** `>` the authenticator, `<` the peer, and what it did. */
  readonly trace: readonly string[];
  readonly asked: readonly string[];
  readonly shown: readonly string[];
  readonly packets: readonly Uint8Array[];
  readonly authenticator: Step | undefined;
  readonly peer: Step | undefined;
}

export async function converse(options: ConversationOptions): Promise<Conversation> {
  const { authenticator: method, identity = "alice", types = [] } = options;
  const peerMethod = options.peer ?? method;
  const authenticator = new Side(method, { authenticator: true, identity, initialId: 254 });
  const { password = null, flags = 0 } = options;
  const peer = new Side(peerMethod, { identity, password, flags, random: createSeededRandom(2) });
  const left = [...types];
  const trace: string[] = [];
  const asked: string[] = [];
  const shown: string[] = [];
  const packets: Uint8Array[] = [];
  const window: EapUserWindow = {
    signal: new AbortController().signal,
    ask: (question) => {
      asked.push(question.text);
      return Promise.resolve(left.shift() ?? null);
    },
    show: (line) => void shown.push(line),
  };
  let granted: Step | undefined;
  let concluded: Step | undefined;
  let toPeer: Uint8Array | undefined;
  let toAuthenticator: Uint8Array | null | undefined = null;
  let input: PppEapInput | null = null;
  for (let round = 0; round < (options.rounds ?? 60) && concluded === undefined; round += 1) {
    if (toAuthenticator !== undefined && granted === undefined) {
      const step: Step = await authenticator.callAsync(toAuthenticator, input);
      trace.push(`> ${step.did}`);
      if (step.packet !== undefined) packets.push(step.packet);
      input = null;
      toAuthenticator = undefined;
      toPeer = step.packet;
      if (step.did === "Authenticate") {
        input = { authenticationComplete: true, authResultCode: options.provider?.(step.attributes) ?? 645 };
        toAuthenticator = null;
      }
      if (/Done/.test(step.did) || /^\d/.test(step.did)) granted = step;
    } else if (toPeer !== undefined) {
      let step: Step = await peer.callAsync(toPeer);
      trace.push(`< ${step.did}`);
      if (step.question !== undefined) {
        const out: Out<Uint8Array | null> = { value: null };
        const shownDialog = peerMethod.interactiveUI?.RasEapInvokeInteractiveUI;
        await shownDialog?.(peerMethod.type as number, window, step.question, out);
        step = await peer.callAsync(null, {
          dataReceivedFromInteractiveUI: true,
          dataFromInteractiveUI: out.value,
        });
        trace.push(`< ${step.did}`);
      }
      if (step.packet !== undefined) packets.push(step.packet);
      toPeer = undefined;
      toAuthenticator = step.packet;
      if (/Done/.test(step.did) || /^\d/.test(step.did)) concluded = step;
    } else break;
  }
  expectEnded(authenticator, peer);
  return { trace, asked, shown, packets, authenticator: granted, peer: concluded };
}

function expectEnded(...sides: readonly Side[]): void {
  for (const side of sides) if (side.end() !== 0) throw new Error("RasEapEnd failed");
}

/** The text of an attribute. */
export function attributeText(step: Step | undefined, type: number): string | undefined {
  const value = step?.attributes.find((attribute) => attribute.type === type)?.value;
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : undefined;
}
