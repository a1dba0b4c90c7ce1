import type { Clock } from "@sallyport/runtime";

/** How many lines a module may print in a second; the rest is counted. */
const mostLinesPerSecond = 100;
/** How long a line may be, in UTF-16 units; the rest of it goes to the next. */
const longestLine = 4_096;

/** Makes lines of what a module in a worker prints: not more than the log can take, and none without an end. */
export class OutputLines {
  readonly #clock: Clock;
  readonly #write: (line: string) => void;
  #begun = "";
  #windowEnds = Number.NEGATIVE_INFINITY;
  #written = 0;
  #dropped = 0;

  constructor(clock: Clock, write: (line: string) => void) {
    this.#clock = clock;
    this.#write = write;
  }

  add(text: string): void {
    const lines = (this.#begun + text).split("\n");
    this.#begun = (lines.pop() ?? "").slice(0, longestLine);
    for (const line of lines) if (line !== "") this.#line(line.slice(0, longestLine));
  }

  #line(line: string): void {
    const now = this.#clock.monotonic();
    if (now >= this.#windowEnds) {
      if (this.#dropped > 0) this.#write(`${this.#dropped} lines that it printed were left out`);
      this.#windowEnds = now + 1_000;
      this.#written = 0;
      this.#dropped = 0;
    }
    if (++this.#written <= mostLinesPerSecond) this.#write(line);
    else this.#dropped++;
  }
}
