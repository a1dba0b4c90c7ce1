import { constantTimeEqual } from "@sallyport/crypto";
import { NO_ERROR } from "@sallyport/errors/win32";
import { EAPACTION_Done, EAPACTION_Send } from "../contract/constants.ts";
import { mppeKeyAttributes } from "../contract/mppe-key-attributes.ts";
import type { PppEapBeginInput, PppEapInput, PppEapOutput, RasEapStatus } from "../contract/ppp-eap.ts";
import { ERROR_PPP_INVALID_PACKET } from "../contract/status-codes.ts";
import { EAPCODE_Request, EAPCODE_Response, EAPCODE_Success } from "../wire/codes.ts";
import type { EapType } from "../wire/eap-type.ts";
import { decodeEapPacket, encodeEapPacket } from "../wire/packet.ts";
import type { EapPeerEvent, EapPeerSession, EapSuccess, EapVerdict } from "./session.ts";
import { checkVerdict, copied, SessionBase, verdictAttributes } from "./session-base.ts";
import { Awaited, Turns } from "./turns.ts";

/** Requests that wait while the user is asked; of more, the peer discards. */
const mostWaiting = 4;

/** One session of a peer's coroutine: its work buffer, which turns calls of MakeMessage into rounds. */
export class PeerCoroutine extends SessionBase implements EapPeerSession {
  readonly password: string | null;
  readonly userData: Uint8Array | null;
  readonly user: unknown;
  readonly #run: (session: EapPeerSession) => PromiseLike<EapVerdict>;
  readonly #turns: Turns = new Turns();
  readonly #waiting: EapPeerEvent[] = [];
  #started = false;
  #listener: Awaited<EapPeerEvent> | undefined;
  #dialog: Awaited<Uint8Array<ArrayBuffer> | null> | undefined;
  #identifier = 0;
  /** The request received last, and what it was answered with. */
  #request: Uint8Array | undefined;
  #response: Uint8Array | undefined;
  #connectionDataToSave: Uint8Array | undefined;
  #userDataToSave: Uint8Array | undefined;

  constructor(
    type: EapType,
    input: PppEapBeginInput,
    run: (session: EapPeerSession) => PromiseLike<EapVerdict>,
  ) {
    super(type, input);
    this.#run = run;
    this.password = input.password;
    this.userData = copied(input.userData);
    this.user = input.tokenImpersonateUser;
  }

  /** Keys are named from the view of the access server; what the peer hands over is its own view (EAP-84). */
  succeed(success: EapSuccess = {}): EapVerdict {
    const { identity = null, attributes = [], keys } = success;
    const swapped = keys === undefined ? [] : mppeKeyAttributes({ send: keys.receive, receive: keys.send });
    return { result: NO_ERROR, identity, attributes: [...attributes, ...swapped] };
  }

  receive(): Promise<EapPeerEvent> {
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) return Promise.resolve(this.#noted(waiting));
    if (this.#started) this.#turns.take(() => NO_ERROR);
    return this.#listen();
  }

  respond(data: Uint8Array): Promise<EapPeerEvent> {
    this.checkData(data);
    const { type } = this;
    const response = encodeEapPacket({ code: EAPCODE_Response, identifier: this.#identifier, type, data });
    this.#response = response;
    this.#turns.take((output, sendPacket) => send(response, output, sendPacket));
    const waiting = this.#waiting.shift();
    return waiting === undefined ? this.#listen() : Promise.resolve(this.#noted(waiting));
  }

  askUser(contextData?: Uint8Array): Promise<Uint8Array<ArrayBuffer> | null> {
    const dialog = new Awaited<Uint8Array<ArrayBuffer> | null>();
    this.#turns.take((output) => {
      this.#dialog = dialog;
      output.invokeInteractiveUI = true;
      output.uiContextData = contextData ?? null;
      return NO_ERROR;
    });
    return dialog.promise;
  }

  saveConnectionData(data: Uint8Array): void {
    this.#connectionDataToSave = new Uint8Array(data);
  }

  saveUserData(data: Uint8Array): void {
    this.#userDataToSave = new Uint8Array(data);
  }

  makeMessage(
    received: Uint8Array | null,
    sendPacket: Uint8Array,
    output: PppEapOutput,
    input: PppEapInput | null,
  ): RasEapStatus {
    if (received !== null) {
      if (this.#request !== undefined && constantTimeEqual(received, this.#request)) {
        // Still worked on, perhaps by the user: a resend is no round (EAP-90).
        if (this.#response === undefined) return ERROR_PPP_INVALID_PACKET;
        return send(this.#response, output, sendPacket);
      }
      const event = eventOf(received);
      if (event.kind === "request") this.#request = new Uint8Array(received);
      if (!this.#happened(event)) return this.#dialog === undefined ? ERROR_PPP_INVALID_PACKET : NO_ERROR;
    } else if (input?.dataReceivedFromInteractiveUI === true) {
      this.#dialog?.resolve(copied(input.dataFromInteractiveUI ?? null));
      this.#dialog = undefined;
    } else if (input?.successPacketReceived === true) {
      if (!this.#happened({ kind: "success", inferred: true })) return ERROR_PPP_INVALID_PACKET;
    } else {
      return NO_ERROR;
    }
    const status = this.#turns.next(output, sendPacket);
    if (typeof status === "number") return this.#saved(status, output);
    return status.then((code) => this.#saved(code, output));
  }

  /** The session is over: whatever the coroutine waits for will not come. */
  end(): void {
    const gone = new Error("the EAP session is over");
    this.#listener?.reject(gone);
    this.#dialog?.reject(gone);
  }

  /** Whether the coroutine goes on with it now; if not, it finds it when it listens again. */
  #happened(event: EapPeerEvent): boolean {
    if (!this.#started) {
      this.#started = true;
      this.#waiting.push(event);
      this.#runs().catch((error: unknown) => this.#turns.fail(error));
      return true;
    }
    const listener = this.#listener;
    if (listener === undefined) {
      if (this.#waiting.length < mostWaiting) this.#waiting.push(event);
      return false;
    }
    this.#listener = undefined;
    listener.resolve(this.#noted(event));
    return true;
  }

  #listen(): Promise<EapPeerEvent> {
    this.#listener = new Awaited();
    return this.#listener.promise;
  }

  #noted(event: EapPeerEvent): EapPeerEvent {
    if (event.kind === "request") {
      this.#identifier = event.identifier;
      this.#response = undefined;
    }
    return event;
  }

  async #runs(): Promise<void> {
    const verdict = checkVerdict(await this.#run(this));
    this.#turns.take((output) => {
      output.action = EAPACTION_Done;
      output.authResultCode = verdict.result;
      output.userAttributes = verdictAttributes(verdict);
      return NO_ERROR;
    });
  }

  #saved(status: number, output: PppEapOutput): number {
    if (this.#connectionDataToSave !== undefined) {
      output.saveConnectionData = true;
      output.connectionData = this.#connectionDataToSave;
      this.#connectionDataToSave = undefined;
    }
    if (this.#userDataToSave !== undefined) {
      output.saveUserData = true;
      output.userData = this.#userDataToSave;
      this.#userDataToSave = undefined;
    }
    return status;
  }
}

function eventOf(received: Uint8Array): EapPeerEvent {
  const { code, identifier, data } = decodeEapPacket(received);
  if (code === EAPCODE_Request) return { kind: "request", identifier, data: new Uint8Array(data) };
  return code === EAPCODE_Success ? { kind: "success", inferred: false } : { kind: "failure" };
}

function send(packet: Uint8Array, output: PppEapOutput, sendPacket: Uint8Array): number {
  sendPacket.set(packet);
  output.action = EAPACTION_Send;
  return NO_ERROR;
}
