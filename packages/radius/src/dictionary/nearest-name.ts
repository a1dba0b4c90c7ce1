/** The name that somebody who wrote `wanted` most likely meant; undefined when none is near. */
export function nearestName(wanted: string, names: Iterable<string>): string | undefined {
  const lowerCase = wanted.toLowerCase();
  let nearest: string | undefined;
  let least = Math.min(4, Math.ceil(wanted.length / 2));
  for (const name of names) {
    const distance = editDistance(lowerCase, name.toLowerCase());
    if (distance < least) [nearest, least] = [name, distance];
  }
  return nearest;
}

/** Levenshtein: how many characters must be put in, left out or exchanged. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let at = 1; at <= from.length; at++) {
    const next = [at];
    for (let index = 1; index <= to.length; index++) {
      const exchanged = (row[index - 1] ?? 0) + (from[at - 1] === to[index - 1] ? 0 : 1);
      next.push(Math.min(exchanged, (row[index] ?? 0) + 1, (next[index - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
