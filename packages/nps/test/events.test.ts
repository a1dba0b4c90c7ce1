import { Secret } from "@sallyport/crypto";
import { encodeRadiusPacket, RadiusReceiver } from "@sallyport/radius";
import { describe, expect, it } from "vitest";
import {
  defaultConnectionRequestPolicy,
  defaultNetworkPolicy,
  NpsEvent,
  type NpsExtensionModule,
  type NpsOptions,
  npsExtension,
  raAccept,
  ratVendorSpecific,
  receiverEventLog,
} from "../src/index.ts";
import { createHarness, type HarnessOptions } from "./harness.ts";

const audited = (
  options: HarnessOptions = {},
  audit: NpsOptions["audit"] = { events: "all", serverName: "nps1" },
) => createHarness({ audit, ...options });

const extension = (RadiusExtensionProcess2: NonNullable<NpsExtensionModule["RadiusExtensionProcess2"]>) =>
  npsExtension({ RadiusExtensionProcess2 }, { name: "extension" });

const accepting = npsExtension(
  {
    RadiusExtensionProcess(_attributes: unknown, action: { value: number } | null) {
      if (action !== null) action.value = raAccept;
      return 0;
    },
  },
  { name: "accepting" },
);

const wholeRequest = {
  "Called-Station-Id": "00-11-22:office",
  "Calling-Station-Id": "66-77-88",
  "NAS-IP-Address": "10.1.2.3",
  "NAS-IPv6-Address": "2001:db8::7",
  "NAS-Identifier": "switch-3",
  "NAS-Port-Type": "Ethernet",
  "NAS-Port": 17,
  "Acct-Session-Id": "session-9",
};

/** Every field of NPS-89 but the reason, for the request above. */
const who = {
  request: 1,
  SubjectUserName: "corp\\alice",
  SubjectDomainName: "CORP",
  FullyQualifiedSubjectUserName: "CORP\\alice",
  CalledStationID: "00-11-22:office",
  CallingStationID: "66-77-88",
  NASIPv4Address: "10.1.2.3",
  NASIPv6Address: "2001:db8::7",
  NASIdentifier: "switch-3",
  NASPortType: "Ethernet",
  NASPort: "17",
  ClientName: "lab",
  ClientIPAddress: "192.0.2.7",
  ProxyPolicyName: defaultConnectionRequestPolicy.name,
  NetworkPolicyName: defaultNetworkPolicy.name,
  AuthenticationProvider: "Windows",
  AuthenticationServer: "nps1",
  AuthenticationType: "PAP",
  EAPType: undefined,
  AccountSessionIdentifier: "session-9",
};
const accounts = [{ name: "alice", domain: "CORP", password: "wonderland" }];
const user = { "User-Name": "corp\\alice", ...wholeRequest };

describe("audit events", () => {
  it("NPS-89 a granted request is 6272 with all its fields", async () => {
    const harness = audited({ accounts });
    expect((await harness.access(user)).answer).toBe("accept");
    expect(harness.log.events).toEqual([
      {
        source: "NPS",
        id: NpsEvent.AccessGranted,
        severity: "audit-success",
        message: "request 1: access was granted",
        fields: who,
      },
    ]);
  });

  it("NPS-89 a denied request is 6273 with all its fields, reason code and text", async () => {
    const harness = audited({ accounts });
    expect((await harness.access({ ...user, "User-Password": "wrong" })).answer).toBe("reject");
    const [event] = harness.log.events;
    expect(harness.log.events).toHaveLength(1);
    expect(event).toMatchObject({ id: NpsEvent.AccessDenied, severity: "audit-failure" });
    expect(event?.message).toMatch(/^request 1: access was denied, reason 16: /);
    expect(event?.fields).toEqual({
      ...who,
      NetworkPolicyName: undefined,
      ReasonCode: 16,
      Reason: expect.stringMatching(/unknown user name or wrong password/),
      suppressed: undefined,
    });
  });

  it("NPS-89, NPS-90 a discarded request is 6274 with its reason, once: by an extension's decision 9, by its failure 10", async () => {
    for (const [module, reason] of [
      [extension((ecb) => ecb.setResponseType(256)), 9],
      [extension(() => 5), 10],
    ] as const) {
      const harness = audited({ accounts, authentication: [module] });
      expect((await harness.access(user)).answer).toBe("silence");
      expect(harness.log.events).toHaveLength(1);
      expect(harness.log.events[0]).toMatchObject({
        id: NpsEvent.RequestDiscarded,
        fields: { SubjectUserName: "corp\\alice", ClientName: "lab", NASPort: "17", ReasonCode: reason },
      });
    }
  });

  it("NPS-89 a discarded accounting request is 6275; an answered one leaves no event", async () => {
    const harness = audited({ authentication: [extension((ecb) => (ecb.requestType === 4 ? 5 : 0))] });
    await harness.accounting();
    expect(harness.log.events.map(({ id }) => id)).toEqual([NpsEvent.AccountingDiscarded]);
    const healthy = audited();
    expect((await healthy.accounting()).answer).toBe("accounting-response");
    expect(healthy.log.events).toEqual([]);
  });

  it.each([
    ["CHAP", { "CHAP-Password": new Uint8Array(17), "CHAP-Challenge": new Uint8Array(16) }, {}],
    ["Extension", {}, { authentication: [accepting] }],
    [
      "Unauthenticated",
      {},
      {
        connectionRequestPolicies: [
          { ...defaultConnectionRequestPolicy, authentication: { provider: "none" } as const },
        ],
      },
    ],
  ] as const)("NPS-89 the authentication type is %s", async (type, attributes, options) => {
    const harness = audited(options);
    await harness.bare({ "User-Name": "alice", ...attributes });
    expect(harness.log.events[0]?.fields).toMatchObject({ AuthenticationType: type });
  });

  it("NPS-89 a challenge is no end and has no event", async () => {
    const harness = audited({ authentication: [extension((ecb) => ecb.setResponseType(11))] });
    expect((await harness.access()).answer).toBe("challenge");
    expect(harness.log.events).toEqual([]);
  });

  it.each([
    [0, NpsEvent.FullAccess, "Full Access"],
    [1, NpsEvent.Quarantined, "Quarantine"],
    [2, NpsEvent.Probation, "Probation"],
  ])("MS-Quarantine-State %i on the Access-Accept is event %i after the grant", async (state, id, name) => {
    const value = Uint8Array.of(0, 0, 1, 55, 45, 6, 0, 0, 0, state);
    const attributes = [{ attrType: ratVendorSpecific, dataType: 1 as const, value }];
    const harness = audited({ networkPolicies: [{ ...defaultNetworkPolicy, attributes }] });
    await harness.access();
    expect(harness.log.events.map((event) => event.id)).toEqual([NpsEvent.AccessGranted, id]);
    expect(harness.log.events[1]?.fields).toMatchObject({ QuarantineState: name, SubjectUserName: "alice" });
  });

  it("failures alone leave grants out; without audit there is neither", async () => {
    const failures = audited({}, { events: "failures" });
    await failures.access();
    await failures.access({ "User-Password": "wrong" });
    expect(failures.log.events.map(({ id }) => id)).toEqual([NpsEvent.AccessDenied]);
    const none = createHarness();
    await none.access({ "User-Password": "wrong" });
    expect(none.log.events).toEqual([]);
  });

  it("NPS-81 a ping leaves none", async () => {
    const harness = audited({ pingUserName: "ping" });
    expect((await harness.access({ "User-Name": "ping" })).answer).toBe("reject");
    expect(harness.log.events).toEqual([]);
  });

  it("who guesses passwords cannot fill the log: a thousand failures of a client in ten seconds, then their number", async () => {
    const harness = audited();
    for (let guess = 0; guess < 1_500; guess++) await harness.access({ "User-Password": `guess ${guess}` });
    expect(harness.log.events).toHaveLength(1_000);
    harness.clock.advance(10_000);
    await harness.access({ "User-Password": "one more" });
    expect(harness.log.events.at(-1)?.fields).toMatchObject({ suppressed: 500 });
  });

  it("NPS-88 no event holds a password, whatever the attributes are", async () => {
    const harness = audited({ authentication: [extension(() => 5)] });
    await harness.access({ ...user, "User-Password": "hunter2-secret", State: "hunter2-state" });
    expect(JSON.stringify(harness.log.events)).not.toMatch(/hunter2/);
  });

  it("a reload switches them on and off", async () => {
    const harness = createHarness();
    await harness.nps.reload({ audit: { events: "all" } });
    await harness.access();
    await harness.nps.reload({ audit: undefined });
    await harness.access();
    expect(harness.log.events.map(({ id }) => id)).toEqual([NpsEvent.AccessGranted]);
  });
});

describe("the account source", () => {
  it("its failure is 4402 once, its return 4400 once, not for every request", async () => {
    let broken = true;
    const find = async () => {
      if (broken) throw new Error("no route");
      return undefined;
    };
    const harness = createHarness({ accounts: { find } });
    for (let count = 0; count < 3; count++) await harness.access();
    broken = false;
    for (let count = 0; count < 3; count++) await harness.access();
    const told = harness.log.events.filter(({ id }) => id >= 4_400 && id < 4_410);
    expect(told.map(({ id, severity }) => [id, severity])).toEqual([
      [NpsEvent.DirectoryUnavailable, "error"],
      [NpsEvent.DirectoryConnected, "information"],
    ]);
  });
});

describe("the receiver", () => {
  const datagram = (attributes: Parameters<typeof encodeRadiusPacket>[0]["attributes"]) =>
    encodeRadiusPacket({ code: 1, identifier: 1, authenticator: new Uint8Array(16), attributes });
  const name = { type: 1, value: new TextEncoder().encode("alice") };
  const proxyState = { type: 33, value: Uint8Array.of(1) };

  it.each([
    [
      NpsEvent.ProxyStateDropped,
      "Proxy-State without Message-Authenticator",
      datagram([name, proxyState]),
      new Set<string>(),
    ],
    [
      NpsEvent.MessageAuthenticatorDropped,
      "one of a client that was seen to send it",
      datagram([name]),
      new Set(["lab"]),
    ],
    [
      NpsEvent.MessageAuthenticatorAudit,
      "one of a client that never sent it",
      datagram([name]),
      new Set<string>(),
    ],
  ])("NPS-87 event %i: %s", (id, _, bytes, seenMessageAuthenticator) => {
    const harness = createHarness();
    const receiver = new RadiusReceiver({
      port: "authentication",
      clients: [
        { name: "lab", address: "192.0.2.7", secret: new Secret("s"), requireMessageAuthenticator: "auto" },
      ],
      handler: () => null,
      clock: harness.clock,
      onEvent: receiverEventLog(harness.log, harness.clock),
      seenMessageAuthenticator,
    });
    receiver.receive(bytes, { address: "192.0.2.7", port: 1 }, () => {});
    expect(harness.log.events.map((event) => event.id)).toEqual([id]);
    expect(harness.log.events[0]?.fields).toMatchObject({ client: "lab", address: "192.0.2.7" });
  });

  it("event 22: an answer that makes no packet, and 23: a handler that fails", () => {
    const harness = createHarness();
    const handlers = [
      () => ({
        code: 2,
        attributes: Array.from({ length: 20 }, () => ({ type: 18, value: new Uint8Array(250) })),
      }),
      () => {
        throw new Error("boom");
      },
    ];
    for (const handler of handlers) {
      const receiver = new RadiusReceiver({
        port: "authentication",
        clients: [
          {
            name: "lab",
            address: "192.0.2.7",
            secret: new Secret("s"),
            requireMessageAuthenticator: "never",
          },
        ],
        handler,
        clock: harness.clock,
        onEvent: receiverEventLog(harness.log, harness.clock),
      });
      receiver.receive(datagram([name]), { address: "192.0.2.7", port: 1 }, () => {});
    }
    expect(harness.log.events.map(({ id }) => id)).toEqual([
      NpsEvent.AnswerNotSendable,
      NpsEvent.ProcessingError,
    ]);
  });
});
