/** The secrets of the key log that an alert of this side may have to be sealed with, and nothing else. */
export class KeyLog {
  #secrets = new Map<string, Uint8Array<ArrayBuffer>>();
  #clientRandom: Uint8Array<ArrayBuffer> | undefined;

  /** Takes a line: label, random of the client, secret (the NSS key log format). */
  note(line: Uint8Array): void {
    const text = Buffer.from(line.buffer, line.byteOffset, line.length).toString("latin1");
    const [label = "", random = "", secret = ""] = text.trimEnd().split(" ");
    if (!wanted.has(label)) return;
    this.#clientRandom = new Uint8Array(Buffer.from(random, "hex"));
    this.#secrets.set(label, new Uint8Array(Buffer.from(secret, "hex")));
  }

  /** What the flight that completes the handshake is protected with on this side; in TLS 1.2, the master secret. */
  secretFor(role: "server" | "client", version13: boolean): Uint8Array<ArrayBuffer> | undefined {
    if (!version13) return this.#secrets.get(master);
    return this.#secrets.get(role === "server" ? serverTraffic : clientHandshake);
  }

  randoms(serverRandom: Uint8Array | undefined): {
    clientRandom: Uint8Array | undefined;
    serverRandom: Uint8Array | undefined;
  } {
    return { clientRandom: this.#clientRandom, serverRandom };
  }

  clear(): void {
    for (const secret of this.#secrets.values()) secret.fill(0);
    this.#secrets.clear();
  }
}

const master = "CLIENT_RANDOM";
const serverTraffic = "SERVER_TRAFFIC_SECRET_0";
const clientHandshake = "CLIENT_HANDSHAKE_TRAFFIC_SECRET";
const wanted: ReadonlySet<string> = new Set([master, serverTraffic, clientHandshake]);
