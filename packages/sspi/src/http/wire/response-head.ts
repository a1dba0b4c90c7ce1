/** The head of an HTTP/1.1 answer. */
export interface ResponseHead {
  readonly status: number;
  /** All values of a header, by its name in lower case. */
  values(name: string): readonly string[];
  /** Bytes of the head with the empty line behind it. */
  readonly length: number;
}

/** Reads the head of an answer (RFC 9112 section 4). Undefined while it is not whole. */
export function decodeResponseHead(bytes: Uint8Array): ResponseHead | "malformed" | undefined {
  const end = endOfHead(bytes);
  if (end < 0) return bytes.length > 0 && bytes[0] !== 0x48 ? "malformed" : undefined;
  const [first = "", ...lines] = new TextDecoder("latin1").decode(bytes.subarray(0, end)).split("\r\n");
  const status = /^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(first)?.[1];
  if (status === undefined) return "malformed";
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const written = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):/.exec(line)?.[1];
    if (written === undefined || /[\r\n]/.test(line)) return "malformed";
    const value = withoutBlanks(line, written.length + 1);
    const name = written.toLowerCase();
    const values = headers.get(name);
    if (values === undefined) headers.set(name, [value]);
    else values.push(value);
  }
  return { status: Number(status), values: (name) => headers.get(name) ?? [], length: end + 4 };
}

/** The rest of a line without the blanks around it. By hand: a pattern would look at a run of blanks again and again. */
function withoutBlanks(line: string, from: number): string {
  let start = from;
  let end = line.length;
  while (start < end && isBlank(line[start])) start += 1;
  while (end > start && isBlank(line[end - 1])) end -= 1;
  return line.slice(start, end);
}

function isBlank(character: string | undefined): boolean {
  return character === " " || character === "\t";
}

/** Where the empty line begins. */
function endOfHead(bytes: Uint8Array): number {
  for (let at = bytes.indexOf(0x0d); at >= 0; at = bytes.indexOf(0x0d, at + 1)) {
    if (bytes[at + 1] === 0x0a && bytes[at + 2] === 0x0d && bytes[at + 3] === 0x0a) return at;
  }
  return -1;
}
