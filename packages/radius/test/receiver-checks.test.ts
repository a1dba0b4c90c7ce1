import { inspect } from "node:util";
import { Secret } from "@sallyport/crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeRadiusPacket,
  type RadiusReceiverOptions,
  verifyMessageAuthenticator,
  verifyResponseAuthenticator,
} from "../src/index.ts";
import { createReceiver, type RequestFields, request, secret, source } from "./support.ts";

const wrongSecret = new Secret("another secret");
const client = { name: "lab", address: "192.0.2.0/24", secret };

describe("RFC 2865 section 3: what is dropped in silence, and the event that says so", () => {
  it.each<[string, Partial<RadiusReceiverOptions>, Uint8Array, object]>([
    [
      "an unknown client",
      { clients: [{ ...client, address: "203.0.113.0/24" }] },
      request(),
      { kind: "unknown-client" },
    ],
    ["half a header", {}, request().subarray(0, 12), { kind: "malformed", reason: "truncated", offset: 12 }],
    [
      "a broken attribute",
      {},
      request().fill(0, 21, 22),
      { kind: "malformed", reason: "attribute-length", offset: 20 },
    ],
    [
      "an Accounting-Request",
      {},
      request({ code: 4 }),
      { kind: "unexpected-code", reason: "Accounting-Request" },
    ],
    ["an answer", {}, request({ code: 2 }), { kind: "unexpected-code", reason: "Access-Accept" }],
    ["an unknown code", {}, request({ code: 99 }), { kind: "unexpected-code", reason: "Code-99" }],
    [
      "an Access-Request on the accounting port",
      { port: "accounting" },
      request(),
      { kind: "unexpected-code" },
    ],
    [
      "an Accounting-Request under another secret",
      { port: "accounting" },
      request({ code: 4, secret: wrongSecret }),
      { kind: "bad-authenticator" },
    ],
    [
      "an Access-Request under another secret",
      {},
      request({ messageAuthenticator: "first", secret: wrongSecret }),
      { kind: "message-authenticator-wrong", reason: "value" },
    ],
    [
      "a Message-Authenticator of 4 octets",
      {},
      request({ attributes: { "Attr-80": "0x00000000" } }),
      { kind: "message-authenticator-wrong", reason: "length" },
    ],
    [
      "two Message-Authenticators",
      {},
      request({ attributes: { "Attr-80": new Uint8Array(16) }, messageAuthenticator: "first" }),
      { kind: "message-authenticator-wrong", reason: "repeated" },
    ],
    [
      "Status-Server without Message-Authenticator",
      {},
      request({ code: 12, attributes: {} }),
      { kind: "message-authenticator-missing", reason: "status-server" },
    ],
    [
      "Status-Server under another secret",
      {},
      request({ code: 12, messageAuthenticator: "first", secret: wrongSecret }),
      { kind: "message-authenticator-wrong", reason: "value" },
    ],
  ])("%s", (_, options, datagram, event) => {
    const observed = createReceiver(options);
    observed.receive(datagram);
    expect(observed.sent).toEqual([]);
    expect(observed.handled).toEqual([]);
    expect(observed.events).toEqual([expect.objectContaining({ ...event, source })]);
    const [{ kind } = { kind: "answered" as const }] = observed.events;
    expect(observed.receiver.counters).toMatchObject({ received: 1, [kind]: 1, answered: 0 });
    if (kind !== "unknown-client") expect(observed.events[0]?.client?.name).toBe("lab");
  });

  it("an Accounting-Request with a wrong Message-Authenticator", () => {
    const observed = createReceiver({ port: "accounting" });
    const attributes = { "Acct-Session-Id": "1", "Attr-80": new Uint8Array(16) };
    observed.receive(request({ code: 4, attributes }));
    expect(observed.kinds()).toEqual(["message-authenticator-wrong"]);
    observed.receive(request({ code: 4, messageAuthenticator: "last" }));
    expect(observed.kinds().at(-1)).toBe("answered");
  });
});

describe("NPS-87 requireMessageAuthenticator of an Access-Request", () => {
  const eap = { "User-Name": "alice", "EAP-Message": Uint8Array.of(2, 1, 0, 4) };
  const proxied = { "User-Name": "alice", "Proxy-State": Uint8Array.of(1) };
  const plain = { "User-Name": "alice" };

  it.each([
    ["always", "plain", plain, ["message-authenticator-missing"], "always"],
    ["always", "EAP", eap, ["message-authenticator-missing"], "always"],
    ["always", "Proxy-State", proxied, ["message-authenticator-missing"], "always"],
    ["auto", "plain", plain, ["message-authenticator-absent", "answered"], undefined],
    ["auto", "EAP", eap, ["message-authenticator-missing"], "eap-message"],
    ["auto", "Proxy-State", proxied, ["proxy-state-without-message-authenticator"], undefined],
    [undefined, "EAP", eap, ["message-authenticator-missing"], "eap-message"],
    ["never", "plain", plain, ["answered"], undefined],
    ["never", "EAP", eap, ["message-authenticator-missing"], "eap-message"],
    ["never", "Proxy-State", proxied, ["answered"], undefined],
  ] as const)("%s: %s without it", (requireMessageAuthenticator, _, attributes, kinds, reason) => {
    const observed = createReceiver({ clients: [{ ...client, requireMessageAuthenticator }] });
    observed.receive(request({ attributes }));
    expect(observed.kinds()).toEqual(kinds);
    expect(observed.events[0]?.reason).toBe(reason);
    expect(observed.sent).toHaveLength(kinds.at(-1) === "answered" ? 1 : 0);
  });

  it.each(["always", "auto", "never"] as const)(
    "%s: present, it must be right",
    (requireMessageAuthenticator) => {
      const observed = createReceiver({ clients: [{ ...client, requireMessageAuthenticator }] });
      for (const [index, messageAuthenticator] of (["first", "last"] as const).entries()) {
        observed.receive(
          request({ identifier: index, attributes: { ...eap, ...proxied }, messageAuthenticator }),
        );
      }
      observed.receive(request({ identifier: 9, messageAuthenticator: "first", secret: wrongSecret }));
      expect(observed.kinds()).toEqual(["answered", "answered", "message-authenticator-wrong"]);
    },
  );

  it("auto: a client that was seen to send it must go on sending it", () => {
    const observed = createReceiver();
    observed.receive(request({ identifier: 1 }));
    observed.receive(request({ identifier: 2, messageAuthenticator: "first" }));
    observed.receive(request({ identifier: 3 }));
    observed.receive(request({ identifier: 4 }), { address: "192.0.2.8", port: 1 });
    expect(observed.kinds()).toEqual([
      "message-authenticator-absent",
      "answered",
      "answered",
      "message-authenticator-missing",
      "message-authenticator-missing",
    ]);
    expect(observed.events.at(-1)?.reason).toBe("remembered");
  });

  it("auto: what RFC 3579 and RFC 5997 demand says nothing about the client's other requests", () => {
    const observed = createReceiver();
    observed.receive(request({ identifier: 1, attributes: eap, messageAuthenticator: "first" }));
    observed.receive(request({ code: 12, identifier: 2, attributes: {}, messageAuthenticator: "first" }));
    observed.receive(request({ identifier: 3 }));
    expect(observed.kinds()).toEqual(["answered", "answered", "message-authenticator-absent", "answered"]);
  });

  it("auto: the record is the host's, and is written once", () => {
    const names: string[] = [];
    const seen = {
      has: (name: string) => names.includes(name),
      add: (name: string) => void names.push(name),
    };
    const first = createReceiver({ seenMessageAuthenticator: seen });
    first.receive(request({ identifier: 1, messageAuthenticator: "first" }));
    first.receive(request({ identifier: 2, messageAuthenticator: "first" }));
    expect(names).toEqual(["lab"]);
    const next = createReceiver({ seenMessageAuthenticator: seen });
    next.receive(request());
    expect(next.kinds()).toEqual(["message-authenticator-missing"]);
  });

  it("auto: a record that cannot be read counts as written; one that cannot be written costs nothing", () => {
    const broken = (): never => {
      throw new Error("disk on fire");
    };
    const observed = createReceiver({ seenMessageAuthenticator: { has: broken, add: broken } });
    observed.receive(request({ identifier: 1 }));
    expect(observed.events).toEqual([
      expect.objectContaining({
        kind: "message-authenticator-missing",
        reason: "remembered",
        error: expect.any(Error),
      }),
    ]);
    observed.receive(request({ identifier: 2, messageAuthenticator: "first" }));
    expect(observed.kinds().at(-1)).toBe("answered");
  });
});

describe("RFC 5997 Status-Server", () => {
  it.each([
    ["authentication", 2],
    ["accounting", 5],
  ] as const)("section 4.2 on the %s port is answered with code %i, never by the handler", (port, code) => {
    const observed = createReceiver({ port });
    const asked = request({
      code: 12,
      attributes: { "NAS-Identifier": "probe" },
      messageAuthenticator: "first",
    });
    observed.receive(asked);
    observed.receive(asked);
    expect(observed.handled).toEqual([]);
    expect(observed.sent).toHaveLength(2);
    const [answer = new Uint8Array()] = observed.sent;
    const { authenticator } = decodeRadiusPacket(asked);
    expect(decodeRadiusPacket(answer)).toMatchObject({ code, identifier: 7 });
    expect(verifyResponseAuthenticator(answer, authenticator, secret.reveal())).toBe(true);
    expect(observed.events).toEqual(Array(2).fill(expect.objectContaining({ kind: "answered", code })));
    if (code === 2) expect(verifyMessageAuthenticator(answer, 20, authenticator, secret.reveal())).toBe(true);
  });
});

describe("clients by address", () => {
  const named = (name: string, address: string) => ({ name, address, secret });
  const clients = [
    named("all", "0.0.0.0/0"),
    named("ten", "10.0.0.0/8"),
    named("site", "10.1.0.0/16"),
    named("host", "10.1.2.3"),
    named("seven", "172.16.0.0/15"),
    named("six", "2001:db8::/32"),
    named("six-host", "2001:db8::1"),
    named("six-odd", "2001:db8:8000::/33"),
  ];

  it.each([
    ["10.1.2.3", "host"],
    ["10.1.2.4", "site"],
    ["10.2.0.1", "ten"],
    ["172.17.255.255", "seven"],
    ["172.18.0.0", "all"],
    ["198.51.100.1", "all"],
    ["::ffff:10.1.2.3", "host"],
    ["::ffff:a01:203", "host"],
    ["2001:db8::1", "six-host"],
    ["2001:DB8:0:0::1", "six-host"],
    ["2001:db8::2", "six"],
    ["2001:db8:8001::2", "six-odd"],
    ["2001:db8::1%eth0", "six-host"],
    ["2001:db9::1", undefined],
    ["no address", undefined],
  ])("%s is %s: the longest prefix counts", (address, name) => {
    const observed = createReceiver({ clients });
    for (const nonce of [1, 2]) observed.receive(request({ nonce }), { address, port: 1 });
    expect(observed.handled.map((received) => received.client.name)).toEqual(
      name === undefined ? [] : [name, name],
    );
  });

  it("a prefix in the mapped form is one of IPv4", () => {
    const observed = createReceiver({ clients: [named("mapped", "::ffff:10.0.0.0/104")] });
    observed.receive(request(), { address: "10.255.0.1", port: 1 });
    expect(observed.handled).toHaveLength(1);
  });

  it.each([
    "",
    "10.0.0",
    "10.0.0.0/33",
    "10.0.0.0/",
    "2001:db8::/129",
    "fe80::1%eth0",
    "lab.example",
    "::ffff:10.0.0.0/95",
  ])("refuses %j as an address, and names the client", (address) => {
    const build = () => createReceiver({ clients: [named("lab", "192.0.2.1"), named("x", address)] });
    expect(build).toThrow(TypeError);
    expect(build).toThrow(/^clients\[1\]\.address/);
  });

  it("refuses two clients of one address", () => {
    const build = () => createReceiver({ clients: [named("a", "10.0.0.1/8"), named("b", "10.9.9.9/8")] });
    expect(build).toThrow(/^clients\[1\]\.address: 10\.9\.9\.9\/8/);
  });

  it("flood from more addresses than are remembered: every one finds its client", () => {
    const observed = createReceiver({ clients: [named("ten", "10.0.0.0/8")], duplicates: { limit: 10 } });
    const datagram = request();
    for (let number = 0; number < 70_000; number++) {
      observed.receive(datagram, {
        address: `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`,
        port: 1,
      });
    }
    expect(observed.receiver.counters.answered).toBe(70_000);
  });
});

it.each([
  ["keepAnswersFor", -1],
  ["keepAnswersFor", Number.NaN],
  ["limit", 0],
  ["limit", 1.5],
])("refuses duplicates.%s of %s", (name, value) => {
  expect(() => createReceiver({ duplicates: { [name]: value } })).toThrow(
    new RegExp(`^duplicates\\.${name}`),
  );
});

it("secrets do not show when a receiver or an event is printed", () => {
  const observed = createReceiver();
  observed.receive(request());
  expect(inspect([observed.receiver, observed.events, observed.handled], { depth: 9 })).not.toContain(
    "xyzzy",
  );
});

it("any bytes from anybody: no exception, one event or two for each datagram", () => {
  const options = { port: "authentication" as const, clients: [client] };
  const observed = createReceiver(options);
  const valid = fc
    .record({
      identifier: fc.nat(255),
      nonce: fc.nat(5),
      messageAuthenticator: fc.constantFrom("first", "last"),
    })
    .map((fields) => request(fields as RequestFields));
  const changed = fc.tuple(valid, fc.nat(60), fc.nat(255)).map(([datagram, at, octet]) => {
    if (at < datagram.length) datagram[at] = octet;
    return datagram;
  });
  fc.assert(
    fc.property(
      fc.oneof(fc.uint8Array({ maxLength: 64 }), valid, changed),
      fc.nat(65_535),
      (datagram, port) => {
        const before = observed.events.length;
        observed.receive(datagram, { address: "192.0.2.1", port });
        const happened = observed.events.length - before;
        expect(happened).toBeGreaterThanOrEqual(1);
        expect(happened).toBeLessThanOrEqual(2);
      },
    ),
    { numRuns: 2_000 },
  );
  const { counters } = observed.receiver;
  expect(counters.received).toBe(2_000);
  expect(counters.malformed).toBeGreaterThan(0);
  expect(counters.answered).toBeGreaterThan(0);
});
