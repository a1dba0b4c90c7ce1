import { raatFilterId, raatSessionId, raatSessionTimeout, textAttribute } from "@sallyport/eap";
import { attributesFromNames, revealSaltEncrypted, splitVendorSpecific } from "@sallyport/radius";
import { describe, expect, it } from "vitest";
import { begun, cisco, createLab, type Observed, observe, secret, text } from "./support.ts";

const bytes = (...octets: number[]) => Uint8Array.from(octets);

describe("a conversation", () => {
  it("EAP-62 identity, one round, success: challenge with State, then EAP-Success in the Access-Accept", async () => {
    const lab = await createLab();
    const challenge = await lab.identify();
    expect(challenge.code).toBe(11);
    expect(challenge.eap).toEqual(bytes(1, 42, 0, 9, 255, 0, 0, 0, 0));
    expect(challenge.state).toHaveLength(21);
    expect(challenge.others).toEqual([]);
    const end = await lab.respond(challenge);
    expect(end).toMatchObject({ code: 2, eap: bytes(3, 42, 0, 4), state: undefined, others: [] });
    expect(lab.calls).toEqual([
      "method-255 begin alice",
      "method-255 no packet",
      "method-255 ok",
      "method-255 end",
    ]);
    expect(lab.server.size).toBe(0);
  });

  it("EAP-62 failure: EAP-Failure in the Access-Reject", async () => {
    const lab = await createLab([{ result: 691 }]);
    expect(await lab.respond(await lab.identify())).toMatchObject({ code: 3, eap: bytes(4, 42, 0, 4) });
    expect(lab.calls.at(-1)).toBe("method-255 end");
  });

  it("EAP-62 a long request is split, a long response joined", async () => {
    const lab = await createLab([{ size: 1_000 }]);
    const challenge = await lab.identify();
    const lengths = challenge.answer?.attributes
      .filter(({ type }) => type === 79)
      .map(({ value }) => value.length);
    expect(lengths).toEqual([253, 253, 253, 246]);
    await lab.respond(challenge, "x".repeat(900));
    expect(lab.calls.at(-1)).toBe(`method-255 ${"x".repeat(900)}`);
  });

  it("EAP-62 Framed-MTU bounds the method's packet", async () => {
    const lab = await createLab([{ size: 5_000 }]);
    const sizeWith = async (further: Record<string, number | string>) =>
      (await lab.identify("alice", { further })).eap?.length;
    expect(await sizeWith({})).toBe(1_020);
    expect(await sizeWith({ "Framed-MTU": 1_400, "NAS-Port-Type": "Wireless-802.11" })).toBe(1_396);
    expect(await sizeWith({ "Framed-MTU": 1_400, "NAS-Port-Type": "Virtual" })).toBe(1_400);
    expect(await sizeWith({ "Framed-MTU": 9_000 })).toBe(3_000);
    expect(begun.map(({ flags }) => flags)).toEqual([0, 0x80, 0, 0]);
  });

  it("EAP-62, EAP-29 an interactive request carries a long Session-Timeout", async () => {
    const lab = await createLab([{ interactive: true }]);
    expect((await lab.identify()).others).toEqual(["Session-Timeout=300"]);
    const other = await createLab([{ interactive: true }], { interactiveTimeout: 90 });
    expect((await other.identify()).others).toEqual(["Session-Timeout=90"]);
  });

  it("EAP-86 the method is told what the request says of the session", async () => {
    const lab = await createLab();
    await lab.identify("alice", {
      further: {
        "NAS-IP-Address": "192.0.2.1",
        "NAS-Port": 7,
        "Calling-Station-Id": "00-00-5E-00-53-01",
        "Proxy-State": Uint8Array.of(1),
      },
    });
    expect(begun[0]?.userAttributes).toEqual([
      { type: 4, value: 0xc0000201 },
      { type: 5, value: 7 },
      { type: 31, value: text("00-00-5E-00-53-01") },
    ]);
  });

  it("EAP-62 no timer of EAP runs: the method is not called without a packet, however long it takes", async () => {
    const lab = await createLab();
    const challenge = await lab.identify();
    lab.clock.advance(329_000);
    expect(lab.calls).toHaveLength(2);
    expect((await lab.respond(challenge)).code).toBe(2);
  });

  it("a synchronous method is answered in the same turn; one with promises later, with the same octets", async () => {
    const lab = await createLab();
    const request = [
      { type: 1, value: text("alice") },
      { type: 79, value: bytes(2, 41, 0, 10, 1, ...text("alice")) },
    ];
    expect(lab.server.handle(lab.received(request))).toMatchObject({ code: 11 });
    const later = await createLab([{ later: true }]);
    const promised = later.server.handle(later.received(request));
    expect(promised).toBeInstanceOf(Promise);
    const challenge = observe(await promised);
    expect(challenge.eap).toEqual(bytes(1, 42, 0, 9, 255, 0, 0, 0, 0));
    expect((await later.respond(challenge)).code).toBe(2);
  });
});

describe("EAP-Start and identity", () => {
  it("EAP-60 EAP-Start asks for the identity, whatever User-Name the access server makes up", async () => {
    const lab = await createLab();
    const asked = await lab.handle({ "User-Name": "00-00-5E-00-53-01", "EAP-Message": new Uint8Array(0) });
    expect(asked.code).toBe(11);
    expect([...(asked.eap ?? [])].filter((_, index) => index !== 1)).toEqual([1, 0, 5, 1]);
    const challenge = await lab.respond(asked, "alice@corp.example", { user: "alice@corp.example" });
    expect(challenge.eap?.[4]).toBe(255);
    expect(lab.calls[0]).toBe("method-255 begin alice@corp.example");
    expect((await lab.respond(challenge, "ok", { user: "alice" })).code).toBe(3);
    expect((await lab.respond(challenge, "ok", { user: "alice@corp.example" })).code).toBe(2);
  });

  it.each([
    ["a realm", "alice@corp.example"],
    ["a domain", "CORP\\alice"],
    ["UTF-8", "ålîçe-人"],
    ["253 octets", "a".repeat(253)],
    ["no character", ""],
  ])("EAP-60, EAP-61 an identity with %s reaches the method unchanged", async (_, name) => {
    const lab = await createLab();
    const user = name === "" ? null : name;
    expect((await lab.identify(name, { user })).code).toBe(11);
    expect(lab.calls[0]).toBe(`method-255 begin ${name}`);
  });

  it("an identity that is no UTF-8 is refused", async () => {
    const lab = await createLab();
    const packet = bytes(2, 1, 0, 6, 1, 0xff);
    expect((await lab.eap(packet, { user: null })).code).toBe(3);
    expect(lab.calls).toEqual([]);
  });

  it("EAP-60 an identity that is not the User-Name is refused before any method: proxies and policies went by the other", async () => {
    const lab = await createLab();
    expect(await lab.identify("alice", { user: "bob" })).toMatchObject({ code: 3, eap: bytes(4, 41, 0, 4) });
    expect(lab.calls).toEqual([]);
    const asked = await lab.handle({ "User-Name": "x", "EAP-Message": new Uint8Array(0) });
    expect((await lab.respond(asked, "alice", { user: "bob" })).code).toBe(3);
    expect(lab.calls).toEqual([]);
    expect(lab.server.size).toBe(0);
  });
});

describe("negotiation", () => {
  const two = [{ type: 255 }, { type: 254 - 50, name: "other" }];

  it("EAP-57 Nak: the first method ends, the second begins, with the next identifier", async () => {
    const lab = await createLab(two);
    const first = await lab.identify();
    const second = await lab.respond(first, "\u00cc".slice(0, 0), { type: 3 });
    // An empty Nak is no Nak: the last request comes once more.
    expect(second).toMatchObject({ code: 11, eap: first.eap });
    const nak = bytes(2, 42, 0, 6, 3, 204);
    const other = await lab.eap(nak, { state: second.state });
    expect(other.eap?.slice(0, 5)).toEqual(bytes(1, 43, 0, 9, 204));
    expect(lab.calls).toEqual([
      "method-255 begin alice",
      "method-255 no packet",
      "method-255 end",
      "other begin alice",
      "other no packet",
    ]);
  });

  it("EAP-57 a Nak with nothing acceptable: Access-Reject with EAP-Failure", async () => {
    const lab = await createLab(two);
    const { state } = await lab.identify();
    expect(await lab.eap(bytes(2, 42, 0, 6, 3, 13), { state })).toMatchObject({
      code: 3,
      eap: bytes(4, 42, 0, 4),
    });
    expect(lab.server.size).toBe(0);
  });

  it("the offer chooses methods and order; types that are not there are left out", async () => {
    const lab = await createLab(two);
    const request = lab.received([
      { type: 1, value: text("alice") },
      { type: 79, value: bytes(2, 41, 0, 10, 1, ...text("alice")) },
    ]);
    const opening = lab.server.open(request);
    if (opening.kind !== "round") throw new Error(opening.kind);
    expect(opening.round.begins).toBe(true);
    expect(await opening.round.proceed({ types: [13, 204, 255] })).toMatchObject({
      kind: "challenge",
      method: { type: 204, name: "other" },
    });
    const none = lab.server.open(request);
    if (none.kind !== "round") throw new Error(none.kind);
    expect(await none.round.proceed({ types: [13] })).toMatchObject({ kind: "failure", error: 918 });
  });

  it("NPS-78 the account's name that the offer brings is the one that methods are told and that comes out", async () => {
    const lab = await createLab([{ rounds: 1 }]);
    const identity = attributesFromNames({
      "User-Name": "alice@old",
      "EAP-Message": bytes(2, 41, 0, 14, 1, ...text("alice@old")),
    });
    const opening = lab.server.open(lab.received(identity));
    if (opening.kind !== "round") throw new Error(opening.kind);
    const asked = await opening.round.proceed({ types: undefined, accountName: "alice" });
    if (asked.kind !== "challenge") throw new Error(asked.kind);
    opening.round.settle({ code: 11, attributes: asked.attributes });
    expect(lab.calls[0]).toBe("method-255 begin alice");
    const answer = observe({ code: 11, attributes: asked.attributes });
    const next = lab.server.open(
      lab.received([
        { type: 1, value: text("alice@old") },
        { type: 79, value: bytes(2, answer.eap?.[1] ?? 0, 0, 7, 255, ...text("ok")) },
        { type: 24, value: answer.state ?? bytes() },
      ]),
    );
    if (next.kind !== "round") throw new Error(next.kind);
    expect(await next.round.proceed({ types: undefined, accountName: "mallory" })).toMatchObject({
      kind: "success",
      identity: "alice",
    });
  });

  it("NPS-78 after EAP-Start the name counts in the round in which the peer tells its identity", async () => {
    const lab = await createLab();
    const start = lab.server.open(lab.received({ "User-Name": "port 1", "EAP-Message": new Uint8Array(0) }));
    if (start.kind !== "round") throw new Error(start.kind);
    const asked = await start.round.proceed({ types: undefined, accountName: "nobody" });
    if (asked.kind !== "challenge") throw new Error(asked.kind);
    start.round.settle({ code: 11, attributes: asked.attributes });
    const answer = observe({ code: 11, attributes: asked.attributes });
    const told = lab.server.open(
      lab.received([
        { type: 1, value: text("alice@old") },
        { type: 79, value: bytes(2, answer.eap?.[1] ?? 0, 0, 14, 1, ...text("alice@old")) },
        { type: 24, value: answer.state ?? bytes() },
      ]),
    );
    if (told.kind !== "round") throw new Error(told.kind);
    await told.round.proceed({ types: undefined, accountName: "alice" });
    expect(lab.calls[0]).toBe("method-255 begin alice");
  });
});

describe("State", () => {
  it("EAP-62 each round has a new one, behind the id of the process", async () => {
    const lab = await createLab([{ rounds: 5 }]);
    const states = new Set<string>();
    const owners = new Set<string>();
    let last: Observed = await lab.identify();
    for (let round = 0; round < 4; round++) {
      states.add(String(last.state));
      owners.add(String(last.state?.slice(0, 5)));
      last = await lab.respond(last);
    }
    expect(states.size).toBe(4);
    expect(owners.size).toBe(1);
  });

  it("EAP-62 an identical resend with another identifier, authenticator and port gets the same octets for ten seconds; the method is called once", async () => {
    const lab = await createLab([{ rounds: 2 }]);
    const challenge = await lab.identify();
    const next = await lab.respond(challenge);
    lab.clock.advance(9_999);
    expect((await lab.respond(challenge)).answer).toEqual(next.answer);
    expect(lab.calls.filter((call) => call === "method-255 ok")).toHaveLength(1);
    lab.clock.advance(1);
    expect(await lab.respond(challenge)).toMatchObject({ code: 3, eap: bytes(4, 42, 0, 4) });
    expect((await lab.respond(next)).code).toBe(2);
  });

  it("EAP-62 a resend that a proxy put its Proxy-State on is the same request", async () => {
    const lab = await createLab([{ rounds: 2 }]);
    const challenge = await lab.identify();
    const next = await lab.respond(challenge, "ok", { further: { "Proxy-State": bytes(1) } });
    const again = await lab.respond(challenge, "ok", { further: { "Proxy-State": bytes(2, 2) } });
    expect(again.answer).toEqual(next.answer);
  });

  it("a used State with another packet is rejected, and the conversation goes on", async () => {
    const lab = await createLab([{ rounds: 2 }]);
    const challenge = await lab.identify();
    const next = await lab.respond(challenge);
    expect((await lab.respond(challenge, "other")).code).toBe(3);
    expect((await lab.respond(next)).code).toBe(2);
  });

  it.each([
    ["another RADIUS client", { client: "elsewhere" }],
    ["another user", { user: "mallory" }],
    ["no user", { user: null }],
  ])("%s cannot go on with it, and does not use it up", async (_, options) => {
    const lab = await createLab();
    const challenge = await lab.identify();
    expect((await lab.respond(challenge, "ok", options)).code).toBe(3);
    expect((await lab.respond(challenge)).code).toBe(2);
  });

  it("an invented or altered State is rejected; one of another server leads to no conversation", async () => {
    const lab = await createLab();
    const challenge = await lab.identify();
    const altered = challenge.state?.slice();
    if (altered !== undefined) altered[20] = (altered[20] ?? 0) ^ 1;
    expect(await lab.respond(challenge, "ok", { state: altered })).toMatchObject({
      code: 3,
      eap: bytes(4, 42, 0, 4),
    });
    expect((await lab.respond(challenge, "ok", { state: text("of another server") })).code).toBe(3);
    expect(lab.calls).toHaveLength(2);
  });

  it("a request while the method is at work on another is rejected; its identical resend waits for the same answer", async () => {
    const lab = await createLab([{ later: true }]);
    const challenge = await lab.identify();
    const first = lab.respond(challenge);
    const same = lab.respond(challenge);
    const other = lab.respond(challenge, "other");
    expect((await other).code).toBe(3);
    expect((await same).answer).toEqual((await first).answer);
    expect(lab.calls.filter((call) => call === "method-255 ok")).toHaveLength(1);
  });
});

describe("what an Access-Accept carries", () => {
  const keys = { send: new Uint8Array(32).fill(1), receive: new Uint8Array(32).fill(2) };

  it("EAP-84 the keys of the method, encrypted with salts that differ", async () => {
    const lab = await createLab([{ keys }]);
    const challenge = await lab.identify();
    const request = lab.received([
      { type: 1, value: text("alice") },
      { type: 79, value: bytes(2, 42, 0, 7, 255, ...text("ok")) },
      { type: 24, value: challenge.state ?? bytes() },
    ]);
    const answer = await lab.server.handle(request);
    const vendor = (answer?.attributes ?? [])
      .filter(({ type }) => type === 26)
      .map(({ value }) => splitVendorSpecific(value));
    expect(vendor.map((split) => [split?.vendor, split?.attributes[0]?.type])).toEqual([
      [311, 16],
      [311, 17],
    ]);
    const hidden = vendor.map((split) => split?.attributes[0]?.value ?? bytes());
    expect(
      hidden.map((value) => revealSaltEncrypted(value, secret.reveal(), request.packet.authenticator)),
    ).toEqual([keys.send, keys.receive]);
    const salts = hidden.map((value) => String(value.slice(0, 2)));
    expect(new Set(salts).size).toBe(2);
    expect(hidden.every(([first = 0]) => first >= 0x80)).toBe(true);
  });

  it("EAP-82 the method's own attributes, without its internal ones", async () => {
    const lab = await createLab([
      {
        attributes: [
          textAttribute(raatFilterId, "guests"),
          { type: raatSessionTimeout, value: 60 },
          cisco(1, "shell:a"),
          textAttribute(1, "alice"),
          textAttribute(raatSessionId, "never as it is"),
        ],
      },
    ]);
    const end = await lab.respond(await lab.identify());
    expect(end.others).toEqual(["Filter-Id=guests", "Session-Timeout=60", "Cisco-AVPair=shell:a"]);
  });

  it("EAP-Key-Name where the request asked for it and the method has one", async () => {
    const named = await createLab([{ attributes: [{ type: raatSessionId, value: bytes(13, 1, 2) }] }]);
    const asking = { further: { "EAP-Key-Name": new Uint8Array(0) } };
    expect((await named.respond(await named.identify(), "ok", asking)).others).toEqual([
      "EAP-Key-Name=0x0d0102",
    ]);
    expect((await named.respond(await named.identify())).others).toEqual([]);
    const nameless = await createLab();
    expect((await nameless.respond(await nameless.identify(), "ok", asking)).others).toEqual([]);
  });

  it("EAP-85 where encryption is required a method without keys is no success", async () => {
    const lab = await createLab([{}], { requireEncryption: true });
    expect((await lab.respond(await lab.identify())).code).toBe(3);
    const keyed = await createLab([{ keys }], { requireEncryption: true });
    expect((await keyed.respond(await keyed.identify())).code).toBe(2);
  });

  it("EAP-46 the identity that the method tells comes out", async () => {
    const lab = await createLab([{ attributes: [textAttribute(1, "CORP\\alice")] }]);
    const challenge = await lab.identify();
    const opening = lab.server.open(
      lab.received([
        ...attributesFromNames({
          "User-Name": "alice",
          "EAP-Message": bytes(2, 42, 0, 7, 255, ...text("ok")),
        }),
        { type: 24, value: challenge.state ?? bytes() },
      ]),
    );
    if (opening.kind !== "round") throw new Error(opening.kind);
    expect(await opening.round.proceed({ types: undefined })).toMatchObject({
      kind: "success",
      identity: "CORP\\alice",
      method: { type: 255, name: "method-255" },
      attributes: [],
    });
  });
});
