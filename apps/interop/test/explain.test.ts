import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AttributeInput } from "@sallyport/radius";
import { createRadiusClient } from "@sallyport/radius/node";
import type { SettingsInput } from "@sallyport/server";
import { describe, expect, it, onTestFinished } from "vitest";
import { codeBlocks } from "../src/markdown.ts";
import { labSettings, program, sallyport, startSallyport } from "../src/sallyport.ts";
import { temporaryFolder } from "../src/temporary-folder.ts";

/** Three days from now: neither today nor beside it, in any time zone. */
const otherDay = ["We", "Th", "Fr", "Sa", "Su", "Mo", "Tu"][new Date().getUTCDay()] ?? "Mo";

const network: NonNullable<NonNullable<SettingsInput["policies"]>["network"]> = [
  {
    name: "Wi-Fi",
    access: "grant",
    conditions: { attributes: { "NAS-Port-Type": "Wireless-802.11" } },
    constraints: { authenticationMethods: ["EAP"] },
  },
  {
    name: "Desks",
    access: "grant",
    conditions: { attributes: { "NAS-Identifier": "switch" } },
    constraints: { nasPortTypes: ["Ethernet"] },
  },
  {
    name: "Modems",
    access: "grant",
    conditions: { attributes: { "NAS-Identifier": "modems" } },
    constraints: { calledStationId: { pattern: "^555" } },
  },
  {
    name: "Cleaning",
    access: "grant",
    conditions: { attributes: { "NAS-Identifier": "doors" } },
    constraints: { dayAndTime: otherDay },
  },
  { name: "Closed", access: "deny", conditions: { attributes: { "NAS-Identifier": "archive" } } },
  { name: "Staff", access: "grant", conditions: { groups: ["staff"] } },
];

const settings: SettingsInput = {
  ...labSettings,
  accounts: [
    { name: "alice", password: "wonderland", groups: ["staff"] },
    { name: "bob", password: "wonderland", groups: ["guests"] },
    { name: "carol", password: "wonderland", enabled: false },
    { name: "dave", password: "wonderland", expires: "2020-01-01" },
    { name: "erin", password: "wonderland", logonHours: otherDay },
    { name: "frank", password: "wonderland", dialIn: "deny", groups: ["staff"] },
  ],
  extensions: { authentication: ["./extension.mjs"] },
  policies: {
    connectionRequest: [
      {
        name: "Everything but the printer",
        conditions: { attributes: { "NAS-Identifier": { pattern: "^(?!printer$)" } } },
        realmRules: [{ find: "@old\\.example$", replace: "" }],
      },
      {
        name: "Devices without a name",
        conditions: { attributes: { "NAS-Identifier": { present: false } } },
      },
    ],
    network,
  },
};

const extension = `
import { defineNpsExtension, reject } from "@sallyport/nps";
export default defineNpsExtension({
  authentication: (request) => (request.get("Calling-Station-Id") === "blocked" ? reject() : undefined),
});`;

/** What is sent beside alice's right password, the reason, and what the explanation must say. */
const refusals: readonly (readonly [string, AttributeInput, number, string])[] = [
  [
    "a name that nobody has",
    { "User-Name": "mallory@old.example", "NAS-Identifier": "x" },
    8,
    "mallory@old.example, looked up as SALLYPORT\\mallory",
  ],
  [
    "a wrong password",
    { "User-Password": "looking-glass" },
    16,
    'refused (problem "wrong-password", method "PAP")',
  ],
  ["a disabled account", { "User-Name": "carol" }, 34, "the account is disabled"],
  ["an expired account", { "User-Name": "dave" }, 35, "the account has expired"],
  ["the wrong hour for the account", { "User-Name": "erin" }, 37, "the account may not be used at this time"],
  ["an extension", { "Calling-Station-Id": "blocked" }, 21, 'returned (extension "./extension.mjs"'],
  [
    "no connection request policy",
    { "NAS-Identifier": "printer" },
    49,
    '"Devices without a name" did not match: it asks that NAS-Identifier is missing, but NAS-Identifier is printer',
  ],
  [
    "no network policy",
    { "User-Name": "bob" },
    48,
    '"Staff" did not match: it asks that groups include staff, but groups are guests',
  ],
  ["the account's permission", { "User-Name": "frank" }, 65, "the account's dial-in permission is deny"],
  [
    "a policy that denies",
    { "NAS-Identifier": "archive" },
    65,
    '(policy "Closed", why "the policy denies access")',
  ],
  [
    "the method",
    { "NAS-Port-Type": "Wireless-802.11" },
    66,
    'constraint "authentication type is EAP", seen "authentication type is PAP"',
  ],
  ["the time", { "NAS-Identifier": "doors" }, 68, `constraint "time is ${otherDay} (UTC)"`],
  [
    "the number that was called",
    { "NAS-Identifier": "modems", "Called-Station-Id": "42" },
    69,
    'seen "Called-Station-Id is 42"',
  ],
  [
    "the port type",
    { "NAS-Identifier": "switch", "NAS-Port-Type": "Virtual" },
    70,
    'seen "NAS-Port-Type is Virtual"',
  ],
];

describe("sallyport explain", () => {
  it("tells of prepared refusals, by itself, why each was refused", async () => {
    const server = await startSallyport(settings, { files: { "extension.mjs": extension } });
    const client = createRadiusClient({ server: server.auth, secret: "testing123" });
    onTestFinished(() => client.close());
    for (const [index, [what, input, reason, words]] of refusals.entries()) {
      const answer = await client.accessRequest({
        "User-Name": "alice",
        "User-Password": "wonderland",
        ...input,
      });
      expect(answer.codeName, what).toBe("Access-Reject");
      const { stdout, status } = await server.command("explain", String(index + 1));
      expect(status).toBe(0);
      expect(stdout, what).toContain(`Request #${index + 1} was rejected, reason ${reason}: `);
      expect(stdout, what).toContain(words);
      expect(stdout).not.toMatch(/wonderland|looking-glass|testing123/);
    }
    const accepted = await client.accessRequest({
      "User-Name": "alice@old.example",
      "User-Password": "wonderland",
      "NAS-Identifier": "x",
    });
    expect(accepted.codeName).toBe("Access-Accept");
    expect((await server.command("explain")).stdout).toContain(
      `Request #${refusals.length + 1} was accepted.`,
    );
    expect(await server.command("explain", "999")).toMatchObject({ status: 2, stdout: "" });
  }, 120_000);

  it("--follow --refused explains refusals as they come, and nothing else", async () => {
    const server = await startSallyport(settings, { files: { "extension.mjs": extension } });
    const following = spawn(
      process.execPath,
      [program, "explain", "--follow", "--refused", "--config", server.configFile],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    onTestFinished(() => void following.kill());
    let output = "";
    following.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    const client = createRadiusClient({ server: server.auth, secret: "testing123" });
    onTestFinished(() => client.close());
    const ask = (name: string) => client.accessRequest({ "User-Name": name, "User-Password": "wonderland" });
    // Nobody tells when it has begun to listen: requests are sent until one of them is explained.
    while (!output.includes("reason 48")) {
      await ask("alice");
      await ask("bob");
      await Promise.race([
        once(following.stdout, "data"),
        new Promise((resolve) => setTimeout(resolve, 200)),
      ]);
    }
    expect(output).toContain("looked up as SALLYPORT\\bob");
    expect(output).not.toContain("was accepted");
  }, 60_000);
});

describe("policies in the settings file", () => {
  it("what no request can reach is a warning: of check, and in the log of the server that starts", async () => {
    const policies = {
      network: [
        { name: "all", access: "grant" },
        { name: "late", access: "deny" },
      ],
    } as const;
    const server = await startSallyport({ ...labSettings, policies: { network: [...policies.network] } });
    await server.logged('policies.network[1]: is never reached: "all" takes every request');
    const { stdout, status } = await server.command("check");
    expect(status).toBe(0);
    expect(stdout).toMatch(/1 warning:\n\n {2}policies\.network\[1\].*\n {4}is never reached: "all"/);
  });

  it("every mistake is told, with path and remedy", async () => {
    const folder = temporaryFolder();
    const file = join(folder, "sallyport.config.yaml");
    writeFileSync(
      file,
      `radius: { clients: [{ name: lab, address: 127.0.0.1, secret: testing123 }] }
policies:
  connectionRequest:
    - name: elsewhere
      authentication: { forward: hq }
  network:
    - name: a
      access: grant
      conditions: { attributes: { NAS-Prt-Type: Virtual }, eapMethods: [mschap2] }
    - name: b
      access: grant
      conditions: { dayAndTime: "Mo 08:00-08:00" }
`,
    );
    const { status, stderr } = await sallyport(["check", "--config", file]);
    expect(status).toBe(1);
    expect(stderr).toContain("has 4 mistakes");
    for (const [path, line, remedy] of [
      ["policies.connectionRequest[0].authentication.forward", 5, 'write "local" or "none"'],
      ["policies.network[0].conditions.attributes.NAS-Prt-Type", 9, "do you mean NAS-Port-Type?"],
      ["policies.network[0].conditions.eapMethods[0]", 9, 'did you mean "mschapv2"?'],
      ["policies.network[1].conditions.dayAndTime", 12, "write for example"],
    ] as const) {
      const [, block = ""] = stderr.split(`  ${path}  (line ${line})\n`);
      expect(block.split("\n\n")[0]).toContain(`Remedy: ${remedy}`);
    }
  });

  it("the settings of the guide from NPS are right, without a warning", async () => {
    const block = codeBlocks("apps/docs/guides/from-nps.md").find(({ language }) => language === "ts");
    const folder = temporaryFolder({ "sallyport.config.ts": block?.content ?? "" });
    const { status, stdout } = await sallyport(["check", "--config", join(folder, "sallyport.config.ts")]);
    expect(status).toBe(0);
    expect(stdout).toContain("is right");
    expect(stdout).not.toContain("warning");
  });
});
