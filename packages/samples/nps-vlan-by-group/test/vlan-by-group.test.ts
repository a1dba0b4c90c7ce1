import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { networkPolicy } from "@sallyport/nps";
import { createNpsBench } from "@sallyport/testbench";
import { describe, expect, it, onTestFinished } from "vitest";
import * as plain from "../src/index.ts";
import * as windows from "../src/windows.ts";

const groups = { staff: ["alice", "carol"], admins: ["SALLYPORT\\Carol", "OTHER\\bob"] };
const vlans = [
  { group: "admins", vlan: 10 },
  { group: "staff", vlan: 20 },
];

function temporaryFile(content: string): { readonly path: string; write(text: string): void } {
  const folder = mkdtempSync(join(tmpdir(), "vlan-by-group-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "directory.json");
  let time = 1_700_000_000;
  const write = (text: string): void => {
    writeFileSync(path, text);
    // Two changes may come within one tick of the file system's clock.
    utimesSync(path, time, time);
    time += 60;
  };
  write(content);
  return { path, write };
}

describe.each([
  ["as plain functions", plain],
  ["with the entry points of a DLL", windows],
])("the VLAN by group, %s", (_, module) => {
  function serverWith(settings: object, policyVlan?: number) {
    const bench = createNpsBench({
      extensions: { authorization: [{ module, name: "vlan", settings }] },
      accounts: ["alice", "bob", "carol"].map((name) => ({ name, password: "wonderland" })),
      ...(policyVlan !== undefined && {
        policies: {
          network: [networkPolicy({ name: "all", access: "grant", settings: { vlan: policyVlan } })],
        },
      }),
    });
    const logOn = (user: string, password = "wonderland") =>
      bench.access({ "User-Name": user, "User-Password": password });
    const vlanOf = async (user: string) => (await logOn(user)).get("Tunnel-Private-Group-ID:1");
    return { bench, logOn, vlanOf };
  }

  it("gives a user of a group its VLAN, as three attributes with one tag", async () => {
    const { logOn } = serverWith({ groups, vlans });
    const answer = await logOn("alice");
    expect(answer.codeName).toBe("Access-Accept");
    expect(answer.octets("Tunnel-Type:1")).toEqual(Uint8Array.of(1, 0, 0, 13));
    expect(answer.octets("Tunnel-Medium-Type:1")).toEqual(Uint8Array.of(1, 0, 0, 6));
    expect(answer.octets("Tunnel-Private-Group-ID:1")).toEqual(Uint8Array.of(1, 0x32, 0x30));
    expect(answer.attributes).toHaveLength(3);
  });

  it("takes another tag, and a name of a VLAN", async () => {
    const { logOn } = serverWith({ groups, vlans: [{ group: "staff", vlan: "desk" }], tag: 31 });
    const answer = await logOn("alice");
    expect(answer.octets("Tunnel-Type:31")).toEqual(Uint8Array.of(31, 0, 0, 13));
    expect(answer.octets("Tunnel-Private-Group-ID:31")).toEqual(new TextEncoder().encode("\u001fdesk"));
  });

  it("takes the first group of the list for a user of two", async () => {
    expect(await serverWith({ groups, vlans }).vlanOf("carol")).toMatch(/10$/);
    expect(await serverWith({ groups, vlans: vlans.toReversed() }).vlanOf("carol")).toMatch(/20$/);
  });

  it.each(["ALICE", "sallyport\\Alice", "alice@sallyport.example", "\\alice"])(
    "knows a user in every spelling of the name: %s",
    async (name) => {
      expect(await serverWith({ groups, vlans }).vlanOf(name)).toMatch(/20$/);
    },
  );

  it("rejects a user of no group, with an event; one of the same name in another domain is another", async () => {
    const { bench, logOn } = serverWith({ groups, vlans });
    expect(await logOn("bob")).toMatchObject({ codeName: "Access-Reject", attributes: [] });
    expect(bench.log.events.at(-1)).toMatchObject({
      severity: "warning",
      message: "rejected: a user of no group",
      fields: { user: "SALLYPORT\\BOB" },
    });
  });

  it("gives a user of no group the VLAN for others", async () => {
    expect(await serverWith({ groups, vlans, otherwise: 99 }).vlanOf("bob")).toMatch(/99$/);
  });

  it("replaces what the network policy says of VLANs, or leaves it to others", async () => {
    const { logOn } = serverWith({ groups, vlans, otherwise: "as the policy says" }, 7);
    const answer = await logOn("alice");
    expect(answer.attributes.filter(({ name }) => name.startsWith("Tunnel-"))).toHaveLength(3);
    expect(answer.get("Tunnel-Private-Group-ID:1")).toMatch(/20$/);
    expect((await logOn("bob")).get("Tunnel-Private-Group-ID")).toBe("7");
  });

  it("lets nobody in without the right password", async () => {
    const { logOn } = serverWith({ groups, vlans });
    expect(await logOn("alice", "guess")).toMatchObject({ codeName: "Access-Reject", attributes: [] });
  });

  it("reads a directory file, and its changes without a restart", async () => {
    const file = temporaryFile(JSON.stringify(groups));
    const { bench, vlanOf } = serverWith({ directory: file.path, vlans });
    expect(await vlanOf("alice")).toMatch(/20$/);
    file.write(JSON.stringify({ admins: ["alice"] }));
    expect(await vlanOf("alice")).toMatch(/20$/);
    await bench.clock.advanceAsync(1_000);
    expect(await vlanOf("alice")).toMatch(/10$/);
  });

  it("goes on with what it has read when the file breaks, and tells so once", async () => {
    const file = temporaryFile(JSON.stringify(groups));
    const { bench, vlanOf } = serverWith({ directory: file.path, vlans });
    expect(await vlanOf("alice")).toMatch(/20$/);
    file.write('{ "staff": ["ali');
    for (let second = 0; second < 5; second++) {
      await bench.clock.advanceAsync(1_000);
      expect(await vlanOf("alice")).toMatch(/20$/);
    }
    const told = bench.log.events.filter(({ severity }) => severity === "error");
    expect(told.map(({ message }) => message)).toEqual([
      expect.stringMatching(/directory\.json cannot be read/),
    ]);
    file.write('{ "admins": ["alice"] }');
    await bench.clock.advanceAsync(1_000);
    expect(await vlanOf("alice")).toMatch(/10$/);
  });

  it.each([
    [undefined, "settings.vlans is no list"],
    [{ vlans }, "settings.groups names no group"],
    [{ vlans, groups: { staff: "alice" } }, 'settings.groups["staff"] is no list of user names'],
    [{ vlans, groups, directory: "./directory.json" }, "settings have groups and directory"],
    [{ vlans, directory: "/nowhere/directory.json" }, "/nowhere/directory.json cannot be read"],
    [{ groups, vlans: [{ group: "staff", vlan: 4095 }] }, "settings.vlans[0] is no choice"],
    [{ groups, vlans: [null] }, "settings.vlans[0] is no choice"],
    [{ groups, vlans, otherwise: 0 }, "settings.otherwise is no VLAN"],
    [{ groups, vlans, tag: 32 }, "settings.tag is no whole number"],
  ])("prevents the start with settings it cannot read: %j", async (settings, words) => {
    const bench = createNpsBench({ extensions: { authorization: [{ module, settings }] }, accounts: [] });
    await expect(bench.start()).rejects.toThrow("RadiusExtensionInit");
    expect(bench.log.events.map(({ message }) => message).join()).toContain(words);
  });

  it("lets nobody in when its settings are gone", async () => {
    const { bench, logOn } = serverWith({ groups, vlans });
    await bench.start();
    await bench.stop();
    expect((await logOn("alice")).codeName).toBe("silence");
  });

  it("leaves accounting alone", async () => {
    const { bench } = serverWith({ groups, vlans });
    const start = { "User-Name": "bob", "Acct-Status-Type": "Start", "Acct-Session-Id": "1" };
    expect(await bench.accounting(start)).toMatchObject({ codeName: "Accounting-Response", attributes: [] });
  });
});
