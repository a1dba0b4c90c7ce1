/**
 * A name that a caller chose, for people to read. What could steer a terminal or forge a line of a log is shown as an
 * escape, in quotes: control characters, C1 controls, and those that change the direction of text.
 *
 * @example
 * ```ts
 * printableName("alice"); // alice
 * printableName("eve\u001b[2J"); // "eve\u001b[2J", spelled out
 * ```
 */
export function printableName(name: string): string {
  if (/^[\w.:@\\ /[\]-]+$/.test(name)) return name;
  return JSON.stringify(name).replace(
    /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
