import { createMemoryLog } from "@sallyport/runtime";
import { expect, it } from "vitest";
import {
  EAPACTION_Authenticate,
  EAPACTION_Done,
  EAPACTION_Send,
  EAPACTION_SendAndDone,
  type EapMethodUse,
  findAuthAttribute,
  findMppeKeys,
  isMppeKeyAttribute,
  isNumberAttribute,
  mppeKeyAttributes,
  openEapMethods,
  RAS_EAP_ROLE_AUTHENTICATEE,
  RAS_EAP_ROLE_AUTHENTICATOR,
  RAS_EAP_ROLE_EXCLUDE_IN_EAP,
  RAS_EAP_ROLE_EXCLUDE_IN_PEAP,
  RAS_EAP_ROLE_EXCLUDE_IN_VPN,
  type RasAuthAttribute,
  raatAcctMultiSessionId,
  raatCallingStationId,
  raatFilterId,
  raatNASIPAddress,
  raatNASPort,
  raatNASPortType,
  raatSessionTimeout,
  raatVendorSpecific,
  replaceAttributes,
  textAttribute,
  withoutTerminator,
  withTerminator,
} from "../src/index.ts";
import { authenticator, hex, type Reaction, scripted, sends } from "./harness.ts";

const filter = (name: string): RasAuthAttribute => textAttribute(raatFilterId, name);
const timeout: RasAuthAttribute = { type: raatSessionTimeout, value: 600, length: 4 };
const vendor = (...octets: number[]): RasAuthAttribute => ({
  type: raatVendorSpecific,
  value: Uint8Array.from(octets),
});

it("EAP-81 arrays are ordinary ones; the terminator is taken off and put on at the boundary", () => {
  const attributes = [filter("a"), timeout];
  const windows = withTerminator(attributes);
  expect(windows.map(({ type }) => type)).toEqual([raatFilterId, raatSessionTimeout, 0]);
  expect(withoutTerminator([...windows, filter("beyond the end")])).toEqual(attributes);
  expect(withTerminator(windows)).toEqual(windows);
  expect(withoutTerminator([])).toEqual([]);
});

it("EAP-81, X-11: which types hold numbers; Acct-Multi-Session-Id holds octets", () => {
  expect([raatNASPort, raatSessionTimeout, 8100].every(isNumberAttribute)).toBe(true);
  expect([raatFilterId, raatAcctMultiSessionId, raatVendorSpecific, 95, 4711].some(isNumberAttribute)).toBe(
    false,
  );
});

const afterProvider =
  (action: 2 | 3, attributes: readonly RasAuthAttribute[]): Reaction =>
  (call) => {
    call.output.userAttributes = attributes;
    call.output.action = action;
    return action === EAPACTION_SendAndDone ? sends(action, 3, 1)(call) : 0;
  };

const asks: Reaction = ({ output }) => {
  output.action = EAPACTION_Authenticate;
  return 0;
};

const fromProvider = [
  filter("one"),
  filter("two"),
  timeout,
  vendor(0, 0, 0, 9, 1, 3, 65),
  vendor(0, 0, 1, 0x37, 7, 3, 1),
];
const provider = {
  authenticate: () => ({ result: 0, attributes: fromProvider }),
  authorize: () => ({ result: 0, attributes: fromProvider }),
};

it.each([EAPACTION_Done, EAPACTION_SendAndDone] as const)(
  "EAP-82 attributes with action %i replace all of the provider's of the same type",
  async (action) => {
    const method = scripted({ make: [asks, afterProvider(action, [filter("guests")])] });
    const { host, outcomes } = await authenticator([method.module], { provider });
    host.start();
    expect(outcomes[0]?.attributes).toEqual([...fromProvider.slice(2), filter("guests")]);
  },
);

it("EAP-82 attributes given with Send count, too", async () => {
  const method = scripted({
    make: [
      asks,
      (call) => ((call.output.userAttributes = [filter("guests")]), sends(EAPACTION_Send, 1, 1)(call)),
      afterProvider(EAPACTION_Done, []),
    ],
  });
  const { host, outcomes } = await authenticator([method.module], { provider });
  host.start();
  host.receive(Uint8Array.of(2, 1, 0, 5, 4));
  expect(outcomes[0]?.attributes).toEqual([...fromProvider.slice(2), filter("guests")]);
});

it("EAP-83, X-12: type 26 is replaced by vendor and vendor type, so keys remove nothing else", () => {
  const keys = mppeKeyAttributes({ send: new Uint8Array(32).fill(1), receive: new Uint8Array(32).fill(2) });
  const old = mppeKeyAttributes({ send: new Uint8Array(16), receive: new Uint8Array(16) });
  expect(replaceAttributes([...fromProvider, ...old], keys)).toEqual([...fromProvider, ...keys]);
  expect(replaceAttributes(fromProvider, [])).toEqual(fromProvider);
});

it("EAP-84 keys are vendor 311, types 16 and 17, as plain strings of RFC 2548 section 2.4.2", () => {
  const send = Uint8Array.from({ length: 32 }, (_, index) => index);
  const receive = Uint8Array.from({ length: 16 }, (_, index) => 0x80 + index);
  const [first, second] = mppeKeyAttributes({ send, receive });
  expect(hex(first?.value as Uint8Array)).toBe(`0000013710340000${"20"}${hex(send)}${"00".repeat(15)}`);
  expect(hex(second?.value as Uint8Array)).toBe(`0000013711240000${"10"}${hex(receive)}${"00".repeat(15)}`);
  expect(findMppeKeys([filter("x"), ...mppeKeyAttributes({ send, receive })])).toEqual({ send, receive });
  expect(isMppeKeyAttribute(filter("x"))).toBe(false);
  expect(findMppeKeys([first as RasAuthAttribute])).toBeUndefined();
  expect(
    findMppeKeys([vendor(0, 0, 1, 0x37, 16, 5, 0, 0, 200, 1), second as RasAuthAttribute]),
  ).toBeUndefined();
  for (const length of [0, 240]) {
    expect(() => mppeKeyAttributes({ send: new Uint8Array(length), receive })).toThrow(RangeError);
  }
});

it("EAP-85 where encryption is required methods without keys are not offered, and one that yields none fails", async () => {
  const { module } = scripted({ make: [] });
  const registry = await openEapMethods(
    [
      { type: 4, module },
      { type: 13, module, mppeEncryptionSupported: true },
    ],
    { log: createMemoryLog() },
  );
  const types = (use: Partial<EapMethodUse>) =>
    registry.usable({ role: "authenticator", ...use }).map(({ type }) => type);
  expect(types({ requireEncryption: true })).toEqual([13]);
  expect(types({})).toEqual([4, 13]);

  const keys = mppeKeyAttributes({ send: new Uint8Array(32), receive: new Uint8Array(32) });
  for (const [attributes, result, code] of [
    [keys, 0, "03"],
    [[], 645, "04"],
  ] as const) {
    const method = scripted({ make: [afterProvider(EAPACTION_SendAndDone, attributes)] });
    const { host, outcomes, sent } = await authenticator([method.module], {
      settings: { requireEncryption: true },
    });
    host.start();
    expect(outcomes).toMatchObject([{ result }]);
    expect(sent).toEqual([`${code}010004`]);
  }
});

it("EAP-86 what is known of the session is in Begin", async () => {
  const userAttributes: RasAuthAttribute[] = [
    { type: raatNASIPAddress, value: 0x0a000001 },
    { type: raatNASPort, value: 7 },
    { type: raatNASPortType, value: 19 },
    textAttribute(raatCallingStationId, "aa-bb"),
  ];
  const method = scripted({ make: [] });
  const { host } = await authenticator([method.module], { userAttributes });
  host.start();
  expect(method.begins[0]?.userAttributes).toEqual(userAttributes);
  expect(findAuthAttribute(method.begins[0]?.userAttributes ?? [], raatNASPort)?.value).toBe(7);
});

const A = RAS_EAP_ROLE_AUTHENTICATOR;
const P = RAS_EAP_ROLE_AUTHENTICATEE;

it.each([
  [undefined, "AP", "AP", "AP"],
  [0, "AP", "AP", "AP"],
  [A, "A", "A", "A"],
  [P, "P", "P", "P"],
  [A | P, "AP", "AP", "AP"],
  [A | P | RAS_EAP_ROLE_EXCLUDE_IN_EAP, "", "AP", ""],
  [A | P | RAS_EAP_ROLE_EXCLUDE_IN_PEAP, "AP", "", "AP"],
  [RAS_EAP_ROLE_EXCLUDE_IN_VPN, "AP", "AP", ""],
])("EAP-87 RolesSupported %s", async (rolesSupported, eap, peap, vpn) => {
  const { module } = scripted({ make: [] });
  const registration = { type: 4, module, ...(rolesSupported === undefined ? {} : { rolesSupported }) };
  const registry = await openEapMethods([registration], { log: createMemoryLog() });
  const roles = (more: Partial<EapMethodUse>): string =>
    (["authenticator", "peer"] as const)
      .filter((role) => registry.usable({ role, ...more }).length === 1)
      .map((role) => role.slice(0, 1).toUpperCase())
      .join("");
  expect([roles({}), roles({ inside: "peap" }), roles({ isVpn: true })]).toEqual([eap, peap, vpn]);
});

it("EAP-88 StandaloneSupported 0 hides the method on servers outside a domain", async () => {
  const { module } = scripted({ make: [] });
  for (const domainMember of [true, false]) {
    const registry = await openEapMethods([{ type: 4, module, standaloneSupported: false }], {
      log: createMemoryLog(),
      domainMember,
    });
    expect(registry.usable({ role: "authenticator" })).toHaveLength(domainMember ? 1 : 0);
    expect(registry.usable({ role: "peer" })).toHaveLength(1);
  }
});
