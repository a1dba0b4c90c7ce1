/**
 * A regular expression of the settings file, ready to be used on what the network sends: without regard to upper and lower
 * case.
 *
 * @throws {RangeError} when it is none, and when a value could keep it busy for ever
 */
export function patternOf(source: string, flags: "i" | "gi" = "i"): RegExp {
  let pattern: RegExp;
  try {
    pattern = new RegExp(source, flags);
  } catch (error) {
    throw new RangeError(`/${source}/ is no regular expression: ${reason(error)}`, { cause: error });
  }
  if (mayTakeForEver(source)) {
    throw new RangeError(
      `/${source}/ repeats a group that repeats something itself, or holds alternatives: a name made for it would keep the server busy for hours; write for example [a-z.]+ instead of ([a-z]+\\.)+`,
    );
  }
  return pattern;
}

function reason(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/^.*\/[a-z]*: /, "");
}

/**
 * Whether a group that is repeated contains something that is repeated or can be read in two ways: `(a+)+`,
 * `(a|aa)*`. That is what makes a backtracking matcher exponential.
 */
function mayTakeForEver(source: string): boolean {
  /** For every open group whether it contains a repetition or alternatives. */
  const groups: boolean[] = [];
  let closed: boolean | undefined;
  for (let index = 0; index < source.length; index++) {
    const character = source[index];
    const wasClosed = closed;
    closed = undefined;
    if (character === "\\") index++;
    else if (character === "[") index = endOfClass(source, index);
    else if (character === "(") groups.push(false);
    else if (character === ")") {
      closed = groups.pop() ?? false;
      if (closed && groups.length > 0) groups[groups.length - 1] = true;
    } else if (character === "|") mark(groups);
    else if (isRepetition(source, index)) {
      if (wasClosed === true) return true;
      mark(groups);
    }
  }
  return false;
}

function mark(groups: boolean[]): void {
  if (groups.length > 0) groups[groups.length - 1] = true;
}

/** `*`, `+`, `{n}`, `{n,}` and `{n,m}`; `?` leaves two ways at most. */
function isRepetition(source: string, index: number): boolean {
  const character = source[index];
  return character === "*" || character === "+" || (character === "{" && /^\{\d/.test(source.slice(index)));
}

function endOfClass(source: string, start: number): number {
  for (let index = start + 1; index < source.length; index++) {
    if (source[index] === "\\") index++;
    else if (source[index] === "]") return index;
  }
  return source.length;
}
