/** What the person who runs the benchmark can correct: told in plain words, without a stack. */
export class BenchError extends Error {
  readonly remedy: string;

  constructor(problem: string, remedy: string, cause?: unknown) {
    super(problem, { cause });
    this.name = "BenchError";
    this.remedy = remedy;
  }
}
