import { reasonText } from "@sallyport/errors/nps";
import type { Milliseconds } from "@sallyport/runtime";
import { LogAttributeId, logAttributeId } from "./log-attributes.ts";
import { packetTypeName } from "./packet-types.ts";

/** DTS-compliant XML, ODBC legacy ("database-compatible") and IAS legacy (NPS-92). */
export type LogFormat = "dts" | "odbc" | "ias";

/** What kind of value an attribute of a log has. */
export type LogValueType = "integer" | "text" | "octets" | "address" | "time";

/** One attribute of a log row. */
export interface LogAttribute {
  /** The number that NPS gives it: of RADIUS up to 255, its own above; 0 where a log knows a name only. */
  readonly id: number;
  /** The name of the RFCs or of NPS; `Attr-200` where there is none. */
  readonly name: string;
  readonly type: LogValueType;
  /**
   * A number for `integer`; for `octets` lower-case hexadecimal digits; for `time` like `2026-11-21T16:42:13`; text for
   * everything else. Secrets are `***` (NPS-88).
   */
  readonly value: number | string;
}

/** What a row is made of. */
export interface LogRowParts {
  readonly format: LogFormat;
  readonly localTime: Milliseconds;
  readonly computer: string;
  readonly service: string;
  readonly attributes: readonly LogAttribute[];
  readonly accessServer?: string | undefined;
  readonly headerUser?: string | undefined;
}

/**
 * One record of an NPS log, whatever the format of its line: typed attributes, and what people ask for most by name.
 *
 * @example
 * ```ts
 * import { decodeLogLine } from "@sallyport/nps";
 *
 * const row = decodeLogLine("10.0.0.1,alice,06/04/2026,14:42:19,IAS,NPS1,4136,3,4142,16");
 * row.packetTypeName; // "Access-Reject"
 * row.reasonText; // what reason 16 means
 * ```
 */
export class LogRow {
  readonly format: LogFormat;
  /**
   * When it was written: milliseconds of the wall clock of the server that wrote it, counted as if it were UTC. No
   * format tells the time zone.
   */
  readonly localTime: Milliseconds;
  /** ComputerName: the server. */
  readonly computer: string;
  /** ServiceName: `IAS`, or `RAS` of a remote access server. */
  readonly service: string;
  readonly attributes: readonly LogAttribute[];
  /** The address of the access server in the header of an IAS line. */
  readonly accessServer: string | undefined;
  /** The user in the header of an IAS line, which answers have there, too. */
  readonly headerUser: string | undefined;

  constructor(parts: LogRowParts) {
    this.format = parts.format;
    this.localTime = parts.localTime;
    this.computer = parts.computer;
    this.service = parts.service;
    this.attributes = parts.attributes;
    this.accessServer = parts.accessServer;
    this.headerUser = parts.headerUser;
  }

  /** The first attribute with this number of NPS, or of this name in the spelling of the RFCs, NPS or a log. */
  find(attribute: number | string): LogAttribute | undefined {
    if (typeof attribute === "number") return this.#byId(attribute);
    const id = logAttributeId(attribute);
    if (id !== 0) return this.#byId(id);
    const name = attribute.toLowerCase();
    return this.attributes.find((own) => own.name.toLowerCase() === name);
  }

  /** Packet-Type: the RADIUS code, 1, 2, 3, 4 or 11 (Table N-12). */
  get packetType(): number | undefined {
    return this.#number(LogAttributeId.PacketType);
  }

  get packetTypeName(): string | undefined {
    const { packetType } = this;
    return packetType === undefined ? undefined : packetTypeName(packetType);
  }

  /** Who it was: User-Name, else what NPS made of it. */
  get user(): string | undefined {
    return this.#text(1) ?? this.#text(LogAttributeId.SamAccountName) ?? this.#text(4130) ?? this.headerUser;
  }

  /** Reason-Code (Table N-10). */
  get reason(): number | undefined {
    return this.#number(LogAttributeId.ReasonCode);
  }

  /** What the reason code means, in one sentence. */
  get reasonText(): string | undefined {
    const { reason } = this;
    return reason === undefined ? undefined : reasonText(reason);
  }

  /** The RADIUS client: its friendly name, else its address. */
  get client(): string | undefined {
    return this.#text(LogAttributeId.ClientFriendlyName) ?? this.#text(LogAttributeId.ClientIpAddress);
  }

  get networkPolicy(): string | undefined {
    return this.#text(LogAttributeId.NetworkPolicyName);
  }

  get connectionRequestPolicy(): string | undefined {
    return this.#text(LogAttributeId.ProxyPolicyName);
  }

  /** `localTime` as `2026-11-21T16:42:13.250`: without a time zone, because none is known. */
  get localTimeText(): string {
    return new Date(this.localTime).toISOString().slice(0, -1);
  }

  /** Every attribute by name; what occurs twice has a list. */
  toJSON(): object {
    const attributes: Record<string, unknown> = {};
    for (const { name, value } of this.attributes) {
      const present = attributes[name];
      attributes[name] = present === undefined ? value : [present, value].flat();
    }
    const { packetType, reason } = this;
    return {
      time: this.localTimeText,
      format: this.format,
      computer: this.computer,
      service: this.service,
      packetType,
      packetTypeName: this.packetTypeName,
      user: this.user,
      client: this.client,
      ...(reason !== undefined && { reason: { code: reason, text: this.reasonText } }),
      ...(this.accessServer !== undefined && { accessServer: this.accessServer }),
      attributes,
    };
  }

  #byId(id: number): LogAttribute | undefined {
    for (const attribute of this.attributes) if (attribute.id === id) return attribute;
    return undefined;
  }

  #number(id: number): number | undefined {
    const value = this.#byId(id)?.value;
    return typeof value === "number" ? value : undefined;
  }

  #text(id: number): string | undefined {
    const value = this.#byId(id)?.value;
    return value === undefined ? undefined : String(value);
  }
}
