import { decodeEapPacket, decodeFragment, EapPacketError, FragmentError } from "@sallyport/eap";
import { alertName } from "@sallyport/tls-engine";

/** The methods whose data are fragments of TLS: EAP-TLS, TTLS, PEAP. */
const tlsTypes: ReadonlySet<unknown> = new Set([13, 21, 25]);
/** What is put together of one flight; what is longer is not read. */
const longestFlight = 65_536;

/**
 * Tells in words what packets of TLS methods carry: the handshake messages of a flight, as far as they can be read from
 * outside. One reader for each direction of a conversation.
 */
export class TlsFlights {
  #fragments: Uint8Array[] = [];
  #length = 0;
  /** After ChangeCipherSpec nothing of TLS 1.2 can be read any more. */
  #encrypted = false;

  /** @param bytes an EAP packet */
  notes(bytes: Uint8Array): string[] {
    try {
      const packet = decodeEapPacket(bytes);
      if (!tlsTypes.has(packet.type)) return [];
      const { start, more, messageLength, data, version } = decodeFragment(packet.data);
      if (start) {
        this.#encrypted = false;
        return [version === 0 ? "Start" : `Start, version ${version}`];
      }
      if (data.length === 0) return [this.#length > 0 ? "asks for the next fragment" : "acknowledges"];
      this.#take(data);
      if (more) return [`a fragment of ${data.length} octets${of(messageLength)}, more follow`];
      const flight = this.#taken();
      return [flight === undefined ? "a flight of TLS" : this.#words(flight)];
    } catch (error) {
      if (error instanceof EapPacketError || error instanceof FragmentError) return [];
      throw error;
    }
  }

  #take(data: Uint8Array): void {
    this.#length += data.length;
    if (this.#length <= longestFlight) this.#fragments.push(data.slice());
  }

  #taken(): Uint8Array | undefined {
    const length = this.#length;
    const fragments = this.#fragments;
    this.#fragments = [];
    this.#length = 0;
    if (length > longestFlight) return undefined;
    const flight = new Uint8Array(length);
    let at = 0;
    for (const fragment of fragments) {
      flight.set(fragment, at);
      at += fragment.length;
    }
    return flight;
  }

  /** RFC 8446 section 5.1: type, version, length; then the record. */
  #words(flight: Uint8Array): string {
    const words: string[] = [];
    let at = 0;
    while (at + 5 <= flight.length) {
      const type = flight[at] ?? 0;
      const length = uint16(flight, at + 3);
      const record = flight.subarray(at + 5, at + 5 + length);
      words.push(...this.#record(type, record));
      at += 5 + length;
    }
    const merged = words.filter((word, index) => word !== encrypted || words[index - 1] !== encrypted);
    return merged.length === 0 ? "a part of a record of TLS" : merged.join(", ");
  }

  #record(type: number, record: Uint8Array): string[] {
    switch (type) {
      case 20:
        this.#encrypted = true;
        return ["ChangeCipherSpec"];
      case 21:
        return record.length === 2 && !this.#encrypted ? [`Alert ${alertName(record[1] ?? 0)}`] : [encrypted];
      case 22:
        return this.#encrypted ? [encrypted] : handshakeMessages(record);
      default:
        return [encrypted];
    }
  }
}

const encrypted = "encrypted records";

/** RFC 5246 section 7.4, RFC 8446 section 4. A message may go on in the next record: its rest is not named again. */
function handshakeMessages(record: Uint8Array): string[] {
  const names: string[] = [];
  for (let at = 0; at + 4 <= record.length; ) {
    const type = record[at] ?? 0;
    names.push(handshakeNames.get(type) ?? `message ${type}`);
    at += 4 + (((record[at + 1] ?? 0) << 16) | uint16(record, at + 2));
  }
  return names;
}

const handshakeNames: ReadonlyMap<number, string> = new Map([
  [0, "HelloRequest"],
  [1, "ClientHello"],
  [2, "ServerHello"],
  [4, "NewSessionTicket"],
  [8, "EncryptedExtensions"],
  [11, "Certificate"],
  [12, "ServerKeyExchange"],
  [13, "CertificateRequest"],
  [14, "ServerHelloDone"],
  [15, "CertificateVerify"],
  [16, "ClientKeyExchange"],
  [20, "Finished"],
  [22, "CertificateStatus"],
]);

function uint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function of(messageLength: number | undefined): string {
  return messageLength === undefined ? "" : ` of ${messageLength}`;
}
