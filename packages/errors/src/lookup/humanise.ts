/**
 * A name as words, for codes that have no text of their own: "ERROR_SHARING_VIOLATION" is "sharing violation",
 * "NERR_UseNotFound" is "use not found".
 */
export function humanise(symbol: string): string {
  const words = symbol
    .replace(/^(?:ERROR|STATUS|NERR|[ESW])_(?=.)/, "")
    .replace(/^([A-Z0-9]+)_(?:ERROR|STATUS|[EISW])_(?=.)/, "$1_")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .split("_")
    .filter((word) => word !== "");
  return words.join(" ").toLowerCase();
}
