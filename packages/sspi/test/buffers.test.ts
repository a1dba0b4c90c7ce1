import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ASC_REQ_ALLOCATE_MEMORY,
  ASC_RET_ALLOCATED_MEMORY,
  bufferType,
  type ChannelBindings,
  dateOfTimeStamp,
  decodeChannelBindings,
  encodeChannelBindings,
  isReadOnly,
  isReadOnlyWithChecksum,
  millisecondsOfTimeStamp,
  neverExpires,
  SEC_E_BUFFER_TOO_SMALL,
  SEC_E_INSUFFICIENT_BUFFERS,
  SEC_E_INVALID_HANDLE,
  SEC_E_INVALID_PARAMETER,
  SEC_E_INVALID_TOKEN,
  SEC_E_OK,
  SEC_I_CONTINUE_NEEDED,
  SECBUFFER_CHANNEL_BINDINGS,
  SECBUFFER_DATA,
  SECBUFFER_PKG_PARAMS,
  SECBUFFER_READONLY,
  SECBUFFER_READONLY_WITH_CHECKSUM,
  SECBUFFER_TARGET_HOST,
  SECBUFFER_TOKEN,
  SecIsValidHandle,
  SspiFormatError,
  secBuffer,
  secBufferDesc,
  timeStamp,
  tlsChannelBindings,
} from "../src/index.ts";
import { harness, settle } from "./harness.ts";
import { threefold } from "./threefold.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

it.each([
  ["another version", { version: 1, buffers: [secBuffer(SECBUFFER_TOKEN, bytes("t"))] }],
  ["no list", { version: 0 }],
  ["a hole in the list", { version: 0, buffers: [undefined] }],
  ["a size beyond the data", { version: 0, buffers: [{ size: 2, type: 2, data: new Uint8Array(1) }] }],
  ["a negative size", { version: 0, buffers: [{ size: -1, type: 2, data: null }] }],
  ["a size that is no number", { version: 0, buffers: [{ size: Number.NaN, type: 2, data: null }] }],
  ["a type that is none", { version: 0, buffers: [{ size: 0, type: 2 ** 32, data: null }] }],
  ["data that are no bytes", { version: 0, buffers: [{ size: 1, type: 2, data: "x" }] }],
  ["too many buffers", { version: 0, buffers: Array.from({ length: 65 }, () => secBuffer()) }],
])(
  "SSPI-70 a descriptor with %s is SEC_E_INVALID_PARAMETER, in and out and in messages",
  async (_name, descriptor) => {
    const sspi = harness();
    const credential = await sspi.acquire();
    const input = sspi.accept({ credential, input: descriptor as never });
    const output = sspi.accept({ credential, output: descriptor as never });
    await settle();
    expect([input.status(), output.status()]).toEqual([SEC_E_INVALID_PARAMETER, SEC_E_INVALID_PARAMETER]);
    const { client } = await sspi.pair();
    expect(sspi.EncryptMessage(client, 0, descriptor as never, 0)).toBe(SEC_E_INVALID_PARAMETER);
    expect(sspi.VerifySignature(client, null as never, 0, null)).toBe(SEC_E_INVALID_PARAMETER);
    sspi.end();
  },
);

it("SSPI-71 the high four bits of a type are attributes", async () => {
  const both = secBuffer(SECBUFFER_DATA | SECBUFFER_READONLY_WITH_CHECKSUM, bytes("header"));
  const readOnly = secBuffer(SECBUFFER_DATA | SECBUFFER_READONLY, bytes("note"));
  expect(
    [both, readOnly].map((buffer) => [
      bufferType(buffer),
      isReadOnly(buffer),
      isReadOnlyWithChecksum(buffer),
    ]),
  ).toEqual([
    [SECBUFFER_DATA, false, true],
    [SECBUFFER_DATA, true, false],
  ]);

  const sspi = harness();
  const { client, server } = await sspi.pair();
  const data = secBuffer(SECBUFFER_DATA, bytes("secret"));
  const message = secBufferDesc(secBuffer(SECBUFFER_TOKEN, 16), both, readOnly, data);
  expect(sspi.EncryptMessage(client, 0, message, 0)).toBe(SEC_E_OK);
  expect([both.data, readOnly.data]).toEqual([bytes("header"), bytes("note")]);
  expect(data.data).not.toEqual(bytes("secret"));
  readOnly.data?.fill(0); // covered by nothing
  expect(sspi.DecryptMessage(server, message, 0, null)).toBe(SEC_E_OK);
  expect(data.data).toEqual(bytes("secret"));
  expect(sspi.EncryptMessage(client, 0, message, 0)).toBe(SEC_E_OK);
  both.data?.fill(0); // covered
  expect(sspi.DecryptMessage(server, message, 0, null)).toBe(0x8009030f);
  sspi.end();
});

describe("SSPI-72 room for the token", () => {
  it("too small tells the size and changes nothing: the retry gives the same token, and asks the package once", async () => {
    let calls = 0;
    const sspi = harness({
      step: ({ token, random }) => {
        calls += 1;
        return token.length === 5 ? SEC_I_CONTINUE_NEEDED : { status: SEC_E_OK, token: random(40) };
      },
    });
    const credential = await sspi.acquire();
    const { context } = sspi.accept({ credential });
    await settle();
    const small = sspi.accept({ context, token: "second", room: 10 });
    await settle();
    expect([small.status(), small.output.buffers[0]?.size]).toEqual([SEC_E_BUFFER_TOO_SMALL, 40]);
    expect(small.output.buffers[0]?.data).toEqual(new Uint8Array(10));
    const still = sspi.accept({ context, token: "second", room: 39 });
    await settle();
    expect(still.status()).toBe(SEC_E_BUFFER_TOO_SMALL);
    const large = sspi.accept({ context, token: "second", room: 40 });
    await settle();
    expect([large.status(), large.token().length, calls]).toEqual([SEC_E_OK, 40, 2]);
    sspi.end();
  });

  it("on the first call there is no context yet: the retry begins anew, with the same token from a package that has one", async () => {
    const sspi = harness({
      step: () => ({ status: SEC_I_CONTINUE_NEEDED, token: new Uint8Array(20).fill(5) }),
    });
    const credential = await sspi.acquire();
    const small = sspi.accept({ credential, room: 10 });
    await settle();
    expect([small.status(), SecIsValidHandle(small.context), sspi.objects().contexts]).toEqual([
      SEC_E_BUFFER_TOO_SMALL,
      false,
      0,
    ]);
    const large = sspi.accept({ credential, room: 20 });
    await settle();
    expect([large.status(), large.token()]).toEqual([SEC_I_CONTINUE_NEEDED, new Uint8Array(20).fill(5)]);
    sspi.end();
  });

  it("no buffer at all for a token that is there is SEC_E_INSUFFICIENT_BUFFERS", async () => {
    const sspi = harness({ step: () => ({ status: SEC_I_CONTINUE_NEEDED, token: bytes("t") }) });
    const credential = await sspi.acquire();
    const step = sspi.accept({ credential, output: secBufferDesc() });
    await settle();
    expect(step.status()).toBe(SEC_E_INSUFFICIENT_BUFFERS);
    sspi.end();
  });

  it("SSPI-73 ALLOCATE_MEMORY allocates, FreeContextBuffer overwrites it, once, and nothing else", async () => {
    const constant = bytes("a token that the package keeps");
    const sspi = harness({ step: () => ({ status: SEC_I_CONTINUE_NEEDED, token: constant }) });
    const credential = await sspi.acquire();
    const output = secBufferDesc(secBuffer(SECBUFFER_TOKEN));
    const step = sspi.accept({ credential, output, flags: ASC_REQ_ALLOCATE_MEMORY });
    await settle();
    const allocated = output.buffers[0]?.data as Uint8Array;
    expect([step.status(), step.attributes.value, allocated]).toEqual([
      SEC_I_CONTINUE_NEEDED,
      ASC_RET_ALLOCATED_MEMORY,
      constant,
    ]);
    expect(sspi.FreeContextBuffer(allocated)).toBe(SEC_E_OK);
    expect(allocated.every((byte) => byte === 0)).toBe(true);
    expect(constant[0]).not.toBe(0);
    for (const other of [allocated, constant, new Uint8Array(3), {}, null]) {
      expect(sspi.FreeContextBuffer(other)).toBe(SEC_E_INVALID_HANDLE);
    }
    sspi.end();
  });
});

it("SSPI-74 a token beyond the package's limit is SEC_E_INVALID_TOKEN before the package sees it", async () => {
  let seen = 0;
  const counting = { ...threefold(), maximumInputToken: 10 };
  const sspi = harness({
    packages: [
      {
        ...counting,
        acquireCredentials: () => ({ accept: () => ({ step: () => ((seen += 1), SEC_I_CONTINUE_NEEDED) }) }),
      },
    ],
  });
  const credential = await sspi.acquire({ package: "Threefold" });
  const long = sspi.accept({ credential, token: "eleven char" });
  const short = sspi.accept({ credential, token: "ten charac" });
  await settle();
  expect([long.status(), short.status(), seen]).toEqual([SEC_E_INVALID_TOKEN, SEC_I_CONTINUE_NEEDED, 1]);
  const later = sspi.accept({ context: short.context, token: "eleven char" });
  await settle();
  expect([later.status(), seen]).toEqual([SEC_E_INVALID_TOKEN, 1]);
  sspi.end();
});

describe("channel bindings", () => {
  const arbitrary = fc.record<ChannelBindings>({
    initiatorType: fc.integer({ min: 0, max: 0xffffffff }),
    initiator: fc.uint8Array({ maxLength: 20 }),
    acceptorType: fc.integer({ min: 0, max: 0xffffffff }),
    acceptor: fc.uint8Array({ maxLength: 20 }),
    applicationData: fc.uint8Array({ maxLength: 80 }),
  });

  it("SSPI-75 the structure: eight words, the data at offset 32", () => {
    const encoded = encodeChannelBindings(
      tlsChannelBindings("tls-server-end-point", Uint8Array.of(0xaa, 0xbb)),
    );
    const words = new Uint32Array(encoded.buffer, 0, 8);
    expect([...words]).toEqual([0, 0, 0, 0, 0, 0, 23, 32]);
    expect(encoded.subarray(32)).toEqual(Uint8Array.of(...bytes("tls-server-end-point:"), 0xaa, 0xbb));
  });

  it("SSPI-75 what is written is read again", () => {
    fc.assert(
      fc.property(arbitrary, (bindings) => {
        expect(decodeChannelBindings(encodeChannelBindings(bindings))).toEqual(bindings);
      }),
    );
  });

  it("SSPI-108 any bytes are bindings or an SspiFormatError, and never view anything outside", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(40), (data, flip) => {
        const mutated = encodeChannelBindings(tlsChannelBindings("tls-unique", data));
        mutated[flip % mutated.length] = flip * 7;
        for (const input of [data, mutated]) {
          try {
            const read = decodeChannelBindings(input);
            const total = read.applicationData.length + read.initiator.length + read.acceptor.length;
            expect(total).toBeLessThanOrEqual(3 * input.length);
          } catch (error) {
            expect(error).toBeInstanceOf(SspiFormatError);
          }
        }
      }),
    );
  });

  it.each([
    ["cut off", new Uint8Array(31)],
    ["an offset in the header", encodeWith(6, 4, 7, 8)],
    ["a length beyond the end", encodeWith(6, 100, 7, 32)],
    ["an offset beyond the end", encodeWith(6, 1, 7, 0xffffffff)],
  ])("SSPI-75 bindings that are wrong are SEC_E_INVALID_TOKEN: %s", async (_name, data) => {
    const sspi = harness();
    const credential = await sspi.acquire();
    const input = secBufferDesc(
      secBuffer(SECBUFFER_TOKEN, bytes("t")),
      secBuffer(SECBUFFER_CHANNEL_BINDINGS, data),
    );
    const step = sspi.accept({ credential, input });
    await settle();
    expect(step.status()).toBe(SEC_E_INVALID_TOKEN);
    sspi.end();
  });

  it("SSPI-75 right ones reach the package", async () => {
    let seen: ChannelBindings | undefined;
    const sspi = harness({ step: ({ channelBindings }) => ((seen = channelBindings), SEC_E_OK) });
    const credential = await sspi.acquire();
    const bindings = tlsChannelBindings("tls-exporter", bytes("exported"));
    const data = encodeChannelBindings(bindings);
    sspi.accept({
      credential,
      input: secBufferDesc(
        secBuffer(SECBUFFER_CHANNEL_BINDINGS, data),
        secBuffer(SECBUFFER_TOKEN, bytes("t")),
      ),
    });
    await settle();
    expect(seen).toEqual(bindings);
    sspi.end();
  });
});

it("SSPI-76 buffers that the package has no use for are ignored, unknown types too", async () => {
  const sspi = harness();
  const credential = await sspi.acquire({ package: "Threefold" });
  const input = secBufferDesc(
    secBuffer(SECBUFFER_TARGET_HOST, bytes("host")),
    secBuffer(SECBUFFER_PKG_PARAMS, bytes("params")),
    secBuffer(0x0fffff, bytes("of the future")),
    secBuffer(SECBUFFER_TOKEN, bytes("hello alice")),
  );
  const step = sspi.accept({ credential, input });
  await settle();
  expect(step.status()).toBe(SEC_I_CONTINUE_NEEDED);
  sspi.end();
});

it("E-17 time stamps are UTC, in units of 100 ns since 1601, and come back", () => {
  expect(timeStamp(0)).toBe(116_444_736_000_000_000n);
  expect(timeStamp(0.5)).toBe(116_444_736_000_005_000n);
  expect(timeStamp(Infinity)).toBe(neverExpires);
  expect(timeStamp(-1e20)).toBe(0n);
  expect(millisecondsOfTimeStamp(neverExpires)).toBe(Infinity);
  expect(dateOfTimeStamp(neverExpires)).toBe(undefined);
  fc.assert(
    fc.property(fc.integer({ min: -1e12, max: 1e14 }), (moment) => {
      expect(millisecondsOfTimeStamp(timeStamp(moment))).toBe(moment);
      expect(dateOfTimeStamp(timeStamp(moment))?.getTime()).toBe(moment);
    }),
  );
});

function encodeWith(...pairs: number[]): Uint8Array {
  const data = new Uint8Array(40);
  const view = new DataView(data.buffer);
  for (let index = 0; index < pairs.length; index += 2)
    view.setUint32((pairs[index] ?? 0) * 4, pairs[index + 1] ?? 0, true);
  return data;
}
