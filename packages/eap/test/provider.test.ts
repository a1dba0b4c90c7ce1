import { expect, it } from "vitest";
import {
  EAPACTION_Authenticate,
  EAPACTION_Done,
  EAPACTION_SendWithTimeout,
  EapEvent,
  type EapProvider,
  type EapProviderRequest,
  type EapProviderResult,
  type RasAuthAttribute,
  raatARAPPassword,
  raatCallingStationId,
  raatFilterId,
  raatMD5CHAPChallenge,
  raatMD5CHAPPassword,
  raatMinimum,
  raatSessionTimeout,
  raatUserName,
  raatUserPassword,
  raatVendorSpecific,
  textAttribute,
} from "../src/index.ts";
import {
  authenticator,
  ends,
  peer,
  type Reaction,
  request,
  requestPacket,
  response,
  scripted,
} from "./harness.ts";

const password = textAttribute(raatUserPassword, "wonderland");
const challenge: RasAuthAttribute[] = [
  { type: raatMD5CHAPPassword, value: new Uint8Array(17) },
  { type: raatMD5CHAPChallenge, value: new Uint8Array(16) },
];
const filter = textAttribute(raatFilterId, "staff");

function providing(result: EapProviderResult | (() => EapProviderResult | Promise<EapProviderResult>)) {
  const asked: { readonly how: string; readonly request: EapProviderRequest }[] = [];
  const answer = (): EapProviderResult | Promise<EapProviderResult> =>
    typeof result === "function" ? result() : result;
  const provider: EapProvider = {
    authenticate: (given) => (asked.push({ how: "authenticate", request: given }), answer()),
    authorize: (given) => (asked.push({ how: "authorize", request: given }), answer()),
  };
  return { provider, asked };
}

const asks =
  (attributes: readonly RasAuthAttribute[]): Reaction =>
  ({ output }) => {
    output.action = EAPACTION_Authenticate;
    output.userAttributes = attributes;
    return 0;
  };

const asIsTold: Reaction = ({ output, input }) => {
  output.action = EAPACTION_Done;
  output.authResultCode = input?.authResultCode ?? 1;
  return 0;
};

it("EAP-50 Authenticate asks the provider with the attributes of the output, up to their terminator", async () => {
  const method = scripted({ make: [asks([password, { type: raatMinimum, value: 0 }, filter]), asIsTold] });
  const { provider, asked } = providing({ result: 0, attributes: [] });
  const session = textAttribute(raatCallingStationId, "aa-bb");
  const { host } = await authenticator([method.module], { provider, userAttributes: [session] });
  host.start();
  expect(asked).toEqual([
    {
      how: "authenticate",
      request: { identity: "alice", attributes: [password], sessionAttributes: [session] },
    },
  ]);
});

it.each([
  ["success", 0],
  ["failure", 691],
])(
  "EAP-51 when the provider is done MakeMessage gets the flag, the result and the attributes: %s",
  async (_, result) => {
    const method = scripted({ make: [asks([password]), asIsTold] });
    const { provider } = providing({ result, attributes: [filter] });
    const { host, outcomes } = await authenticator([method.module], { provider });
    host.start();
    expect(method.made[1]).toMatchObject({
      received: null,
      input: { authenticationComplete: true, authResultCode: result, userAttributes: [filter] },
    });
    expect(outcomes).toMatchObject([{ result, attributes: result === 0 ? [filter] : [] }]);
  },
);

it("EAP-52 without credentials the provider only authorizes, and a diagnostic warns", async () => {
  const method = scripted({ make: [asks([textAttribute(raatUserName, "alice")]), asIsTold] });
  const timeout: RasAuthAttribute = { type: raatSessionTimeout, value: 600 };
  const { provider, asked } = providing({ result: 0, attributes: [timeout] });
  const { host, outcomes, log } = await authenticator([method.module], { provider });
  host.start();
  expect(asked.map(({ how }) => how)).toEqual(["authorize"]);
  expect(outcomes).toMatchObject([{ result: 0, attributes: [timeout] }]);
  expect(log.withId(EapEvent.Provider)).toMatchObject([{ severity: "warning" }]);
});

const msChap2Response = Uint8Array.of(0, 0, 1, 0x37, 25, 52);

it.each([
  ["a clear password", [password], "authenticate", 0],
  ["an MD5 challenge", challenge, "authenticate", 0],
  ["MS-CHAPv2", [{ type: raatVendorSpecific, value: msChap2Response }], undefined, 645],
  ["ARAP", [{ type: raatARAPPassword, value: new Uint8Array(16) }], undefined, 645],
])("EAP-53 %s at the provider", async (_, attributes, how, result) => {
  const method = scripted({ make: [asks(attributes), asIsTold] });
  const { provider, asked } = providing({ result: 0, attributes: [] });
  const { host, outcomes } = await authenticator([method.module], { provider });
  host.start();
  expect(asked.map((one) => one.how)).toEqual(how === undefined ? [] : [how]);
  expect(outcomes).toMatchObject([{ result }]);
});

it("EAP-54 attributes of Begin that the method passes on are removed, with a diagnostic", async () => {
  const station = textAttribute(raatCallingStationId, "aa-bb");
  const other = textAttribute(raatCallingStationId, "cc-dd");
  const method = scripted({
    make: [asks([password, textAttribute(raatCallingStationId, "aa-bb"), other]), asIsTold],
  });
  const { provider, asked } = providing({ result: 0, attributes: [] });
  const { host, log } = await authenticator([method.module], { provider, userAttributes: [station] });
  host.start();
  expect(asked[0]?.request.attributes).toEqual([password, other]);
  expect(log.withId(EapEvent.MethodMisbehaved)).toMatchObject([
    { fields: { diagnostic: "attributes-repeated" } },
  ]);
});

it("EAP-55 while the provider works packets wait and nothing is sent again", async () => {
  let finish: (result: EapProviderResult) => void = () => undefined;
  const method = scripted({
    make: [request(EAPACTION_SendWithTimeout), asks([password]), ends(0), ends(EAPACTION_Done)],
  });
  const { provider } = providing(() => new Promise<EapProviderResult>((resolve) => (finish = resolve)));
  const { host, sent, clock, lastId, outcomes } = await authenticator([method.module], { provider });
  host.start();
  host.receive(response(lastId()));
  host.receive(response(lastId(), 4, [1]));
  clock.advance(40_000);
  expect(sent).toHaveLength(1);
  expect(method.calls).toHaveLength(3);
  finish({ result: 0, attributes: [] });
  await host.idle();
  expect(method.calls.slice(3)).toEqual(["Make provider 0", `Make 2/${lastId()}`, "End"]);
  expect(outcomes).toMatchObject([{ result: 0 }]);
});

it.each([
  [
    "throws",
    () => {
      throw new Error("the data base is gone");
    },
  ],
  ["rejects", () => Promise.reject(new Error("the data base is gone"))],
])("EAP-51 a provider that %s is the result 645", async (_, answer) => {
  const method = scripted({ make: [asks([password]), asIsTold] });
  const { provider } = providing(answer);
  const { host, outcomes } = await authenticator([method.module], { provider });
  host.start();
  await host.idle();
  expect(outcomes).toMatchObject([{ result: 645 }]);
});

it("EAP-51 a provider that never answers is given up: 645", async () => {
  const method = scripted({ make: [asks([password]), asIsTold] });
  const { provider } = providing(() => new Promise(() => undefined));
  const { host, outcomes, clock } = await authenticator([method.module], { provider, callTimeoutMs: 5_000 });
  host.start();
  await clock.advanceAsync(5_000);
  expect(outcomes).toMatchObject([{ result: 645 }]);
});

it("EAP-50 Authenticate without a provider, and on a peer, fails with 645", async () => {
  const method = scripted({ make: [asks([password]), asIsTold] });
  const { host, outcomes } = await authenticator([method.module]);
  host.start();
  expect(outcomes).toMatchObject([{ result: 645 }]);
  const client = scripted({ make: [asks([password])] });
  const bench = await peer([client.module]);
  bench.host.receive(requestPacket(1));
  expect(bench.outcomes).toMatchObject([{ result: 645 }]);
});

it("EAP-82 attributes of a provider that refused are no authorizations, even when the method admits the user", async () => {
  const method = scripted({ make: [asks([password]), ends(EAPACTION_Done)] });
  const { provider } = providing({ result: 691, attributes: [filter] });
  const { host, outcomes } = await authenticator([method.module], { provider });
  host.start();
  expect(outcomes).toMatchObject([{ result: 0, attributes: [] }]);
});
