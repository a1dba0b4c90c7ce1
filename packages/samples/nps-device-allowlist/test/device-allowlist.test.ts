import { settingsAccounts } from "@sallyport/accounts";
import { Secret } from "@sallyport/crypto";
import { Nps, npsExtension } from "@sallyport/nps";
import {
  attributesFromNames,
  decodeRadiusPacket,
  encodeRadiusPacket,
  formatAttribute,
  hideUserPassword,
} from "@sallyport/radius";
import { createMemoryLog, createSeededRandom, createVirtualClock } from "@sallyport/runtime";
import { describe, expect, it } from "vitest";
import * as deviceAllowlist from "../src/index.ts";

const secret = new Secret("testing123");
const authenticator = new Uint8Array(16);

/** A server with the extension and these settings; no sockets, no waiting. */
async function serverWith(settings: unknown) {
  const clock = createVirtualClock();
  const log = createMemoryLog();
  const nps = new Nps({
    extensions: { authentication: [npsExtension(deviceAllowlist, { name: "device-allowlist", settings })] },
    accounts: settingsAccounts([
      { name: "alice", password: "wonderland" },
      { name: "bob", password: "builder" },
    ]),
    accountingLog: { recordsAuthentication: false, write: () => {} },
    clock,
    random: createSeededRandom(1),
    log,
  });
  await nps.start();
  const logOn = async (user: string, password: string, device?: string): Promise<string> => {
    const attributes = attributesFromNames({
      "User-Name": user,
      ...(device !== undefined && { "Calling-Station-Id": device }),
    });
    const hidden = hideUserPassword(new TextEncoder().encode(password), secret.reveal(), authenticator);
    const datagram = encodeRadiusPacket({
      code: 1,
      identifier: 0,
      authenticator,
      attributes: [...attributes, { type: 2, value: hidden }],
    });
    const answer = await nps.handle({
      packet: decodeRadiusPacket(datagram),
      client: { name: "lab", address: "192.0.2.7", secret },
      source: { address: "192.0.2.7", port: 1 },
      receivedAt: clock.now(),
      port: "authentication",
    });
    const words = (answer?.attributes ?? []).map((attribute) => formatAttribute(attribute).text);
    return [answer?.code === 2 ? "accept" : "reject", ...words].join(": ");
  };
  return { logOn, log };
}

describe("the device allow-list", () => {
  it.each([
    "00-00-5E-00-53-01",
    "00:00:5e:00:53:01",
    "0000.5e00.5301",
    "00005e005301",
    "00-00-5E-00-53-01:Guest",
  ])("admits a listed device, however it is spelt: %s", async (device) => {
    const { logOn } = await serverWith({ devices: ["00-00-5e-00-53-01"] });
    expect(await logOn("alice", "wonderland", device)).toBe("accept");
  });

  it("refuses a device that is not on the list, and says so", async () => {
    const { logOn } = await serverWith({ devices: ["00-00-5E-00-53-01"] });
    expect(await logOn("alice", "wonderland", "00-00-5E-00-53-02")).toBe(
      "reject: This device is not registered.",
    );
  });

  it("does not let a listed device in without the right password", async () => {
    const { logOn } = await serverWith({ devices: ["00-00-5E-00-53-01"] });
    expect(await logOn("alice", "guess", "00-00-5E-00-53-01")).toBe("reject");
  });

  it("keeps a device to its users", async () => {
    const { logOn } = await serverWith({ devices: [{ id: "00-00-5E-00-53-01", users: ["Alice"] }] });
    expect(await logOn("alice", "wonderland", "00-00-5E-00-53-01")).toBe("accept");
    expect(await logOn("bob", "builder", "00-00-5E-00-53-01")).toBe(
      "reject: This device is registered for somebody else.",
    );
  });

  it("NPS-26 leaves a request without Calling-Station-Id to others", async () => {
    const { logOn } = await serverWith({ devices: ["00-00-5E-00-53-01"] });
    expect(await logOn("alice", "wonderland")).toBe("accept");
  });

  it.each([
    [undefined, "settings.devices is no list"],
    [{ devices: "all" }, "settings.devices is no list"],
    [{ devices: ["00-00-5E-00-53-01", "laptop"] }, "settings.devices[1] is no MAC address"],
    [{ devices: [null] }, "settings.devices[0] is no MAC address"],
    [{ devices: [{ id: "00-00-5E-00-53-01", users: "alice" }] }, "settings.devices[0].users is no list"],
  ])("prevents the start with settings it cannot read: %j", async (settings, words) => {
    await expect(serverWith(settings)).rejects.toMatchObject({ code: 87 });
    const { devicesOf } = await import("../src/devices.ts");
    expect(devicesOf(settings).mistakes.join()).toContain(words);
  });
});
