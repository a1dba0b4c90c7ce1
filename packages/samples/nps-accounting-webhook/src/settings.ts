import { standardDictionary } from "@sallyport/radius";

/** The settings of the webhook. */
export interface WebhookSettings {
  /** Where records are sent: `https://...`, or `http://...` on this machine. */
  readonly url: string;
  /** Sent with each request, such as `{ "Authorization": "Bearer ..." }`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The file with the records that wait. Default `"./state/accounting-queue.jsonl"`. */
  readonly queue?: string;
  /** Whether a record is on the disk before it is acknowledged. Default true; false survives a crash, not a loss of power. */
  readonly fsync?: boolean;
  /** How many records may wait. At the bound nothing is acknowledged, and access servers keep theirs. Default 100 000. */
  readonly limit?: number;
  /** How many records go with one request at most. Default 100. */
  readonly batch?: number;
  /** How long an answer may take. Default 10. */
  readonly timeoutSeconds?: number;
  /** The longest wait between two tries; the first is a second. Default 60. */
  readonly longestRetrySeconds?: number;
  /** What of a request is in its record, by the names of the RFCs. */
  readonly attributes?: readonly string[];
}

const usualAttributes = [
  "User-Name",
  "Acct-Status-Type",
  "Acct-Session-Id",
  "Acct-Multi-Session-Id",
  "Acct-Session-Time",
  "Acct-Input-Octets",
  "Acct-Input-Gigawords",
  "Acct-Output-Octets",
  "Acct-Output-Gigawords",
  "Acct-Terminate-Cause",
  "Acct-Delay-Time",
  "Event-Timestamp",
  "NAS-IP-Address",
  "NAS-IPv6-Address",
  "NAS-Identifier",
  "NAS-Port",
  "NAS-Port-Type",
  "Called-Station-Id",
  "Calling-Station-Id",
  "Framed-IP-Address",
  "Framed-IPv6-Prefix",
  "Class",
];

/**
 * Reads the settings.
 *
 * @throws {TypeError} with every mistake, and its place; headers, which hold secrets, are not repeated
 */
export function settingsOf(settings: unknown): Required<WebhookSettings> {
  const given = Object(settings) as Readonly<Record<string, unknown>>;
  const mistakes: string[] = [];
  const { url = "", headers = {}, queue = "./state/accounting-queue.jsonl", fsync = true } = given;
  const { attributes = usualAttributes } = given;
  if (!isEndpoint(String(url)))
    mistakes.push("settings.url is no address that begins with https://, or http:// on this machine");
  if (typeof queue !== "string" || queue === "") mistakes.push("settings.queue is no file name");
  if (typeof fsync !== "boolean") mistakes.push("settings.fsync is neither true nor false");
  if (!Object.values(Object(headers)).every((value) => typeof value === "string" && /^[ -~]*$/.test(value)))
    mistakes.push("settings.headers has a value that is no line of text");
  const names: readonly unknown[] = Array.isArray(attributes) ? attributes : [undefined];
  for (const name of names) {
    if (typeof name !== "string" || standardDictionary.byName(name) === undefined)
      mistakes.push(`settings.attributes names ${JSON.stringify(name)}, which no attribute is called`);
  }
  const read = {
    url: String(url),
    headers: headers as Readonly<Record<string, string>>,
    queue: String(queue),
    fsync: fsync === true,
    limit: whole("limit", 100_000, 1_000_000),
    batch: whole("batch", 100, 10_000),
    timeoutSeconds: whole("timeoutSeconds", 10, 600),
    longestRetrySeconds: whole("longestRetrySeconds", 60, 3_600),
    attributes: names.map(String),
  };
  if (mistakes.length > 0) throw new TypeError(mistakes.join("; "));
  return read;

  function whole(key: string, byDefault: number, most: number): number {
    const value = given[key] ?? byDefault;
    if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= most) return value;
    mistakes.push(`settings.${key} is no whole number from 1 to ${most}`);
    return byDefault;
  }
}

/** Records say who was where: in clear they stay on this machine. */
function isEndpoint(url: string): boolean {
  return /^(https:\/\/[^/]|http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(\/|$))/.test(url);
}
