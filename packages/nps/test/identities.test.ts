import { settingsAccounts } from "@sallyport/accounts";
import { describe, expect, it } from "vitest";
import {
  attributeText,
  type NpsExtensionModule,
  type RadiusAttribute,
  radiusAttribute,
  ratFQUserName,
  ratFramedIPAddress,
  ratStrippedUserName,
  ratUserName,
  ratUserPassword,
  rcAccessAccept,
} from "../src/index.ts";
import { callLog, createHarness } from "./harness.ts";

type Point = "authentication" | "authorization";

/** What a module of a form sees of an attribute at a point. */
async function seen(
  form: 1 | 2 | 3,
  point: Point,
  attrType: number,
  input: object,
  options = {},
): Promise<RadiusAttribute | undefined> {
  let result: RadiusAttribute | undefined;
  const { extension } = callLog();
  const look = (attributes: readonly RadiusAttribute[]) => {
    result = attributes.find((attribute) => attribute.attrType === attrType);
    return 0;
  };
  const modules: Record<1 | 2 | 3, NpsExtensionModule> = {
    1: { RadiusExtensionProcess: look },
    2: { RadiusExtensionProcessEx: look },
    3: { RadiusExtensionProcess2: (ecb) => look([...ecb.getRequest()]) },
  };
  await createHarness({ [point]: [extension(modules[form])], ...options }).access(input as never);
  return result;
}

const textOf = (attribute: RadiusAttribute | undefined) => attribute && attributeText(attribute);

describe("identities and data", () => {
  it.each([
    [1, "authentication", "alice"],
    [2, "authentication", "alice"],
    [3, "authentication", "alice"],
    [1, "authorization", undefined],
    [2, "authorization", undefined],
    [3, "authorization", "alice"],
  ] as const)(
    "NPS-69 form %i at the %s point sees ratUserName as the wire carried it: %s",
    async (form, point, expected) => {
      expect(textOf(await seen(form, point, ratUserName, {}))).toBe(expected);
    },
  );

  it.each([
    ["alice", "CORP\\alice"],
    ["alice@example.com", "EXAMPLE\\alice"],
    ["SALES\\alice", "SALES\\alice"],
    ["sales\\alice", "SALES\\alice"],
    ["a@b@example.com", "EXAMPLE\\a@b"],
  ])("NPS-70, NPS-71 the user name %s is %s for modules", async (userName, expected) => {
    for (const attrType of [ratStrippedUserName, ratFQUserName]) {
      const attribute = await seen(
        3,
        "authentication",
        attrType,
        { "User-Name": userName },
        { defaultDomain: "CORP" },
      );
      expect(textOf(attribute)).toBe(expected);
    }
  });

  it("NPS-70 a name without domain, one with the default domain and one in other case are the same account", async () => {
    const harness = createHarness({
      accounts: settingsAccounts([{ name: "alice", password: "wonderland" }]),
      defaultDomain: "CORP",
    });
    for (const name of ["alice", "ALICE", "CORP\\alice", "corp\\alice", "alice@corp.example"]) {
      expect((await harness.access({ "User-Name": name })).answer).toBe("accept");
    }
    expect(await harness.access({ "User-Name": "OTHER\\alice" })).toMatchObject({
      answer: "reject",
      reason: 8,
    });
  });

  it("NPS-72 ratUserPassword is decrypted, without padding", async () => {
    expect((await seen(1, "authentication", ratUserPassword, {}))?.value).toEqual(
      new TextEncoder().encode("wonderland"),
    );
  });

  it("NPS-73 an address is the number whose most significant octet comes first", async () => {
    const attribute = await seen(1, "authentication", 4, { "NAS-IP-Address": "10.0.0.1" });
    expect(attribute).toMatchObject({ dataType: 2, value: 0x0a000001 });
    const high = await seen(1, "authentication", 4, { "NAS-IP-Address": "255.254.253.252" });
    expect(high?.value).toBe(0xfffefdfc);
    const { extension } = callLog();
    const module = extension({
      RadiusExtensionProcess2: (ecb) =>
        ecb.getResponse(rcAccessAccept)?.add(radiusAttribute(ratFramedIPAddress, 0x0a000001)) ?? 1,
    });
    expect((await createHarness({ authentication: [module] }).access()).attributes).toEqual([
      "Framed-IP-Address=10.0.0.1",
    ]);
  });

  it("NPS-73 the compatibility switch swaps what modules see and give", async () => {
    const compatibility = { littleEndianAddresses: true };
    const attribute = await seen(1, "authentication", 4, { "NAS-IP-Address": "10.0.0.1" }, { compatibility });
    expect(attribute?.value).toBe(0x0100000a);
    const { extension } = callLog();
    const third = extension({
      RadiusExtensionProcess2: (ecb) =>
        ecb.getResponse(rcAccessAccept)?.add(radiusAttribute(ratFramedIPAddress, 0x0200000a)) ?? 1,
    });
    const second = extension({
      RadiusExtensionProcessEx(_, outAttributes) {
        outAttributes.value = [radiusAttribute(14, 0x0300000a)];
        return 0;
      },
    });
    const { attributes } = await createHarness({ authentication: [third, second], compatibility }).access();
    expect(attributes).toEqual(["Framed-IP-Address=10.0.0.2", "Login-IP-Host=10.0.0.3"]);
  });

  it.each([0, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1])(
    "NPS-74 time %i is unsigned seconds since 1970",
    async (seconds) => {
      const attribute = await seen(1, "authentication", 55, { "Event-Timestamp": new Date(seconds * 1_000) });
      expect(attribute).toMatchObject({ dataType: 4, value: seconds });
    },
  );

  it("an attribute whose length does not fit its type is handed out as unknown octets", async () => {
    const attribute = await seen(1, "authentication", 5, { "Attr-5": Uint8Array.of(1, 2) });
    expect(attribute).toMatchObject({ dataType: 0, value: Uint8Array.of(1, 2) });
  });
});
