import { createHmac } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** An answer of the server: its status (NTSTATUS) and the security token in it, if any. */
export interface SmbAnswer {
  readonly status: number;
  readonly token: Uint8Array;
  readonly bytes: Buffer;
}

const headerLength = 64;
const signedFlag = 8;

/** The beginning of an SMB 2.1 connection, as far as it needs a security context (MS-SMB2 sections 2.2.3 to 2.2.10). */
export class SmbSession {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #messageId = 0n;
  #sessionId = 0n;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
    });
  }

  /** Connects, and agrees on the dialect; the connection ends with the test. */
  static async open(port: number): Promise<SmbSession> {
    const socket = connect(port, "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    await once(socket, "connect");
    const session = new SmbSession(socket);
    const body = Buffer.alloc(38);
    body.writeUInt16LE(36, 0);
    body.writeUInt16LE(1, 2); // one dialect
    body.writeUInt16LE(1, 4); // signing enabled
    body.writeUInt16LE(0x0210, 36);
    await session.#ask(0, body);
    return session;
  }

  /** Session setup with a token of the client. */
  async setUp(token: Uint8Array): Promise<SmbAnswer> {
    const body = Buffer.alloc(24 + token.length);
    body.writeUInt16LE(25, 0);
    body.writeUInt8(1, 3);
    body.writeUInt16LE(headerLength + 24, 12);
    body.writeUInt16LE(token.length, 14);
    body.set(token, 24);
    const { status, bytes } = await this.#ask(1, body);
    this.#sessionId = bytes.readBigUInt64LE(40);
    const at = bytes.readUInt16LE(headerLength + 4);
    const length = bytes.length >= headerLength + 8 ? bytes.readUInt16LE(headerLength + 6) : 0;
    return { status, bytes, token: new Uint8Array(bytes.subarray(at, at + length)) };
  }

  /** Connects to a share; request and answer are signed with the session key. */
  async connectTree(
    path: string,
    sessionKey: Uint8Array,
  ): Promise<{ readonly status: number; readonly isSigned: boolean }> {
    const name = Buffer.from(path, "utf16le");
    const body = Buffer.alloc(8 + name.length);
    body.writeUInt16LE(9, 0);
    body.writeUInt16LE(headerLength + 8, 4);
    body.writeUInt16LE(name.length, 6);
    body.set(name, 8);
    const { status, bytes } = await this.#ask(3, body, sessionKey);
    const signature = Buffer.from(bytes.subarray(48, headerLength));
    bytes.fill(0, 48, headerLength);
    return { status, isSigned: signed(sessionKey, bytes).equals(signature) };
  }

  async #ask(
    command: number,
    body: Buffer,
    sessionKey?: Uint8Array,
  ): Promise<{ status: number; bytes: Buffer }> {
    const header = Buffer.alloc(headerLength);
    header.write("\xfeSMB", "latin1");
    header.writeUInt16LE(headerLength, 4);
    header.writeUInt16LE(command, 12);
    header.writeUInt16LE(1, 14);
    header.writeUInt32LE(sessionKey === undefined ? 0 : signedFlag, 16);
    header.writeBigUInt64LE(this.#messageId++, 24);
    header.writeBigUInt64LE(this.#sessionId, 40);
    const packet = Buffer.concat([header, body]);
    if (sessionKey !== undefined) packet.set(signed(sessionKey, packet), 48);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(packet.length);
    this.#socket.write(Buffer.concat([length, packet]));
    const bytes = await this.#answer();
    return { status: bytes.readUInt32LE(8), bytes };
  }

  async #answer(): Promise<Buffer> {
    while (this.#received.length < 4 || this.#received.length < 4 + this.#received.readUInt32BE(0)) {
      await once(this.#socket, "data");
    }
    const end = 4 + this.#received.readUInt32BE(0);
    const packet = this.#received.subarray(4, end);
    this.#received = this.#received.subarray(end);
    return Buffer.from(packet);
  }
}

/** SMB 2.1 signs with the first 16 bytes of HMAC-SHA256 (MS-SMB2 section 3.1.4.1). */
function signed(key: Uint8Array, packet: Buffer): Buffer {
  return createHmac("sha256", key).update(packet).digest().subarray(0, 16);
}
