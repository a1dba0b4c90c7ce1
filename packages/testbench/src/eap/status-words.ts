import * as eap from "@sallyport/eap";

/** A status code with its Windows name: `0`, `691 ERROR_AUTHENTICATION_FAILURE`. */
export function statusWords(status: number): string {
  const name = names.get(status);
  return name === undefined ? String(status) : `${status} ${name}`;
}

const names: ReadonlyMap<number, string> = new Map(
  Object.entries(eap).flatMap(([name, value]) =>
    name.startsWith("ERROR_") && typeof value === "number" ? [[value, name]] : [],
  ),
);
