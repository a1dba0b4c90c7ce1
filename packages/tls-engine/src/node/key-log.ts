/**
 * The lines of the key log, from which an alert of this side may have to be sealed. They are read only then: most
 * sessions never refuse anybody.
 */
export class KeyLog {
  #lines: Uint8Array[] = [];
  #over = false;

  /** Takes a line: label, random of the client, secret (the NSS key log format). It is overwritten in the end. */
  note(line: Uint8Array): void {
    if (!this.#over && this.#lines.length < mostLines) this.#lines.push(line);
    else line.fill(0);
  }

  /** What the flight that completes the handshake is protected with on this side; in TLS 1.2, the master secret. */
  secretFor(role: "server" | "client", version13: boolean): KeyLogSecret | undefined {
    const label = version13 ? trafficSecrets[role] : "CLIENT_RANDOM";
    for (const line of this.#lines) {
      const [found, random = "", secret = ""] = Buffer.from(line).toString("latin1").trimEnd().split(" ");
      if (found === label) return { clientRandom: fromHex(random), secret: fromHex(secret) };
    }
    return undefined;
  }

  /** No alert will have to be sealed: what is known is overwritten, and what still comes, too. */
  clear(): void {
    this.#over = true;
    for (const line of this.#lines) line.fill(0);
    this.#lines = [];
  }
}

export interface KeyLogSecret {
  readonly clientRandom: Uint8Array;
  readonly secret: Uint8Array;
}

/** A handshake of TLS 1.3 has five. */
const mostLines = 16;
const trafficSecrets = {
  server: "SERVER_TRAFFIC_SECRET_0",
  client: "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
} as const;

function fromHex(digits: string): Uint8Array {
  return new Uint8Array(Buffer.from(digits, "hex"));
}
