import type { Cancel, Clock, Milliseconds } from "@sallyport/runtime";

export interface RetransmissionSettings {
  /** How long to wait for an answer; 3 000 milliseconds by default. */
  readonly retransmitMs: Milliseconds;
  /** How often a packet is sent without an answer, the first time included; 10 by default. */
  readonly maxTransmissions: number;
}

/** Sends a packet again until it is answered or the other side counts as gone. */
export class Retransmission {
  readonly #clock: Clock;
  readonly #settings: RetransmissionSettings;
  #cancel: Cancel | undefined;

  constructor(clock: Clock, settings: RetransmissionSettings) {
    this.#clock = clock;
    this.#settings = settings;
  }

  /** Sends now, and again until `stop`. What was sent before is forgotten. */
  start(send: () => void, gaveUp: () => void): void {
    this.stop();
    let left = this.#settings.maxTransmissions;
    const transmit = (): void => {
      if (left === 0) {
        this.#cancel = undefined;
        gaveUp();
        return;
      }
      left -= 1;
      this.#cancel = this.#clock.after(this.#settings.retransmitMs, transmit);
      send();
    };
    transmit();
  }

  /** Waits as long as all transmissions together would take. */
  wait(gaveUp: () => void): void {
    this.stop();
    const { retransmitMs, maxTransmissions } = this.#settings;
    this.#cancel = this.#clock.after(retransmitMs * maxTransmissions, () => {
      this.#cancel = undefined;
      gaveUp();
    });
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
