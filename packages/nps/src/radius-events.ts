import type { ReceiverEvent } from "@sallyport/radius";
import type { Clock, Log, Milliseconds, Severity } from "@sallyport/runtime";
import { eventSource, NpsEvent } from "./events.ts";

/** How long an event that an outsider can cause stays silent for the same source after it was written. */
const quietPeriod: Milliseconds = 10_000;
/** How many sources are remembered at most; when full, further sources share one entry. */
const rememberedSources = 1_000;

interface Description {
  readonly id: number;
  readonly severity: Severity;
  readonly words: string;
  readonly remedy: string;
}

/** What an administrator reads about packets that never become requests (NPS-10, NPS-87). */
const descriptions: Partial<Record<ReceiverEvent["kind"], Description>> = {
  "unknown-client": {
    id: NpsEvent.UnknownClient,
    severity: "warning",
    words: "a RADIUS message came from an address that is no client",
    remedy: "add the address to radius.clients if it is an access server of yours",
  },
  "bad-authenticator": {
    id: NpsEvent.BadAuthenticator,
    severity: "warning",
    words: "the authenticator is wrong",
    remedy: "compare the shared secret with the access server's",
  },
  "message-authenticator-missing": {
    id: NpsEvent.MessageAuthenticatorMissing,
    severity: "warning",
    words: "the Message-Authenticator is missing although it is required",
    remedy: "let the access server send it, or set requireMessageAuthenticator of the client",
  },
  "message-authenticator-wrong": {
    id: NpsEvent.MessageAuthenticatorWrong,
    severity: "warning",
    words: "the Message-Authenticator is wrong",
    remedy: "compare the shared secret with the access server's",
  },
  "proxy-state-without-message-authenticator": {
    id: NpsEvent.ProxyStateDropped,
    severity: "warning",
    words: "the message carries Proxy-State but no Message-Authenticator and was dropped",
    remedy: "let the proxy send Message-Authenticator, or set requireMessageAuthenticator of the client",
  },
  "message-authenticator-absent": {
    id: NpsEvent.MessageAuthenticatorAudit,
    severity: "warning",
    words: "an Access-Request without Message-Authenticator was accepted",
    remedy: 'let the access server send it, then set requireMessageAuthenticator to "always"',
  },
  malformed: {
    id: NpsEvent.ProcessingError,
    severity: "warning",
    words: "a malformed RADIUS message was dropped",
    remedy: "the sender is at fault",
  },
  "unexpected-code": {
    id: NpsEvent.ProcessingError,
    severity: "warning",
    words: "a RADIUS message of a kind that this port does not serve was dropped",
    remedy: "check whether the access server has the authentication and accounting ports exchanged",
  },
  "unsendable-answer": {
    id: NpsEvent.AnswerNotSendable,
    severity: "error",
    words: "an answer could not be sent",
    remedy: "give the answer fewer or shorter attributes; a packet holds 4096 octets",
  },
  overloaded: {
    id: NpsEvent.ProcessingError,
    severity: "error",
    words: "a request was dropped because too many are in progress",
    remedy: "look for an extension or a server that answers too slowly",
  },
  "handler-failed": {
    id: NpsEvent.ProcessingError,
    severity: "error",
    words: "processing a request failed",
    remedy: "see the error",
  },
};

/** Dropped although nobody configured it: the client was seen to send Message-Authenticator before (NPS-87). */
const dropped: Description = {
  id: NpsEvent.MessageAuthenticatorDropped,
  severity: "warning",
  words:
    "an Access-Request without Message-Authenticator was dropped, because its client was seen to send it",
  remedy:
    "somebody may forge requests; or the access server was exchanged, then set requireMessageAuthenticator",
};

function descriptionOf({ kind, reason }: ReceiverEvent): Description | undefined {
  return kind === "message-authenticator-missing" && reason === "remembered" ? dropped : descriptions[kind];
}

/**
 * Writes a receiver's events to a log, under the ids that NPS administrators know. Each kind is written once in ten
 * seconds for a source, then with the number of those that were not: an outsider cannot fill the log.
 */
export function receiverEventLog(log: Log, clock: Clock): (event: ReceiverEvent) => void {
  const quiet = new Map<string, { until: Milliseconds; suppressed: number }>();
  return (event) => {
    const description = descriptionOf(event);
    if (description === undefined) return;
    const now = clock.monotonic();
    const wanted = `${event.kind} ${event.source.address}`;
    if (quiet.size >= rememberedSources && !quiet.has(wanted)) {
      for (const [key, entry] of quiet) if (entry.until <= now) quiet.delete(key);
    }
    const key = quiet.size >= rememberedSources && !quiet.has(wanted) ? event.kind : wanted;
    const entry = quiet.get(key);
    if (entry !== undefined && now < entry.until) {
      entry.suppressed++;
      return;
    }
    quiet.set(key, { until: now + quietPeriod, suppressed: 0 });
    const { id, severity, words, remedy } = description;
    log.write({
      source: eventSource,
      id,
      severity,
      message: `${event.source.address}:${event.source.port}: ${words}; ${remedy}`,
      fields: {
        address: event.source.address,
        port: event.source.port,
        client: event.client?.name,
        reason: event.reason,
        offset: event.offset,
        error: event.error,
        suppressed: entry?.suppressed || undefined,
      },
    });
  };
}
