/** The server could not start: what failed, and what to do about it. */
export class StartError extends Error {
  readonly remedy: string;

  constructor(problem: string, remedy: string, cause?: unknown) {
    super(problem, { cause });
    this.name = "StartError";
    this.remedy = remedy;
  }
}
