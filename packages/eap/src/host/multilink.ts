import { RAS_EAP_FLAG_FIRST_LINK } from "../contract/constants.ts";
import type { EapPeerOptions } from "./options.ts";

/**
 * The links of one multilink connection (EAP-78): the first link is marked as such, connection data that a link saved
 * and what its user entered reach the later ones, saved user data does not.
 *
 * @example
 * ```ts
 * import { createEapPeer, EapMultilinkConnection, type EapPeerOptions } from "@sallyport/eap";
 *
 * function dial(options: EapPeerOptions) {
 *   const connection = new EapMultilinkConnection();
 *   const first = createEapPeer(connection.link(options));
 *   const second = createEapPeer(connection.link(options));
 *   return [first, second];
 * }
 * ```
 */
export class EapMultilinkConnection {
  #links = 0;
  #connectionData: Uint8Array | undefined;
  #dialogData: Uint8Array | undefined;

  /**
   * The options for the connection's next link.
   *
   * @param options.callback the server calls back: not a first link
   */
  link(base: EapPeerOptions, options: { readonly callback?: boolean } = {}): EapPeerOptions {
    const first = this.#links === 0 && options.callback !== true;
    this.#links += 1;
    const flags = (base.flags ?? 0) & ~RAS_EAP_FLAG_FIRST_LINK;
    const { events } = base;
    return {
      ...base,
      flags: first ? flags | RAS_EAP_FLAG_FIRST_LINK : flags,
      connectionData: this.#connectionData ?? base.connectionData ?? null,
      dialogData: this.#dialogData ?? base.dialogData ?? null,
      events: {
        ...bound(events),
        saveConnectionData: (data) => {
          this.#connectionData = new Uint8Array(data);
          events.saveConnectionData?.(data);
        },
        dialogData: (data) => {
          this.#dialogData = new Uint8Array(data);
          events.dialogData?.(data);
        },
      },
    };
  }

  /** The connection is over: what users entered is wiped. */
  close(): void {
    this.#dialogData?.fill(0);
    this.#dialogData = undefined;
  }
}

/** The events of an object whose methods may stand on its prototype. */
function bound(events: EapPeerOptions["events"]): EapPeerOptions["events"] {
  return {
    send: (packet, details) => events.send(packet, details),
    finished: (outcome) => events.finished(outcome),
    error: (code, text) => events.error?.(code, text),
    notification: (text) => events.notification?.(text),
    saveUserData: (data) => events.saveUserData?.(data),
  };
}
