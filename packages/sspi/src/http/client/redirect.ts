/** What a redirect looks at in a request. */
interface Redirectable<Value> {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, Value>>;
  readonly body: Uint8Array | undefined;
}

/**
 * The request that follows a redirect (Fetch standard, HTTP-redirect fetch); undefined where the answer is none. To another
 * origin go no credentials and no cookies.
 */
export function redirectOf<Value>(
  { url, method, headers, body }: Redirectable<Value>,
  status: number,
  location: string | undefined,
): Redirectable<Value> | undefined {
  if (!redirects.has(status) || location === undefined || !URL.canParse(location, url.href)) return undefined;
  const to = new URL(location, url.href);
  if (to.protocol !== "http:" && to.protocol !== "https:") return undefined;
  to.username = "";
  to.password = "";
  const dropsBody =
    ((status === 301 || status === 302) && method === "POST") ||
    (status === 303 && method !== "GET" && method !== "HEAD");
  const dropped = [...(dropsBody ? ofBody : []), ...(to.origin === url.origin ? [] : ofOrigin)];
  return {
    url: to,
    method: dropsBody ? "GET" : method,
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !dropped.includes(name))),
    body: dropsBody ? undefined : body,
  };
}

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const ofBody = ["content-type", "content-length", "content-encoding", "content-language", "content-location"];
const ofOrigin = ["authorization", "proxy-authorization", "cookie", "host"];
