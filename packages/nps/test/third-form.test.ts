import { describe, expect, it } from "vitest";
import {
  type NpsExtensionModule,
  type RadiusAttributeInput,
  type RadiusExtensionControlBlock,
  type RadiusResponseType,
  raAccept,
  radiusAttribute,
  raReject,
  ratAuthenticator,
  ratCallingStationId,
  ratClass,
  ratCode,
  ratExtensionState,
  ratFilterId,
  ratIdentifier,
  ratProvider,
  ratProviderName,
  ratRejectReasonCode,
  ratReplyMessage,
  ratSrcIPAddress,
  ratSrcIPv6Address,
  ratSrcPort,
  ratState,
  ratUniqueId,
  ratUserName,
  ratUserPassword,
  rcAccessAccept,
  rcAccessChallenge,
  rcAccessReject,
  rcAccountingResponse,
  rcDiscard,
  rdtInteger,
  rdtString,
} from "../src/index.ts";
import { callLog, createHarness } from "./harness.ts";

/** Runs one third-form module at the authentication point and hands back what it returned. */
async function inControlBlock<T>(look: (ecb: RadiusExtensionControlBlock) => T, input = {}): Promise<T> {
  let result: { value: T } | undefined;
  const { extension } = callLog();
  const module = extension({ RadiusExtensionProcess2: (ecb) => ((result = { value: look(ecb) }), 0) });
  await createHarness({ authentication: [module] }).access(input);
  if (result === undefined) throw new Error("the module was not called");
  return result.value;
}

const text = (attrType: number, value: string): RadiusAttributeInput => ({
  attrType,
  dataType: rdtString,
  value,
});

describe("attribute arrays", () => {
  it("NPS-53 Add copies the attribute", async () => {
    const value = new TextEncoder().encode("before");
    const read = await inControlBlock((ecb) => {
      const response = ecb.getResponse(rcAccessAccept);
      expect(response?.add({ attrType: ratReplyMessage, dataType: rdtString, value })).toBe(0);
      value.fill(0);
      return new TextDecoder().decode(response?.attributeAt(0)?.value as Uint8Array);
    });
    expect(read).toBe("before");
  });

  it("NPS-53 a single-instance attribute cannot be there twice: access denied from Add, InsertAt and SetAt", async () => {
    const codes = await inControlBlock((ecb) => {
      const request = ecb.getRequest();
      const other = Array.from(request).findIndex(({ attrType }) => attrType === ratUserPassword);
      return [
        request.add(text(ratUserName, "bob")),
        request.insertAt(0, text(ratUserName, "bob")),
        request.setAt(other, text(ratUserName, "bob")),
      ];
    });
    expect(codes).toEqual([5, 5, 5]);
  });

  it("NPS-53 with rawErrorCodes Add fails with E_ACCESSDENIED as it is documented, its neighbours with 5 (X-16)", async () => {
    let codes: number[] = [];
    const { extension } = callLog();
    const module = extension({
      RadiusExtensionProcess2(ecb) {
        const request = ecb.getRequest();
        codes = [request.add(text(ratUserName, "bob")), request.insertAt(0, text(ratUserName, "bob"))];
        return 0;
      },
    });
    await createHarness({ authentication: [module], compatibility: { rawErrorCodes: true } }).access();
    expect(codes).toEqual([0x80070005, 5]);
  });

  it("NPS-54 it may add, change and remove attributes of the request and of the response", async () => {
    const { extension } = callLog();
    const first: NpsExtensionModule = {
      RadiusExtensionProcess2(ecb) {
        const request = ecb.getRequest();
        const at = (attrType: number) =>
          Array.from(request).findIndex((attribute) => attribute.attrType === attrType);
        expect(request.add(text(ratClass, "added"))).toBe(0);
        expect(request.setAt(at(ratCallingStationId), text(ratCallingStationId, "changed"))).toBe(0);
        expect(request.removeAt(at(5))).toBe(0);
        const response = ecb.getResponse(rcAccessAccept);
        for (const value of ["a", "b", "c"]) expect(response?.add(text(ratReplyMessage, value))).toBe(0);
        expect(response?.setAt(1, text(ratReplyMessage, "changed"))).toBe(0);
        expect(response?.removeAt(0)).toBe(0);
        return 0;
      },
    };
    let seen: (string | number | undefined)[] = [];
    const second: NpsExtensionModule = {
      RadiusExtensionProcess2(ecb) {
        const request = ecb.getRequest();
        seen = [ratClass, ratCallingStationId, 5].map((attrType) => {
          const value = request.find(attrType)?.value;
          return typeof value === "object" ? new TextDecoder().decode(value) : value;
        });
        return 0;
      },
    };
    const harness = createHarness({ authentication: [extension(first), extension(second)] });
    const { attributes } = await harness.access({ "Calling-Station-Id": "original", "NAS-Port": 3 });
    expect(seen).toEqual(["added", "changed", undefined]);
    expect(attributes).toEqual(["Reply-Message=changed", "Reply-Message=c"]);
  });

  it.each([
    ratCode,
    ratIdentifier,
    ratAuthenticator,
    ratSrcIPAddress,
    ratSrcPort,
    ratProvider,
    ratUniqueId,
    ratSrcIPv6Address,
  ])("NPS-60 the read-only type %i cannot be added, inserted, replaced or removed", async (attrType) => {
    const source = attrType === ratSrcIPv6Address ? "2001:db8::1" : "192.0.2.7";
    let codes: number[] = [];
    const { extension } = callLog();
    const value =
      attrType === ratSrcIPv6Address ? new Uint8Array(16) : attrType === ratAuthenticator ? "x" : 1;
    const module = extension({
      RadiusExtensionProcess2(ecb) {
        const request = ecb.getRequest();
        const index = Array.from(request).findIndex((attribute) => attribute.attrType === attrType);
        expect(index).toBeGreaterThan(0);
        const own = radiusAttribute(attrType, value);
        codes = [
          request.add(own),
          request.insertAt(0, own),
          request.setAt(index, own),
          request.removeAt(index),
          request.setAt(0, own),
        ];
        return 0;
      },
    });
    const harness = createHarness({ authentication: [module] });
    await harness.nps.handle(harness.received(1, { "User-Name": "alice" }, { address: source, port: 1 }));
    expect(codes).toEqual([5, 5, 5, 5, 5]);
  });

  it("NPS-61 what AttributeAt returns is frozen", async () => {
    await inControlBlock((ecb) => {
      const attribute = ecb.getRequest().attributeAt(0);
      expect(Object.isFrozen(attribute)).toBe(true);
      expect(Object.isFrozen(ecb)).toBe(true);
    });
  });

  it("NPS-62 InsertAt at GetSize appends, RemoveAt shifts down, anything out of range is 87 or null", async () => {
    await inControlBlock((ecb) => {
      const response = ecb.getResponse(rcAccessAccept);
      if (response === null) throw new Error("no response array");
      expect(response.insertAt(0, text(ratFilterId, "b"))).toBe(0);
      expect(response.insertAt(1, text(ratFilterId, "c"))).toBe(0);
      expect(response.insertAt(0, text(ratFilterId, "a"))).toBe(0);
      expect(response.removeAt(1)).toBe(0);
      const values = Array.from(response, ({ value }) => new TextDecoder().decode(value as Uint8Array));
      expect(values).toEqual(["a", "c"]);
      expect(response.getSize()).toBe(2);
      for (const index of [-1, 0.5, 3, Number.NaN, 2 ** 32]) {
        expect(response.insertAt(index, text(ratFilterId, "x"))).toBe(87);
        expect(response.setAt(index, text(ratFilterId, "x"))).toBe(87);
        expect(response.removeAt(index)).toBe(87);
        expect(response.attributeAt(index)).toBeNull();
      }
      expect(response.setAt(2, text(ratFilterId, "x"))).toBe(87);
      expect(response.removeAt(2)).toBe(87);
    });
  });

  it.each([
    ["longer than 253 octets", text(ratReplyMessage, "x".repeat(254))],
    ["of type 0", text(0, "x")],
    ["of type 1000", text(1000, "x")],
    ["of a fractional type", text(1.5, "x")],
    ["of an unknown data type", { attrType: 18, dataType: 9, value: "x" }],
    ["a number with a text", { attrType: 27, dataType: rdtInteger, value: "x" }],
    ["a negative number", { attrType: 27, dataType: rdtInteger, value: -1 }],
    ["a number past 32 bits", { attrType: 27, dataType: rdtInteger, value: 2 ** 32 }],
    ["a number where text belongs", { attrType: 18, dataType: rdtInteger, value: 1 }],
    ["text where a number belongs", text(27, "three")],
    ["null", null],
    ["nothing", undefined],
  ])("NPS-75 an attribute that is %s is refused with 87", async (_, attribute) => {
    const code = await inControlBlock((ecb) =>
      ecb.getResponse(rcAccessAccept)?.add(attribute as RadiusAttributeInput),
    );
    expect(code).toBe(87);
  });

  it("NPS-75 253 octets are accepted and arrive whole", async () => {
    const { extension } = callLog();
    const value = "x".repeat(253);
    const module = extension({
      RadiusExtensionProcess2: (ecb) =>
        ecb.getResponse(rcAccessAccept)?.add(text(ratReplyMessage, value)) ?? 1,
    });
    expect((await createHarness({ authentication: [module] }).access()).attributes).toEqual([
      `Reply-Message=${value}`,
    ]);
  });
});

describe("the control block", () => {
  it.each([
    [rcAccessAccept, "accept"],
    [rcAccessReject, "reject"],
    [rcAccessChallenge, "challenge"],
    [rcDiscard, "silence"],
  ] as const)("NPS-55 SetResponseType(%i) sets the disposition: %s", async (type, answer) => {
    const { extension } = callLog();
    const module = extension({ RadiusExtensionProcess2: (ecb) => ecb.setResponseType(type) });
    expect(
      (await createHarness({ authentication: [module] }).access({ "User-Password": "wrong" })).answer,
    ).toBe(answer);
  });

  it.each([0, 1, 4, 12, 257, "2"])("NPS-55 SetResponseType(%j) is 87 and changes nothing", async (type) => {
    const [code, after] = await inControlBlock((ecb) => [
      ecb.setResponseType(type as RadiusResponseType),
      ecb.responseType,
    ]);
    expect([code, after]).toEqual([87, 0]);
    expect(await inControlBlock((ecb) => ecb.setResponseType(rcAccountingResponse))).toBe(87);
  });

  it("NPS-56 the third form is called even when an earlier module accepted; first and second forms are not", async () => {
    const { calls, extension } = callLog();
    const authentication = [
      extension({ RadiusExtensionProcess: (_, action) => (action && (action.value = raAccept), 0) }, "1st"),
      extension({ RadiusExtensionProcessEx: () => 0 }, "2nd"),
      extension({ RadiusExtensionProcess2: () => 0 }, "3rd"),
    ];
    await createHarness({ authentication }).access();
    expect(calls).toEqual(["1st", "3rd"]);
  });

  it("NPS-56 after a first-form Reject the chain ends, third forms included, unless process2AfterReject is set", async () => {
    const { calls, extension } = callLog();
    const authentication = [
      extension({ RadiusExtensionProcess: (_, action) => (action && (action.value = raReject), 0) }, "1st"),
      extension({ RadiusExtensionProcess2: () => 0 }, "3rd"),
    ];
    await createHarness({ authentication }).access();
    expect(calls.splice(0)).toEqual(["1st"]);
    await createHarness({ authentication, compatibility: { process2AfterReject: true } }).access();
    expect(calls).toEqual(["1st", "3rd"]);
  });

  it("NPS-57 the response type is 0 while nothing is decided, and 2 after a first-form Accept", async () => {
    const seen: number[] = [];
    const { extension } = callLog();
    const look = extension({ RadiusExtensionProcess2: (ecb) => (seen.push(ecb.responseType), 0) });
    const accept = extension({
      RadiusExtensionProcess: (_, action) => (action && (action.value = raAccept), 0),
    });
    const again = extension({ RadiusExtensionProcess2: (ecb) => (seen.push(ecb.responseType), 0) });
    await createHarness({ authentication: [look, accept, again] }).access();
    expect(seen).toEqual([0, 2]);
  });

  it("NPS-58 attributes of every answer may be edited; those of the final type are sent", async () => {
    const { extension } = callLog();
    const module = extension({
      RadiusExtensionProcess2(ecb) {
        ecb.setResponseType(rcAccessAccept);
        ecb.getResponse(rcAccessAccept)?.add(text(ratReplyMessage, "welcome"));
        ecb.getResponse(rcAccessReject)?.add(text(ratReplyMessage, "sorry"));
        return 0;
      },
    });
    expect((await createHarness({ authentication: [module] }).access()).attributes).toEqual([
      "Reply-Message=welcome",
    ]);
    const refused = await createHarness({ authentication: [module], networkPolicies: [] }).access();
    expect(refused).toMatchObject({ answer: "reject", reason: 48, attributes: ["Reply-Message=sorry"] });
  });

  it.each([
    [1, 8],
    [2, 34],
    [3, 35],
    [4, 16],
    [0, 21],
    [99, 21],
    [undefined, 21],
  ])("NPS-58 ratRejectReasonCode %s on the reject gives reason %i", async (code, reason) => {
    const { extension } = callLog();
    const module = extension({
      RadiusExtensionProcess2(ecb) {
        if (code !== undefined)
          ecb.getResponse(rcAccessReject)?.add(radiusAttribute(ratRejectReasonCode, code));
        return ecb.setResponseType(rcAccessReject);
      },
    });
    expect(await createHarness({ authentication: [module] }).access()).toMatchObject({
      answer: "reject",
      reason,
      attributes: [],
    });
  });

  it("NPS-59 changing the request affects what follows: the password that is checked, the group that is asked", async () => {
    const { extension } = callLog();
    const replacing = (attrType: number, value: string) =>
      extension({
        RadiusExtensionProcess2(ecb) {
          const request = ecb.getRequest();
          const index = Array.from(request).findIndex((attribute) => attribute.attrType === attrType);
          return request.setAt(index, text(attrType, value));
        },
      });
    const local = createHarness({ authentication: [replacing(ratUserPassword, "wonderland")] });
    expect((await local.access({ "User-Password": "wrong" })).answer).toBe("accept");
    const groups: string[] = [];
    const forwarding = createHarness({
      authentication: [replacing(ratProviderName, "backup")],
      connectionRequestPolicies: [
        { name: "p", conditions: [], authentication: { provider: "forward", group: "primary" } },
      ],
      remoteServers: { forward: async (_, group) => (groups.push(group), { code: 2, attributes: [] }) },
    });
    await forwarding.access();
    expect(groups).toEqual(["backup"]);
  });

  it("NPS-63 a challenge carries what the module put on it: State and Reply-Message", async () => {
    const { extension } = callLog();
    const module = extension({
      RadiusExtensionProcess2(ecb) {
        const challenge = ecb.getResponse(rcAccessChallenge);
        challenge?.add(text(ratState, "token"));
        challenge?.add(text(ratReplyMessage, "Code?"));
        return ecb.setResponseType(rcAccessChallenge);
      },
    });
    const { answer, attributes, reason } = await createHarness({ authentication: [module] }).access();
    expect({ answer, reason }).toEqual({ answer: "challenge", reason: 0 });
    expect(attributes).toEqual(["State=***", "Reply-Message=Code?"]);
  });

  it("NPS-65 ratExtensionState goes from the authentication to the authorization point and is never sent", async () => {
    let carried: unknown;
    const { extension } = callLog();
    const both = extension({
      RadiusExtensionProcess2(ecb) {
        if (ecb.point === 0) return ecb.getRequest().add(text(ratExtensionState, "from before"));
        const value = ecb.getRequest().find(ratExtensionState)?.value;
        carried = new TextDecoder().decode(value as Uint8Array);
        ecb.getResponse(rcAccessAccept)?.add(text(ratExtensionState, "nor from the answer"));
        return 0;
      },
    });
    const { attributes } = await createHarness({ authentication: [both], authorization: [both] }).access();
    expect(carried).toBe("from before");
    expect(attributes).toEqual([]);
  });

  it("NPS-67 discard stops both chains: nothing is sent, no error event, reason 9", async () => {
    const { calls, extension } = callLog();
    const discarding = extension(
      { RadiusExtensionProcess2: (ecb) => ecb.setResponseType(rcDiscard) },
      "discarding",
    );
    const later = extension({ RadiusExtensionProcess2: () => 0 }, "later");
    const harness = createHarness({ authentication: [discarding, later], authorization: [later] });
    expect(await harness.access()).toMatchObject({ answer: "silence", reason: 9 });
    expect(calls).toEqual(["discarding"]);
    expect(harness.log.events).toEqual([]);
    expect(harness.records).toEqual([]);
  });

  it("NPS-68 at the authorization point Accept cannot overrule a Reject, unless allowAuthorizationAccept is set", async () => {
    const codes: number[] = [];
    const { extension } = callLog();
    const module = extension({
      RadiusExtensionProcess2: (ecb) => (codes.push(ecb.setResponseType(rcAccessAccept)), 0),
    });
    const wrong = { "User-Password": "wrong" };
    expect((await createHarness({ authorization: [module] }).access(wrong)).answer).toBe("reject");
    const allowing = createHarness({
      authorization: [module],
      compatibility: { allowAuthorizationAccept: true },
    });
    expect((await allowing.access(wrong)).answer).toBe("accept");
    expect(codes).toEqual([87, 0]);
  });
});
