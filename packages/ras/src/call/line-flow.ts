import type { SecurityLine } from "@sallyport/ras-security";

/** How many octets of PPP may wait for a caller who reads slowly, and when he counts as faster again. */
const mostUnsent = 65_536;
const fewUnsent = 16_384;

/** PPP's way out onto the line: tells it when the line is full, as the `write` of a socket does. */
export class LineFlow {
  readonly #line: SecurityLine;
  readonly #drained: () => void;
  #unsent = 0;
  #isFull = false;
  #isHungUp = false;

  constructor(line: SecurityLine, drained: () => void) {
    this.#line = line;
    this.#drained = drained;
  }

  /** @returns false when the line takes no more for now */
  send(octets: Uint8Array<ArrayBuffer>): boolean {
    if (this.#isHungUp) return true;
    this.#unsent += octets.length;
    this.#line.write(octets, () => this.#written(octets.length));
    if (this.#unsent > mostUnsent) this.#isFull = true;
    return !this.#isFull;
  }

  hangUp(): void {
    if (this.#isHungUp) return;
    this.#isHungUp = true;
    this.#line.hangUp();
  }

  #written(length: number): void {
    this.#unsent -= length;
    if (!this.#isFull || this.#unsent > fewUnsent) return;
    this.#isFull = false;
    this.#drained();
  }
}
