import { reasonText } from "@sallyport/errors/nps";
import { type Answer, splitVendorSpecific } from "@sallyport/radius";
import type { Clock, Log, Milliseconds } from "@sallyport/runtime";
import { ratVendorSpecific } from "../contract/attribute-types.ts";
import { rcAccessAccept, rcAccessReject } from "../contract/constants.ts";
import { eventSource, NpsEvent } from "../events.ts";
import type { NpsRequest } from "../request.ts";
import { microsoft } from "../wire-numbers.ts";
import { auditFields } from "./audit-fields.ts";

export interface AuditOptions {
  /** Whether grants are told, too, or only denials and discarded requests. */
  readonly events: "all" | "failures";
  /** What the field AuthenticationServer says. */
  readonly serverName?: string | undefined;
}

/** How many denials and discarded requests of one client are told in ten seconds; the rest is counted. */
const mostFailures = 1_000;
const quietPeriod: Milliseconds = 10_000;

/** Writes the audit events of finished requests (NPS-89): 6272 to 6278, each with who, where, by what and why. */
export class Audit {
  readonly #options: AuditOptions;
  readonly #log: Log;
  readonly #clock: Clock;
  /** By client name; there are as many as the settings have. */
  readonly #failures = new Map<string, { until: Milliseconds; written: number; suppressed: number }>();

  constructor(options: AuditOptions, log: Log, clock: Clock) {
    this.#options = options;
    this.#log = log;
    this.#clock = clock;
  }

  /** Tells how a request ended, unless whoever ended it has told so already. A challenge is no end. */
  finished(request: NpsRequest, answer: Answer | null, reason: number): void {
    if (request.eventWritten) return;
    if (answer?.code === rcAccessAccept) {
      if (this.#options.events === "all") this.#granted(request, answer);
    } else if (answer?.code === rcAccessReject) {
      this.#failed(request, NpsEvent.AccessDenied, "access was denied", reason);
    } else if (answer === null) {
      const id = request.isAccess ? NpsEvent.RequestDiscarded : NpsEvent.AccountingDiscarded;
      this.#failed(request, id, "the request was discarded", reason);
    }
  }

  #granted(request: NpsRequest, answer: Answer): void {
    const fields = auditFields(request, this.#options.serverName);
    const write = (id: number, message: string, more: object = {}): void =>
      this.#log.write({
        source: eventSource,
        id,
        severity: "audit-success",
        message: `request ${request.uniqueId}: ${message}`,
        fields: { ...fields, ...more },
      });
    write(NpsEvent.AccessGranted, "access was granted");
    const state = quarantineState(answer);
    const outcome = state === undefined ? undefined : quarantineOutcomes[state];
    if (outcome !== undefined) write(outcome.id, outcome.words, { QuarantineState: outcome.state });
  }

  #failed(request: NpsRequest, id: number, words: string, reason: number): void {
    const suppressed = this.#suppressed(request.received.client.name);
    if (suppressed === undefined) return;
    const text = reasonText(reason);
    this.#log.write({
      source: eventSource,
      id,
      severity: "audit-failure",
      message: `request ${request.uniqueId}: ${words}, reason ${reason}: ${text}`,
      fields: {
        ...auditFields(request, this.#options.serverName),
        ReasonCode: reason,
        Reason: text,
        suppressed: suppressed || undefined,
      },
    });
  }

  /** How many failures of a client were left out before this one; undefined when this one is left out, too. */
  #suppressed(client: string): number | undefined {
    const now = this.#clock.monotonic();
    const entry = this.#failures.get(client);
    if (entry === undefined || entry.until <= now) {
      this.#failures.set(client, { until: now + quietPeriod, written: 1, suppressed: 0 });
      return entry?.suppressed ?? 0;
    }
    if (entry.written < mostFailures) {
      entry.written++;
      return 0;
    }
    entry.suppressed++;
    return undefined;
  }
}

const msQuarantineState = 45;

/** MS-Quarantine-State of [MS-RNAP], where a policy or an extension has put it on the answer. */
function quarantineState(answer: Answer): number | undefined {
  for (const { type, value } of answer.attributes) {
    if (type !== ratVendorSpecific) continue;
    const split = splitVendorSpecific(value);
    if (split?.vendor !== microsoft) continue;
    const state = split.attributes.find((attribute) => attribute.type === msQuarantineState)?.value;
    if (state !== undefined) return state.at(-1);
  }
  return undefined;
}

const quarantineOutcomes: Readonly<Record<number, { id: number; state: string; words: string }>> = {
  0: { id: NpsEvent.FullAccess, state: "Full Access", words: "full access was granted" },
  1: { id: NpsEvent.Quarantined, state: "Quarantine", words: "the user was quarantined" },
  2: { id: NpsEvent.Probation, state: "Probation", words: "access on probation was granted" },
};
