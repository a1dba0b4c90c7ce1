import { describe, expect, it } from "vitest";
import {
  bufferBytes,
  importSecurityContext,
  out,
  SEC_E_BUFFER_TOO_SMALL,
  SEC_E_CONTEXT_EXPIRED,
  SEC_E_INVALID_TOKEN,
  SEC_E_MESSAGE_ALTERED,
  SEC_E_OK,
  SEC_E_OUT_OF_SEQUENCE,
  SEC_E_QOP_NOT_SUPPORTED,
  SECBUFFER_DATA,
  SECBUFFER_PADDING,
  SECBUFFER_READONLY_WITH_CHECKSUM,
  SECBUFFER_STREAM,
  SECBUFFER_TOKEN,
  type SecurityContext,
  secBuffer,
  secBufferDesc,
} from "../../src/index.ts";
import { MessageDirection } from "../../src/packages/ntlm/protection/message-direction.ts";
import { captureOf } from "./captures.ts";
import { bench, fromHex, hex, shakeHands } from "./ntlm-harness.ts";

const text = (word: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(word);
const sealed = { initiate: { request: ["confidentiality"] } } as const;
const signed = { initiate: { request: ["integrity"] } } as const;

async function pair(options: Parameters<ReturnType<typeof bench>["open"]>[0] = sealed) {
  return shakeHands(await bench().open(options));
}

/** EncryptMessage with these buffers. */
function encrypt(context: SecurityContext, buffers: ReturnType<typeof secBuffer>[], quality = 0): number {
  return context.provider.EncryptMessage(context.handle, quality, secBufferDesc(...buffers), 0);
}

describe("SSPI-82 EncryptMessage of NTLM", () => {
  it("SSPI-82 many buffers are one message; the padding is nothing, the token 16 bytes of whatever room", async () => {
    const one = await pair();
    const two = await pair();
    const whole = one.client.wrap(text("hello world"));
    const parts = [
      secBuffer(SECBUFFER_DATA, text("hello ")),
      secBuffer(SECBUFFER_PADDING, 1),
      secBuffer(SECBUFFER_TOKEN, 40),
      secBuffer(SECBUFFER_DATA, text("world")),
    ];
    expect(encrypt(two.client, parts)).toBe(SEC_E_OK);
    expect(parts.map(({ size }) => size)).toEqual([6, 0, 16, 5]);
    const [first, , token, second] = parts.map(bufferBytes);
    expect(hex(whole)).toBe([token, first, second].map((part) => hex(part ?? whole)).join(""));
    expect(bufferBytes(secBuffer(SECBUFFER_DATA, two.server.unwrap(whole).data))).toEqual(
      text("hello world"),
    );
  });

  it("SSPI-71 SSPI-90 a read-only header is covered and stays in clear", async () => {
    const { client, server } = await pair();
    const header = secBuffer(SECBUFFER_DATA | SECBUFFER_READONLY_WITH_CHECKSUM, text("header"));
    const data = secBuffer(SECBUFFER_DATA, text("body"));
    const token = secBuffer(SECBUFFER_TOKEN, 16);
    expect(encrypt(client, [header, data, token])).toBe(SEC_E_OK);
    expect([bufferBytes(header), hex(bufferBytes(data)) === hex(text("body"))]).toEqual([
      text("header"),
      false,
    ]);
    const message = secBufferDesc(header, data, token);
    expect(server.provider.DecryptMessage(server.handle, message, 0, null)).toBe(SEC_E_OK);
    expect(bufferBytes(data)).toEqual(text("body"));
  });

  it("SSPI-82 no DATA is SEC_E_INVALID_TOKEN, 15 bytes of room SEC_E_BUFFER_TOO_SMALL; nothing is used up by it", async () => {
    const { client, server } = await pair();
    expect(encrypt(client, [secBuffer(SECBUFFER_TOKEN, 16)])).toBe(SEC_E_INVALID_TOKEN);
    expect(encrypt(client, [secBuffer(SECBUFFER_TOKEN, 15), secBuffer(SECBUFFER_DATA, 3)])).toBe(
      SEC_E_BUFFER_TOO_SMALL,
    );
    expect(server.unwrap(client.wrap(text("first"))).data).toEqual(text("first"));
  });

  it("SSPI-83 DecryptMessage of STREAM: DATA becomes a view of it", async () => {
    const { client, server } = await pair();
    const stream = secBuffer(SECBUFFER_STREAM, client.wrap(text("hello")));
    const data = secBuffer(SECBUFFER_DATA);
    const quality = out(99);
    expect(server.provider.DecryptMessage(server.handle, secBufferDesc(stream, data), 0, quality)).toBe(
      SEC_E_OK,
    );
    expect(data.data?.buffer).toBe(stream.data?.buffer);
    expect([bufferBytes(data), data.data?.byteOffset, quality.value]).toEqual([text("hello"), 16, 0]);
    const short = secBufferDesc(secBuffer(SECBUFFER_STREAM, new Uint8Array(15)), secBuffer(SECBUFFER_DATA));
    expect(server.provider.DecryptMessage(server.handle, short, 0, null)).toBe(SEC_E_INVALID_TOKEN);
  });

  it("SSPI-87 an empty message, and messages around the length from which OpenSSL computes the code", async () => {
    const { client, server } = await pair();
    for (const length of [0, 1, 2043, 2044, 2047, 2048, 2049, 65_536]) {
      const message = new Uint8Array(length).map((_, at) => at);
      expect(server.unwrap(client.wrap(message)).data).toEqual(message);
      expect(client.unwrap(server.wrap(message)).data).toEqual(message);
      server.verify(client.sign(message), message);
    }
  });

  it("NTLM-41 the code of a long message is the same by OpenSSL and by ours", () => {
    const key = new Uint8Array(16).fill(5);
    const message = new Uint8Array(4000).fill(7);
    const short = new MessageDirection(key, 0xe2088235, "initiate", { sequence: 0, stream: undefined });
    const long = new MessageDirection(key, 0xe2088235, "initiate");
    const parts = Array.from({ length: 4 }, (_, at) => message.subarray(1000 * at, 1000 * at + 1000));
    const signatures = [new Uint8Array(16), new Uint8Array(16)] as const;
    long.protect([message], [], signatures[0]);
    short.protect(parts, [], signatures[1]);
    expect(hex(signatures[0])).toBe(hex(signatures[1]));
  });
});

describe("NTLM-42 signatures and seals", () => {
  it("NTLM-42 MakeSignature and EncryptMessage use the same numbers and stream", async () => {
    const { client, server } = await pair();
    for (let round = 0; round < 4; round += 1) {
      server.verify(client.sign(text("a"), text("b")), text("ab"));
      expect(server.unwrap(client.wrap(text("c"))).data).toEqual(text("c"));
    }
    expect(client.sign(text("x"))[12]).toBe(8);
  });

  it("SSPI-88 the directions do not disturb each other", async () => {
    const { client, server } = await pair();
    const there = [1, 2, 3].map((number) => client.wrap(Uint8Array.of(number)));
    const back = [4, 5, 6].map((number) => server.wrap(Uint8Array.of(number)));
    expect(there.map((message) => server.unwrap(message).data[0])).toEqual([1, 2, 3]);
    expect(back.map((message) => client.unwrap(message).data[0])).toEqual([4, 5, 6]);
  });
});

describe("SSPI-86 messages that were tampered with end the context", () => {
  it.each<[string, number, (messages: readonly Uint8Array[]) => Uint8Array | undefined]>([
    ["a bit of the text", SEC_E_MESSAGE_ALTERED, ([first]) => first?.with(17, (first[17] ?? 0) ^ 1)],
    ["a bit of the code", SEC_E_MESSAGE_ALTERED, ([first]) => first?.with(4, (first[4] ?? 0) ^ 0x80)],
    ["another version", SEC_E_MESSAGE_ALTERED, ([first]) => first?.with(0, 2)],
    ["cut short", SEC_E_MESSAGE_ALTERED, ([first]) => first?.subarray(0, -1)],
    ["another number", SEC_E_OUT_OF_SEQUENCE, ([first]) => first?.with(12, 1)],
    ["the second one first", SEC_E_OUT_OF_SEQUENCE, ([, second]) => second],
  ])("SSPI-86 %s", async (_title, code, choose) => {
    const { client, server } = await pair();
    const messages = [client.wrap(text("first message")), client.wrap(text("second"))];
    const wrapped = choose(messages) ?? text("");
    const stream = secBuffer(SECBUFFER_STREAM, wrapped.slice());
    const data = secBuffer(SECBUFFER_DATA);
    const descriptor = secBufferDesc(stream, data);
    expect(server.provider.DecryptMessage(server.handle, descriptor, 0, null)).toBe(code);
    expect([stream.data?.every((byte) => byte === 0), data.data]).toEqual([true, null]);
    const next = secBufferDesc(secBuffer(SECBUFFER_STREAM, messages[0]), secBuffer(SECBUFFER_DATA));
    expect(server.provider.DecryptMessage(server.handle, next, 0, null)).toBe(SEC_E_CONTEXT_EXPIRED);
    const reply = [secBuffer(SECBUFFER_TOKEN, 16), secBuffer(SECBUFFER_DATA, 4)];
    expect(encrypt(server, reply)).toBe(SEC_E_CONTEXT_EXPIRED);
    expect(client.wrap(text("third"))).toHaveLength(21); // the other end does not know
  });

  it("SSPI-86 a message that is repeated, and a signature of something else", async () => {
    const repeated = await pair();
    const once = repeated.client.wrap(text("once"));
    repeated.server.unwrap(once);
    expect(() => repeated.server.unwrap(once)).toThrow("SEC_E_OUT_OF_SEQUENCE");
    const other = await pair();
    expect(() => other.server.verify(other.client.sign(text("this")), text("that"))).toThrow(
      "SEC_E_MESSAGE_ALTERED",
    );
  });

  it("SSPI-86 a message sent back to its sender is altered: the directions have their own keys", async () => {
    const { client } = await pair();
    expect(() => client.unwrap(client.wrap(text("echo")))).toThrow("SEC_E_MESSAGE_ALTERED");
  });
});

describe("NTLM-44 without SEAL", () => {
  it("NTLM-44 SSPI-84 nothing that was to be encrypted goes in clear; integrity alone works when it is said", async () => {
    const { client, server } = await pair(signed);
    expect(() => client.wrap(text("secret"))).toThrow(
      expect.objectContaining({ code: SEC_E_QOP_NOT_SUPPORTED }),
    );
    const wrapped = client.wrap(text("open"), { encrypt: false });
    expect(new TextDecoder().decode(wrapped.subarray(16))).toBe("open");
    expect(server.unwrap(wrapped)).toEqual({ data: text("open"), encrypted: false, extra: 0 });
    const token = secBuffer(SECBUFFER_TOKEN, 16);
    const data = secBuffer(SECBUFFER_DATA, text("layout"));
    expect(encrypt(client, [token, data], 0x80000001)).toBe(SEC_E_OK);
    const quality = out(0);
    expect(server.provider.DecryptMessage(server.handle, secBufferDesc(token, data), 0, quality)).toBe(
      SEC_E_OK,
    );
    expect(quality.value).toBe(0x80000001);
  });

  it("NTLM-44 a peer that always seals is read and written to, with peerAlwaysSeals; without, it is refused", async () => {
    const peer = { peerAlwaysSeals: true };
    const { client, server } = await pair({
      ...signed,
      client: { user: "alice", password: "alicepw", ...peer },
      server: peer,
    });
    const wrapped = client.wrap(text("sealed"));
    expect(new TextDecoder().decode(wrapped.subarray(16))).not.toBe("sealed");
    expect(server.unwrap(wrapped)).toEqual({ data: text("sealed"), encrypted: true, extra: 0 });
    const strict = await pair({ ...signed, client: { user: "alice", password: "alicepw", ...peer } });
    expect(() => strict.server.unwrap(strict.client.wrap(text("sealed")))).toThrow("SEC_E_MESSAGE_ALTERED");
  });

  it("NTLM-44 the messages of gss-ntlmssp with SIGN only are sealed", () => {
    const capture = captureOf("sign only");
    const [first] = capture.messages ?? [];
    const token = fromHex(first?.token ?? "");
    const direction = (): MessageDirection =>
      new MessageDirection(
        fromHex(capture.exportedSessionKey),
        Number.parseInt(capture.flags, 16),
        "initiate",
      );
    const body = token.subarray(16);
    expect(direction().check([body], [], token.subarray(0, 16))).toBe("altered"); // integrity alone comes first
    expect(direction().check([body], [body], token.subarray(0, 16))).toBe("right");
    expect(hex(body)).toBe(first?.plain);
  });

  it("SSPI-18 SSPI-80 a context without flags protects nothing", async () => {
    const { client, server } = await pair({});
    expect(client.features).toEqual([]);
    for (const context of [client, server]) {
      expect(() => context.wrap(text("x"))).toThrow("SEC_E_QOP_NOT_SUPPORTED");
      expect(() => context.sign(text("x"))).toThrow("SEC_E_QOP_NOT_SUPPORTED");
    }
  });
});

describe("SSPI-102 a context moves", () => {
  it.each([
    [true, 0],
    [false, 3],
  ])("SSPI-102 resetSequence %s: goes on at number %d", async (resetSequence, number) => {
    const { client, server } = await pair();
    for (let count = 0; count < 3; count += 1) {
      client.unwrap(server.wrap(text("down")));
      server.unwrap(client.wrap(text("up")));
    }
    const options = { resetSequence, deleteOld: true };
    const there = { package: "NTLM", role: "initiate" } as const;
    const here = { package: "NTLM", role: "accept" } as const;
    const newClient = importSecurityContext(client.provider, there, client.export(options));
    const newServer = importSecurityContext(server.provider, here, server.export(options));
    const wrapped = newClient.wrap(text("again"));
    expect(wrapped[12]).toBe(number);
    expect(newServer.unwrap(wrapped).data).toEqual(text("again"));
    expect(newClient.unwrap(newServer.wrap(text("back"))).data).toEqual(text("back"));
    expect(newServer.identity()).toMatchObject({ name: "TESTDOM\\alice", groups: ["staff"] });
    expect(() => client.wrap(text("x"))).toThrow("SEC_E_INVALID_HANDLE");
    newClient.provider.DeleteSecurityContext(newClient.handle);
  });
});
