/**
 * The origins that may be signed on to. An entry is an origin, `https://intranet.example` or `http://localhost:8080`, or with a
 * star for the leftmost label and whatever is before it: `https://*.corp.example`, which `corp.example` itself is not.
 */
export class OriginList {
  readonly #exact = new Set<string>();
  readonly #suffixes: { readonly protocol: string; readonly suffix: string; readonly port: string }[] = [];

  /** @throws {TypeError} for an entry that is no origin */
  constructor(entries: readonly string[]) {
    for (const entry of entries) {
      const isWide = /^https?:\/\/\*\./.test(entry);
      const url = parsed(isWide ? entry.replace("*.", "") : entry);
      if (url === undefined) throw new TypeError(`origins: ${JSON.stringify(entry)} is no origin`);
      if (isWide) this.#suffixes.push({ protocol: url.protocol, suffix: `.${url.hostname}`, port: url.port });
      else this.#exact.add(url.origin);
    }
  }

  has({ origin, protocol, hostname, port }: URL): boolean {
    if (this.#exact.has(origin)) return true;
    return this.#suffixes.some(
      (wide) => wide.protocol === protocol && wide.port === port && hostname.endsWith(wide.suffix),
    );
  }
}

/** Only scheme, host and port: whatever else stands there would be silently ignored. */
function parsed(entry: string): URL | undefined {
  if (!URL.canParse(entry)) return undefined;
  const url = new URL(entry);
  const isOrigin =
    url.href === `${url.origin}/` && /^https?:$/.test(url.protocol) && !url.hostname.includes("*");
  return isOrigin ? url : undefined;
}
