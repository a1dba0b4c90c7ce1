import { describe, expect, it } from "vitest";
import { createLab, text } from "./support.ts";

const bytes = (...octets: number[]) => Uint8Array.from(octets);

describe("silence after a round", () => {
  const rounds = async () => {
    const lab = await createLab([{ rounds: 2 }]);
    const challenge = await lab.identify();
    const request = () =>
      lab.received([
        { type: 1, value: text("alice") },
        { type: 79, value: bytes(2, 42, 0, 7, 255, ...text("ok")) },
        { type: 24, value: challenge.state ?? new Uint8Array(0) },
      ]);
    return { lab, request };
  };

  it("NPS-27 the resend of a request that nobody was answered finds what the method said, without calling it again", async () => {
    const { lab, request } = await rounds();
    const first = lab.server.open(request());
    if (first.kind !== "round") throw new Error(first.kind);
    const outcome = await first.round.proceed({ types: undefined });
    first.round.settle(null);
    const second = lab.server.open(request());
    if (second.kind !== "round") throw new Error(second.kind);
    expect(await second.round.proceed({ types: undefined })).toBe(outcome);
    expect(lab.calls.filter((call) => call === "method-255 ok")).toHaveLength(1);
  });

  it("a conversation whose first challenge was not sent ends at once", async () => {
    const lab = await createLab();
    const opening = lab.server.open(
      lab.received({ "User-Name": "x", "EAP-Message": bytes(2, 1, 0, 6, 1, 120) }),
    );
    if (opening.kind !== "round") throw new Error(opening.kind);
    await opening.round.proceed({ types: undefined });
    opening.round.settle(null);
    expect(lab.calls.at(-1)).toBe("method-255 end");
    expect(lab.server.size).toBe(0);
  });

  it("a conversation that somebody else ended, with a Reject in the place of the challenge, ends", async () => {
    const { lab, request } = await rounds();
    const opening = lab.server.open(request());
    if (opening.kind !== "round") throw new Error(opening.kind);
    await opening.round.proceed({ types: undefined });
    opening.round.settle({ code: 3, attributes: opening.round.ending("reject") });
    expect(lab.calls.at(-1)).toBe("method-255 end");
    expect(lab.server.size).toBe(0);
  });
});

describe("bounds", () => {
  it("EAP-08 beyond the limit the conversation that has waited longest ends, in order", async () => {
    const lab = await createLab([{}], { limits: { conversations: 2 } });
    const one = await lab.identify("one");
    const two = await lab.identify("two");
    await lab.identify("three");
    expect(lab.calls.filter((call) => call.endsWith("end"))).toHaveLength(1);
    expect((await lab.respond(one, "ok", { user: "one" })).code).toBe(3);
    expect((await lab.respond(two, "ok", { user: "two" })).code).toBe(2);
  });

  it("the overflow is reported once in ten seconds, whatever begins", async () => {
    const lab = await createLab([{}], { limits: { conversations: 1 } });
    const reports = () =>
      lab.log.events.filter(({ severity }) => severity === "warning").map(({ message }) => message);
    for (let begun = 0; begun < 5; begun++) await lab.identify();
    expect(reports()).toEqual([expect.stringContaining("more than 1 EAP conversations")]);
    lab.clock.advance(10_000);
    await lab.identify();
    expect(reports()).toHaveLength(2);
  });

  it("EAP-08 a conversation whose peer went away ends after its time", async () => {
    const lab = await createLab([{}], { limits: { idle: 60_000 } });
    await lab.identify();
    lab.clock.advance(59_999);
    expect(lab.calls.at(-1)).toBe("method-255 no packet");
    lab.clock.advance(1);
    expect(lab.calls.at(-1)).toBe("method-255 end");
    expect([lab.server.size, lab.clock.pending]).toEqual([0, 0]);
  });

  it("a conversation that lasts too long is rejected", async () => {
    const lab = await createLab([{ rounds: 100 }], { limits: { idle: 60_000, age: 100_000 } });
    let last = await lab.identify();
    for (let round = 0; round < 2; round++) {
      lab.clock.advance(50_000);
      last = await lab.respond(last);
      expect(last.code).toBe(11);
    }
    lab.clock.advance(1);
    expect((await lab.respond(last)).code).toBe(3);
    expect(lab.calls.at(-1)).toBe("method-255 end");
  });

  it("EAP-90 a conversation of too many rounds is rejected", async () => {
    const lab = await createLab([{ rounds: 100 }], { limits: { rounds: 3 } });
    let last = await lab.identify();
    let answered = 0;
    while (last.code === 11 && answered < 50) {
      last = await lab.respond(last);
      answered++;
    }
    expect(last.code).toBe(3);
    expect(answered).toBeLessThanOrEqual(4);
    expect(lab.calls.at(-1)).toBe("method-255 end");
  });

  it("EAP-91 closing ends every conversation", async () => {
    const lab = await createLab();
    await lab.identify("one");
    await lab.identify("two");
    lab.server.close();
    expect(lab.calls.filter((call) => call.endsWith("end"))).toHaveLength(2);
    expect(lab.clock.pending).toBe(0);
  });

  it.each([
    ["conversations", { limits: { conversations: 0 } }],
    ["idle", { limits: { idle: 0 } }],
    ["age", { limits: { age: Number.NaN } }],
    ["invalidPackets", { limits: { invalidPackets: -1 } }],
    ["interactiveTimeout", { interactiveTimeout: 0 }],
  ])("an impossible %s is refused", async (_, options) => {
    await expect(createLab([{}], options)).rejects.toThrow(RangeError);
  });
});

describe("invalid packets (RFC 3579 section 2.2)", () => {
  it("EAP-22, EAP-62 what the method discards is answered with the last request and Error-Cause 202; the conversation goes on", async () => {
    const lab = await createLab();
    const challenge = await lab.identify();
    const again = await lab.respond(challenge, "nonsense");
    expect(again).toMatchObject({ code: 11, eap: challenge.eap, others: ["Error-Cause=Invalid-EAP-Packet"] });
    expect(again.state).not.toEqual(challenge.state);
    expect((await lab.respond(again)).code).toBe(2);
  });

  it.each([
    ["a length beyond the octets", bytes(2, 42, 0, 99, 255, 111, 107)],
    ["a length below the header", bytes(2, 42, 0, 3, 255, 111, 107)],
    ["fewer than four octets", bytes(2, 42)],
    ["an unknown code", bytes(9, 42, 0, 7, 255, 111, 107)],
    ["a response without a type", bytes(2, 42, 0, 4)],
    ["another type", bytes(2, 42, 0, 6, 4, 0)],
    ["a second identity", bytes(2, 42, 0, 6, 1, 120)],
    ["a request", bytes(1, 42, 0, 7, 255, 111, 107)],
    ["a success", bytes(3, 42, 0, 4)],
    ["an empty EAP-Message", new Uint8Array(0)],
  ])("EAP-40 %s: the same, and no method sees it", async (_, packet) => {
    const lab = await createLab();
    const challenge = await lab.identify();
    const again = await lab.handle([
      { type: 1, value: text("alice") },
      { type: 79, value: packet },
      { type: 24, value: challenge.state ?? bytes() },
    ]);
    expect(again).toMatchObject({ code: 11, eap: challenge.eap, others: ["Error-Cause=Invalid-EAP-Packet"] });
    expect(lab.calls).toHaveLength(2);
    expect((await lab.respond(again)).code).toBe(2);
  });

  it("EAP-Message attributes that do not stand together: the same", async () => {
    const lab = await createLab();
    const challenge = await lab.identify();
    const again = await lab.handle([
      { type: 79, value: bytes(2, 42, 0, 7) },
      { type: 1, value: text("alice") },
      { type: 79, value: bytes(255, 111, 107) },
      { type: 24, value: challenge.state ?? bytes() },
    ]);
    expect(again.others).toEqual(["Error-Cause=Invalid-EAP-Packet"]);
  });

  it("more than five in a conversation: Access-Reject with EAP-Failure", async () => {
    const lab = await createLab();
    let last = await lab.identify();
    for (let count = 0; count < 5; count++) {
      last = await lab.respond(last, "nonsense");
      expect(last.code).toBe(11);
    }
    expect(await lab.respond(last, "nonsense")).toMatchObject({ code: 3, eap: bytes(4, 42, 0, 4) });
    expect(lab.calls.at(-1)).toBe("method-255 end");
    expect(lab.server.size).toBe(0);
  });

  it.each([
    ["octets that are no EAP packet", bytes(2, 41, 0, 99, 1)],
    ["a response that is cut short", bytes(2, 41, 0)],
  ])("where no conversation is: %s are discarded in silence", async (_, packet) => {
    const lab = await createLab();
    expect((await lab.eap(packet)).code).toBe("silence");
    expect(lab.server.size).toBe(0);
  });

  it("where no conversation is: a response that is no identity is rejected", async () => {
    const lab = await createLab();
    expect(await lab.eap(bytes(2, 9, 0, 6, 4, 0))).toMatchObject({ code: 3, eap: bytes(4, 9, 0, 4) });
  });

  it("a peer that takes the part of the authenticator gets a Nak without types in the Access-Reject (section 2.6.2)", async () => {
    const lab = await createLab();
    expect(await lab.eap(bytes(1, 9, 0, 5, 1))).toMatchObject({ code: 3, eap: bytes(2, 9, 0, 6, 3, 0) });
    expect(await lab.eap(bytes(3, 9, 0, 4))).toMatchObject({ code: 3, eap: bytes(4, 9, 0, 4) });
  });

  it("EAP-93 a method that throws: Access-Reject with EAP-Failure, and the server lives", async () => {
    const lab = await createLab();
    expect(await lab.respond(await lab.identify(), "throw")).toMatchObject({
      code: 3,
      eap: bytes(4, 42, 0, 4),
    });
    expect((await lab.respond(await lab.identify())).code).toBe(2);
  });

  it("EAP-45 a method that ends without a packet: the EAP-Failure is made for it", async () => {
    const lab = await createLab();
    expect(await lab.respond(await lab.identify(), "done")).toMatchObject({
      code: 3,
      eap: bytes(4, 42, 0, 4),
    });
  });

  it("a request without EAP-Message is rejected", async () => {
    const lab = await createLab();
    expect((await lab.handle({ "User-Name": "alice" })).code).toBe(3);
  });
});
