/** A text in which a regular expression finds something; undefined where none is easily made. */
export function sampleOf(pattern: RegExp): string | undefined {
  const reader: Reader = { source: pattern.source, at: 0 };
  const sample = alternatives(reader);
  if (sample === undefined || reader.at < reader.source.length) return undefined;
  return sample.search(pattern) >= 0 ? sample : undefined;
}

interface Reader {
  readonly source: string;
  at: number;
}

/** Of several alternatives the first. */
function alternatives(reader: Reader): string | undefined {
  const first = sequence(reader);
  while (first !== undefined && reader.source[reader.at] === "|") {
    reader.at++;
    if (sequence(reader) === undefined) return undefined;
  }
  return first;
}

function sequence(reader: Reader): string | undefined {
  let text = "";
  while (reader.at < reader.source.length && !/[|)]/.test(reader.source[reader.at] ?? "")) {
    const atom = atomOf(reader);
    if (atom === undefined) return undefined;
    text += atom.repeat(repetitions(reader));
  }
  return text;
}

function atomOf(reader: Reader): string | undefined {
  const character = reader.source[reader.at++] ?? "";
  switch (character) {
    case "^":
    case "$":
      return "";
    case ".":
      return "x";
    case "\\":
      return escaped(reader.source[reader.at++] ?? "");
    case "[":
      return fromClass(reader);
    case "(":
      return group(reader);
    default:
      return character;
  }
}

function escaped(character: string): string | undefined {
  const classes: Readonly<Record<string, string>> = { d: "1", w: "x", s: " ", D: "x", S: "x", W: "-", b: "" };
  const known = classes[character];
  if (known !== undefined) return known;
  return /[a-z0-9]/i.test(character) ? undefined : character;
}

/** A character that the class contains. */
function fromClass(reader: Reader): string | undefined {
  const start = reader.at - 1;
  while (reader.at < reader.source.length && reader.source[reader.at] !== "]") {
    reader.at += reader.source[reader.at] === "\\" ? 2 : 1;
  }
  reader.at++;
  const characters = new RegExp(reader.source.slice(start, reader.at), "i");
  return Array.from("x1aeinz0-._@\\/ ").find((character) => characters.test(character));
}

/** Groups that look around are left to others. */
function group(reader: Reader): string | undefined {
  const kind = /^\?(?::|<[A-Za-z_]\w*>)/.exec(reader.source.slice(reader.at));
  if (kind !== null) reader.at += kind[0].length;
  else if (reader.source[reader.at] === "?") return undefined;
  const inner = alternatives(reader);
  reader.at++;
  return inner;
}

function repetitions(reader: Reader): number {
  const found = /^(?:[*+?]|\{(\d+)(?:,\d*)?\})\??/.exec(reader.source.slice(reader.at));
  if (found === null) return 1;
  reader.at += found[0].length;
  return Math.min(253, Number(found[1] ?? 1));
}
