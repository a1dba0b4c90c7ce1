import { describe, expect, it } from "vitest";
import {
  type CtxtHandle,
  out,
  type PackageContext,
  SEC_E_BUFFER_TOO_SMALL,
  SEC_E_CONTEXT_EXPIRED,
  SEC_E_INTERNAL_ERROR,
  SEC_E_INVALID_HANDLE,
  SEC_E_INVALID_PARAMETER,
  SEC_E_INVALID_TOKEN,
  SEC_E_MESSAGE_ALTERED,
  SEC_E_OK,
  SEC_E_OUT_OF_SEQUENCE,
  SEC_E_QOP_NOT_SUPPORTED,
  SEC_E_UNSUPPORTED_FUNCTION,
  SEC_I_CONTINUE_NEEDED,
  SECBUFFER_DATA,
  SECBUFFER_PADDING,
  SECBUFFER_READONLY,
  SECBUFFER_READONLY_WITH_CHECKSUM,
  SECBUFFER_STREAM,
  SECBUFFER_TOKEN,
  SECPKG_FLAG_STREAM,
  SECQOP_WRAP_NO_ENCRYPT,
  SECQOP_WRAP_OOB_DATA,
  type SecBuffer,
  type SecBufferDesc,
  type SecurityPackage,
  secBuffer,
  secBufferDesc,
  statusName,
} from "../src/index.ts";
import { type Harness, harness, settle, stub } from "./harness.ts";
import { threefold } from "./threefold.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (data: Uint8Array | null | undefined) => new TextDecoder().decode(data ?? new Uint8Array(0));
const token = (size = 16) => secBuffer(SECBUFFER_TOKEN, size);
const data = (content: string) => secBuffer(SECBUFFER_DATA, bytes(content));

async function connected(options: { readonly package?: SecurityPackage } = {}): Promise<{
  sspi: Harness;
  client: CtxtHandle;
  server: CtxtHandle;
}> {
  const sspi = harness(options.package === undefined ? {} : { packages: [options.package] });
  return { sspi, ...(await sspi.pair()) };
}

/** An established context of a stub with these functions and attributes. */
async function established(
  context: Partial<PackageContext>,
  attributes: number,
  more: Partial<SecurityPackage> = {},
) {
  const sspi = harness({
    packages: [
      stub(() => ({ status: SEC_E_OK, attributes, expiry: Date.UTC(2026, 0, 2) }), { context, ...more }),
    ],
  });
  const credential = await sspi.acquire();
  const { context: handle } = sspi.accept({ credential });
  await settle();
  return { sspi, handle };
}

const all = {
  sizes: { maxToken: 64, maxSignature: 16, blockSize: 1, securityTrailer: 16 },
  seal: () => SEC_E_OK,
  unseal: () => SEC_E_OK,
  sign: () => SEC_E_OK,
  verify: () => SEC_E_OK,
};

it.each([
  ["nothing", 0, SEC_E_QOP_NOT_SUPPORTED, SEC_E_QOP_NOT_SUPPORTED],
  ["confidentiality", 0x10, SEC_E_OK, SEC_E_QOP_NOT_SUPPORTED],
  ["integrity", 0x20000, SEC_E_OK, SEC_E_OK],
  ["replay detection", 0x4, SEC_E_QOP_NOT_SUPPORTED, SEC_E_OK],
  ["sequence detection", 0x8, SEC_E_QOP_NOT_SUPPORTED, SEC_E_OK],
  ["the initiating side's bit of integrity", 0x10000, SEC_E_QOP_NOT_SUPPORTED, SEC_E_QOP_NOT_SUPPORTED],
])("SSPI-80 a context with %s", async (_name, attributes, seal, sign) => {
  const { sspi, handle } = await established(all, attributes);
  const message = () => secBufferDesc(token(), data("x"));
  expect([
    sspi.EncryptMessage(handle, 0, message(), 0),
    sspi.DecryptMessage(handle, message(), 0, null),
    sspi.MakeSignature(handle, 0, message(), 0),
    sspi.VerifySignature(handle, message(), 0, null),
  ]).toEqual([seal, seal, sign, sign]);
  sspi.end();
});

it("SSPI-81 partial is SEC_E_INVALID_HANDLE, after the expiry SEC_E_CONTEXT_EXPIRED", async () => {
  const partial = harness({ packages: [stub(() => SEC_I_CONTINUE_NEEDED, { context: all })] });
  const credential = await partial.acquire();
  const { context } = partial.accept({ credential });
  await settle();
  expect(partial.EncryptMessage(context, 0, secBufferDesc(token(), data("x")), 0)).toBe(SEC_E_INVALID_HANDLE);
  partial.end();

  const { sspi, handle } = await established(all, 0x20010);
  const outcomes = () => {
    const message = () => secBufferDesc(token(), data("x"));
    return [
      sspi.EncryptMessage(handle, 0, message(), 0),
      sspi.DecryptMessage(handle, message(), 0, null),
      sspi.MakeSignature(handle, 0, message(), 0),
      sspi.VerifySignature(handle, message(), 0, null),
    ];
  };
  sspi.clock.advance(24 * 3_600_000 - 1);
  expect(outcomes()).toEqual([0, 0, 0, 0]);
  sspi.clock.advance(1);
  expect(outcomes().map(statusName)).toEqual(Array(4).fill("SEC_E_CONTEXT_EXPIRED"));
  sspi.end();
});

describe("SSPI-82 EncryptMessage", () => {
  it("several DATA buffers, in any order with the others, are one message", async () => {
    const sealed = await Promise.all(
      [
        [token(), data("hello world"), secBuffer(SECBUFFER_PADDING, 8)],
        [data("hello"), secBuffer(SECBUFFER_PADDING, 8), data(" "), token(20), data("world")],
      ].map(async (buffers) => {
        const { sspi, client } = await connected();
        expect(sspi.EncryptMessage(client, 0, secBufferDesc(...buffers), 0)).toBe(SEC_E_OK);
        sspi.end();
        const of = (type: number) =>
          buffers
            .filter((buffer) => buffer.type === type)
            .flatMap((buffer) => [...(buffer.data ?? []).slice(0, buffer.size)]);
        return [of(SECBUFFER_TOKEN), of(SECBUFFER_DATA), of(SECBUFFER_PADDING)];
      }),
    );
    expect(sealed[0]).toEqual(sealed[1]);
    expect(sealed[0]?.map((part) => part.length)).toEqual([16, 11, 0]);
  });

  it.each([
    ["no DATA", [token()], SEC_E_INVALID_TOKEN],
    ["no TOKEN", [data("x")], SEC_E_INVALID_TOKEN],
    ["a TOKEN too small", [token(15), data("x")], SEC_E_BUFFER_TOO_SMALL],
  ])("%s", async (_name, buffers, outcome) => {
    const { sspi, client } = await connected();
    expect(sspi.EncryptMessage(client, 0, secBufferDesc(...buffers), 0)).toBe(outcome);
    sspi.end();
  });
});

it("SSPI-83 DecryptMessage takes the same layout, and STREAM with DATA, which becomes a view", async () => {
  const { sspi, client, server } = await connected();
  const seal = (content: string) => {
    const message = secBufferDesc(token(), data(content));
    sspi.EncryptMessage(client, 0, message, 0);
    return message;
  };
  const first = seal("in place");
  expect(sspi.DecryptMessage(server, first, 0, null)).toBe(SEC_E_OK);
  expect(text(first.buffers[1]?.data)).toBe("in place");

  const [head, body] = seal("as a stream").buffers as [SecBuffer, SecBuffer];
  const whole = Uint8Array.of(...(head.data ?? []), ...(body.data ?? []));
  const stream = secBufferDesc(secBuffer(SECBUFFER_STREAM, whole), secBuffer(SECBUFFER_DATA));
  expect(sspi.DecryptMessage(server, stream, 0, null)).toBe(SEC_E_OK);
  const plain = stream.buffers[1];
  expect([text(plain?.data), plain?.size]).toEqual(["as a stream", 11]);
  expect(plain?.data?.buffer).toBe(whole.buffer);
  expect(sspi.DecryptMessage(server, secBufferDesc(data("x")), 0, null)).toBe(SEC_E_INVALID_TOKEN);
  expect(sspi.DecryptMessage(server, secBufferDesc(token()), 0, null)).toBe(SEC_E_INVALID_TOKEN);
  sspi.end();
});

it("SSPI-84 the quality of protection: 0, integrity only, nothing else; the receiver is told", async () => {
  const { sspi, client, server } = await connected();
  const message = secBufferDesc(token(), data("in clear"));
  expect(sspi.EncryptMessage(client, SECQOP_WRAP_NO_ENCRYPT, message, 0)).toBe(SEC_E_OK);
  expect(text(message.buffers[1]?.data)).toBe("in clear");
  const quality = out(0);
  expect(sspi.DecryptMessage(server, message, 0, quality)).toBe(SEC_E_OK);
  expect(quality.value).toBe(SECQOP_WRAP_NO_ENCRYPT);
  sspi.EncryptMessage(client, 0, message, 0);
  sspi.DecryptMessage(server, message, 0, quality);
  expect(quality.value).toBe(0);
  for (const other of [1, SECQOP_WRAP_OOB_DATA, 0x80000000, -1, Number.NaN]) {
    expect(sspi.EncryptMessage(client, other, message, 0)).toBe(SEC_E_QOP_NOT_SUPPORTED);
  }
  expect(sspi.MakeSignature(client, SECQOP_WRAP_NO_ENCRYPT, message, 0)).toBe(SEC_E_QOP_NOT_SUPPORTED);
  sspi.end();
});

it("SSPI-85 the sequence number reaches the package; with a package of streams it must be 0", async () => {
  const seen: number[] = [];
  const context = { ...all, seal: ({ sequence }: { sequence: number }) => (seen.push(sequence), SEC_E_OK) };
  const { sspi, handle } = await established(context, 0x20010);
  const message = secBufferDesc(token(), data("x"));
  for (const number of [0, 7, 0xffffffff])
    expect(sspi.EncryptMessage(handle, 0, message, number)).toBe(SEC_E_OK);
  for (const wrong of [-1, 2 ** 32, 0.5])
    expect(sspi.EncryptMessage(handle, 0, message, wrong)).toBe(SEC_E_INVALID_PARAMETER);
  expect(seen).toEqual([0, 7, 0xffffffff]);
  const { info } = stub(() => 0);
  const stream = await established(context, 0x20010, { info: { ...info, capabilities: SECPKG_FLAG_STREAM } });
  expect(stream.sspi.EncryptMessage(stream.handle, 0, secBufferDesc(), 1)).toBe(SEC_E_INVALID_PARAMETER);
  expect(stream.sspi.EncryptMessage(stream.handle, 0, secBufferDesc(), 0)).toBe(SEC_E_OK);
  expect(stream.sspi.EncryptMessage(stream.handle, SECQOP_WRAP_OOB_DATA, secBufferDesc(), 0)).toBe(SEC_E_OK);
  sspi.end();
  stream.sspi.end();
});

describe("SSPI-86 messages that were tampered with", () => {
  const seal = (sspi: Harness, context: CtxtHandle, content: string): SecBufferDesc => {
    const message = secBufferDesc(token(), data(content));
    expect(sspi.EncryptMessage(context, 0, message, 0)).toBe(SEC_E_OK);
    return message;
  };
  const copy = ({ version, buffers }: SecBufferDesc): SecBufferDesc => ({
    version,
    buffers: buffers.map((buffer) => ({ ...buffer, data: buffer.data?.slice() ?? null })),
  });

  it("a bit flipped is SEC_E_MESSAGE_ALTERED, swapped or repeated SEC_E_OUT_OF_SEQUENCE; nothing in clear is left", async () => {
    const { sspi, client, server } = await connected();
    const [first, second] = [seal(sspi, client, "the first"), seal(sspi, client, "the second")];
    const flipped = copy(first);
    flipped.buffers[1]?.data?.set([(first.buffers[1]?.data?.[0] ?? 0) ^ 1]);
    expect(sspi.DecryptMessage(server, flipped, 0, null)).toBe(SEC_E_MESSAGE_ALTERED);
    expect(flipped.buffers[1]?.data).toEqual(new Uint8Array(9));
    const swapped = copy(second);
    expect(sspi.DecryptMessage(server, swapped, 0, null)).toBe(SEC_E_OUT_OF_SEQUENCE);
    expect(swapped.buffers[1]?.data).toEqual(new Uint8Array(10));
    const repeated = copy(first);
    expect(sspi.DecryptMessage(server, first, 0, null)).toBe(SEC_E_OK);
    expect(sspi.DecryptMessage(server, repeated, 0, null)).toBe(SEC_E_OUT_OF_SEQUENCE);
    expect(sspi.DecryptMessage(server, second, 0, null)).toBe(SEC_E_OK); // still usable
    expect(text(second.buffers[1]?.data)).toBe("the second");
    sspi.end();
  });

  it("the context is dead where the package says that its state is lost", async () => {
    const { sspi, client, server } = await connected({
      package: { ...threefold(), messageErrorsAreFatal: true },
    });
    const message = seal(sspi, client, "text");
    message.buffers[1]?.data?.fill(0);
    expect(sspi.DecryptMessage(server, message, 0, null)).toBe(SEC_E_MESSAGE_ALTERED);
    expect(sspi.EncryptMessage(server, 0, secBufferDesc(token(), data("x")), 0)).toBe(SEC_E_CONTEXT_EXPIRED);
    expect(sspi.QueryContextAttributes(server, 0, out(undefined))).toBe(SEC_E_INVALID_HANDLE);
    sspi.end();
  });

  it("a stream that was altered is overwritten as well", async () => {
    const { sspi, client, server } = await connected();
    const [head, body] = seal(sspi, client, "text").buffers as [SecBuffer, SecBuffer];
    const whole = Uint8Array.of(...(head.data ?? []), ...(body.data ?? []));
    whole[18] = (whole[18] ?? 0) ^ 1;
    const plain = secBuffer(SECBUFFER_DATA);
    expect(
      sspi.DecryptMessage(server, secBufferDesc(secBuffer(SECBUFFER_STREAM, whole), plain), 0, null),
    ).toBe(SEC_E_MESSAGE_ALTERED);
    expect([whole, plain.data]).toEqual([new Uint8Array(20), null]);
    sspi.end();
  });
});

it("SSPI-87 an empty message is legal in both directions", async () => {
  const { sspi, client, server } = await connected();
  const message = secBufferDesc(token(), data(""));
  expect(sspi.EncryptMessage(client, 0, message, 0)).toBe(SEC_E_OK);
  expect(sspi.DecryptMessage(server, message, 0, null)).toBe(SEC_E_OK);
  expect(message.buffers[1]?.size).toBe(0);
  sspi.end();
});

it("SSPI-88 the two directions of a context share nothing: their calls interleave", async () => {
  const { sspi, client, server } = await connected();
  const flying: { message: SecBufferDesc; to: CtxtHandle; content: string }[] = [];
  for (let round = 0; round < 20; round += 1) {
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      const content = `message ${round}`;
      const message = secBufferDesc(token(), data(content));
      expect(sspi.EncryptMessage(from, 0, message, 0)).toBe(SEC_E_OK);
      flying.push({ message, to, content });
    }
    if (round % 3 !== 0) continue;
    for (const { message, to, content } of flying.splice(0)) {
      expect(sspi.DecryptMessage(to, message, 0, null)).toBe(SEC_E_OK);
      expect(text(message.buffers[1]?.data)).toBe(content);
    }
  }
  sspi.end();
});

describe("signatures", () => {
  it("SSPI-89 MakeSignature wants DATA and a TOKEN with room; without the function it is not supported", async () => {
    const { sspi, client, server } = await connected();
    const message = secBufferDesc(data("text"), token(40));
    expect(sspi.MakeSignature(client, 0, message, 0)).toBe(SEC_E_OK);
    expect([message.buffers[1]?.size, text(message.buffers[0]?.data)]).toEqual([16, "text"]);
    expect(sspi.VerifySignature(server, message, 0, null)).toBe(SEC_E_OK);
    expect(sspi.MakeSignature(client, 0, secBufferDesc(data("x")), 0)).toBe(SEC_E_INVALID_TOKEN);
    expect(sspi.MakeSignature(client, 0, secBufferDesc(data("x"), token(15)), 0)).toBe(
      SEC_E_BUFFER_TOO_SMALL,
    );
    expect(sspi.VerifySignature(server, secBufferDesc(data("x")), 0, null)).toBe(SEC_E_INVALID_TOKEN);
    const { sspi: bare, handle } = await established({}, 0x2001c);
    expect(bare.MakeSignature(handle, 0, message, 0)).toBe(SEC_E_UNSUPPORTED_FUNCTION);
    expect(bare.EncryptMessage(handle, 0, message, 0)).toBe(SEC_E_UNSUPPORTED_FUNCTION);
    sspi.end();
    bare.end();
  });

  it("SSPI-90 layouts with the same concatenation have the same signature; READONLY is skipped", async () => {
    const signatures = await Promise.all(
      [
        [data("hello world")],
        [data("hello"), data(" world")],
        [secBuffer(SECBUFFER_DATA | SECBUFFER_READONLY_WITH_CHECKSUM, bytes("hello ")), data("world")],
        [
          data("hello "),
          secBuffer(SECBUFFER_DATA | SECBUFFER_READONLY, bytes("no part of it")),
          data("world"),
        ],
      ].map(async (parts) => {
        const { sspi, client } = await connected();
        const signature = token();
        expect(sspi.MakeSignature(client, 0, secBufferDesc(...parts, signature), 0)).toBe(SEC_E_OK);
        sspi.end();
        return signature.data;
      }),
    );
    for (const signature of signatures) expect(signature).toEqual(signatures[0]);
  });

  it("SSPI-107 a signature that differs in any byte is refused", async () => {
    const { sspi, client, server } = await connected();
    const message = secBufferDesc(data("text"), token());
    sspi.MakeSignature(client, 0, message, 0);
    const signature = message.buffers[1]?.data as Uint8Array;
    for (let at = 0; at < 16; at += 1) {
      signature[at] = (signature[at] ?? 0) ^ 0x80;
      expect([SEC_E_MESSAGE_ALTERED, SEC_E_OUT_OF_SEQUENCE]).toContain(
        sspi.VerifySignature(server, message, 0, null),
      );
      signature[at] = (signature[at] ?? 0) ^ 0x80;
    }
    expect(sspi.VerifySignature(server, message, 0, null)).toBe(SEC_E_OK);
    sspi.end();
  });
});

it("a package that throws on a message, or claims to have written more than there is room for", async () => {
  const { sspi, handle } = await established(
    {
      ...all,
      seal: () => {
        throw new Error("bug");
      },
      sign: (message) => {
        message.tokenSize = 1_000;
        message.paddingSize = 1_000;
        return SEC_E_OK;
      },
    },
    0x20010,
  );
  expect(sspi.EncryptMessage(handle, 0, secBufferDesc(token(), data("x")), 0)).toBe(SEC_E_INTERNAL_ERROR);
  const message = secBufferDesc(token(20), data("x"));
  expect(sspi.MakeSignature(handle, 0, message, 0)).toBe(SEC_E_OK);
  expect(message.buffers[0]?.size).toBe(20);
  sspi.end();
});
