/** The settings of the webhook. */
export interface WebhookSettings {
  /** Where records are sent: `https://...`, or `http://...` on this machine. */
  readonly url: string;
  /** Sent with each request, such as `{ "Authorization": "Bearer ..." }`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The file with the records that wait. Default `"./state/accounting-queue.sqlite"`. */
  readonly queue?: string;
  /** How many records may wait. At the bound nothing is acknowledged, and access servers keep theirs. Default 100 000. */
  readonly limit?: number;
}

/**
 * Reads the settings.
 *
 * @throws {TypeError} with every mistake, and its place; headers, which hold secrets, are not repeated
 */
export function settingsOf(settings: unknown): Required<WebhookSettings> {
  const given = Object(settings) as Readonly<Record<string, unknown>>;
  const { url = "", headers = {}, queue = "./state/accounting-queue.sqlite", limit = 100_000 } = given;
  const mistakes: string[] = [];
  if (!isEndpoint(String(url)))
    mistakes.push("settings.url is no address that begins with https://, or http:// on this machine");
  if (!Object.values(Object(headers)).every((value) => typeof value === "string" && /^[ -~]*$/.test(value)))
    mistakes.push("settings.headers has a value that is no line of text");
  if (typeof queue !== "string" || queue === "") mistakes.push("settings.queue is no file name");
  if (!Number.isInteger(limit) || Number(limit) < 1 || Number(limit) > 1_000_000)
    mistakes.push("settings.limit is no whole number from 1 to 1000000");
  if (mistakes.length > 0) throw new TypeError(mistakes.join("; "));
  return {
    url: String(url),
    headers: headers as Readonly<Record<string, string>>,
    queue: String(queue),
    limit: Number(limit),
  };
}

/** Records say who was where: in clear they stay on this machine. */
function isEndpoint(url: string): boolean {
  return /^(https:\/\/[^/]|http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(\/|$))/.test(url);
}
