import { createNpsBench } from "@sallyport/testbench";
import { describe, expect, it } from "vitest";
import * as plain from "../src/index.ts";
import * as windows from "../src/windows.ts";

describe.each([
  ["as plain functions", plain],
  ["with the entry points of a DLL", windows],
])("the device allow-list %s", (_, deviceAllowlist) => {
  /** A server with the extension and these settings. */
  async function serverWith(settings: unknown) {
    const bench = createNpsBench({
      extensions: { authentication: [{ module: deviceAllowlist, name: "device-allowlist", settings }] },
      accounts: [
        { name: "alice", password: "wonderland" },
        { name: "bob", password: "builder" },
      ],
    });
    await bench.start();
    const logOn = async (user: string, password: string, device?: string): Promise<string> => {
      const answer = await bench.access({
        "User-Name": user,
        "User-Password": password,
        ...(device !== undefined && { "Calling-Station-Id": device }),
      });
      return [answer.codeName, ...answer.attributes.map(({ text }) => text)].join(": ");
    };
    return { bench, logOn };
  }

  it.each([
    "00-00-5E-00-53-01",
    "00:00:5e:00:53:01",
    "0000.5e00.5301",
    "00005e005301",
    "00-00-5E-00-53-01:Guest",
  ])("admits a listed device, however it is spelt: %s", async (device) => {
    const { logOn } = await serverWith({ devices: ["00-00-5e-00-53-01"] });
    expect(await logOn("alice", "wonderland", device)).toBe("Access-Accept");
  });

  it("refuses a device that is not on the list, and says so", async () => {
    const { logOn } = await serverWith({ devices: ["00-00-5E-00-53-01"] });
    expect(await logOn("alice", "wonderland", "00-00-5E-00-53-02")).toBe(
      "Access-Reject: This device is not registered.",
    );
  });

  it("does not let a listed device in without the right password", async () => {
    const { logOn } = await serverWith({ devices: ["00-00-5E-00-53-01"] });
    expect(await logOn("alice", "guess", "00-00-5E-00-53-01")).toBe("Access-Reject");
  });

  it("keeps a device to its users", async () => {
    const { logOn } = await serverWith({ devices: [{ id: "00-00-5E-00-53-01", users: ["Alice"] }] });
    expect(await logOn("alice", "wonderland", "00-00-5E-00-53-01")).toBe("Access-Accept");
    expect(await logOn("bob", "builder", "00-00-5E-00-53-01")).toBe(
      "Access-Reject: This device is registered for somebody else.",
    );
  });

  it("NPS-26 leaves a request without Calling-Station-Id to others", async () => {
    const { logOn } = await serverWith({ devices: ["00-00-5E-00-53-01"] });
    expect(await logOn("alice", "wonderland")).toBe("Access-Accept");
  });

  it.each([
    [undefined, "settings.devices is no list"],
    [{ devices: "all" }, "settings.devices is no list"],
    [{ devices: ["00-00-5E-00-53-01", "laptop"] }, "settings.devices[1] is no MAC address"],
    [{ devices: [null] }, "settings.devices[0] is no MAC address"],
    [{ devices: [{ id: "00-00-5E-00-53-01", users: "alice" }] }, "settings.devices[0].users is no list"],
  ])("prevents the start with settings it cannot read: %j", async (settings, words) => {
    const bench = createNpsBench({
      extensions: { authentication: [{ module: deviceAllowlist, settings }] },
      accounts: [],
    });
    await expect(bench.start()).rejects.toThrow("RadiusExtensionInit");
    expect(bench.log.events.map(({ message }) => message).join()).toContain(words);
  });

  it("leaves accounting alone", async () => {
    const { bench } = await serverWith({ devices: ["00-00-5E-00-53-01"] });
    const answer = await bench.accounting({
      "User-Name": "alice",
      "Acct-Status-Type": "Start",
      "Acct-Session-Id": "1",
      "Calling-Station-Id": "00-00-5E-00-53-02",
    });
    expect(answer.codeName).toBe("Accounting-Response");
  });
});
