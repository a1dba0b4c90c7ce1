import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createRadiusClient } from "@sallyport/radius/node";
import type { SettingsInput } from "@sallyport/server";
import { describe, expect, it } from "vitest";
import { labSettings, program, sallyport, startSallyport } from "../src/sallyport.ts";
import { temporaryFolder } from "../src/temporary-folder.ts";

const check = (settings: unknown, folder = temporaryFolder()) => {
  const file = join(folder, "sallyport.config.json");
  writeFileSync(file, typeof settings === "string" ? settings : JSON.stringify(settings, null, 2));
  return sallyport(["check", "--config", file], { cwd: folder });
};

describe("start", () => {
  it("prints one ready line with the real addresses on standard output, and logs on standard error", async () => {
    const server = await startSallyport();
    expect(server.auth).toMatch(/^127\.0\.0\.1:[1-9]\d*$/);
    expect(server.acct).toMatch(/^127\.0\.0\.1:[1-9]\d*$/);
    expect(server.console).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*$/);
    const client = createRadiusClient({ server: server.auth, secret: "testing123" });
    const answer = await client.accessRequest({ "User-Name": "alice", "User-Password": "wonderland" });
    await client.close();
    expect(answer.codeName).toBe("Access-Accept");
    await server.logged(/#1 Access-Accept {2}alice@lab/);
    const ended = await server.stop();
    expect(ended.stdout.match(/\n/g)).toHaveLength(1);
  });

  it.each(["SIGTERM", "SIGINT"] as const)(
    "%s: finishes what is in flight, terminates the extensions, exits 0",
    async (signal) => {
      const slow = `
export async function RadiusExtensionProcess2(ecb) {
  console.error("called");
  await new Promise((resolve) => setTimeout(resolve, 500));
  return 0;
}
export function RadiusExtensionTerm() { console.error("terminated"); }`;
      const server = await startSallyport(
        { ...labSettings, extensions: { authentication: ["./slow.mjs"] } },
        { files: { "slow.mjs": slow } },
      );
      const client = createRadiusClient({ server: server.auth, secret: "testing123" });
      const pending = client.accessRequest({ "User-Name": "alice", "User-Password": "wonderland" });
      await server.logged("called");
      const ended = server.stop(signal);
      expect((await pending).codeName).toBe("Access-Accept");
      expect(await ended).toMatchObject({ status: 0, signal: null });
      expect(server.log()).toContain("terminated");
      await client.close();
    },
  );

  it("a second signal exits at once", async () => {
    const stuck =
      "export const RadiusExtensionProcess2 = () => (console.error('called'), new Promise(() => {}));";
    const server = await startSallyport(
      { ...labSettings, extensions: { authentication: ["./stuck.mjs"] } },
      { files: { "stuck.mjs": stuck } },
    );
    const client = createRadiusClient({ server: server.auth, secret: "testing123" });
    const pending = client
      .accessRequest({ "User-Name": "alice", "User-Password": "wonderland" })
      .catch(() => {});
    await server.logged("called");
    const began = performance.now();
    const first = server.stop("SIGTERM");
    await new Promise((resolve) => setTimeout(resolve, 200));
    server.process.kill("SIGTERM");
    expect((await first).status).toBe(143);
    expect(performance.now() - began).toBeLessThan(8_000);
    await client.close();
    await pending;
  });

  it("the smallest configuration starts with a single-file extension outside any project, in TypeScript", async () => {
    const extension = `
import { type RadiusAttributes, type Out, type RadiusAction, attributeText, findAttribute, raReject, ratUserName } from "@sallyport/nps";
export function RadiusExtensionProcess(attributes: RadiusAttributes, action: Out<RadiusAction> | null): number {
  const name = findAttribute(attributes, ratUserName);
  if (action !== null && name !== undefined && attributeText(name) === "eve") action.value = raReject;
  return 0;
}`;
    const settings: SettingsInput = {
      radius: {
        auth: "127.0.0.1:0",
        acct: "127.0.0.1:0",
        clients: [{ name: "lab", address: "127.0.0.1", secret: "testing123" }],
      },
      accounts: [{ name: "alice", password: "wonderland", groups: ["staff"] }],
      extensions: { authentication: ["./my-extension.ts"], authorization: [] },
    };
    const server = await startSallyport(settings, { files: { "my-extension.ts": extension } });
    const client = createRadiusClient({ server: server.auth, secret: "testing123" });
    const ask = async (name: string) =>
      (await client.accessRequest({ "User-Name": name, "User-Password": "wonderland" })).codeName;
    expect(await ask("alice")).toBe("Access-Accept");
    expect(await ask("eve")).toBe("Access-Reject");
    await client.close();
    expect(server.log()).not.toMatch(/Warning/);
  });

  it("settings in YAML and in TypeScript work like those in JSON", async () => {
    const yaml = `
radius:
  auth: 127.0.0.1:0
  acct: "[::1]:0"
  clients:
    - { name: lab, address: 127.0.0.0/8, secret: testing123 }
`;
    const typescript = `
import { defineSettings } from "@sallyport/server";
const secret: string = "testing123";
export default defineSettings({ radius: { clients: [{ name: "lab", address: "127.0.0.1", secret }] } });
`;
    const folder = temporaryFolder({ "a.yaml": yaml, "b.ts": typescript });
    for (const file of ["a.yaml", "b.ts"]) {
      const ended = await sallyport(["check", "--config", join(folder, file)]);
      expect(ended).toMatchObject({ status: 0, stderr: "" });
    }
  });

  it("without a file, a first start writes a configuration with random secrets, for its owner's eyes only, and never overwrites it", async () => {
    const folder = temporaryFolder();
    const start = () => sallyport(["start", "--help"], { cwd: folder });
    expect((await start()).stdout).toContain("Without a settings file");
    const { ensureStarterIn } = await import("../src/starter.ts");
    const first = await ensureStarterIn(folder);
    expect(statSync(join(folder, "sallyport")).mode & 0o777).toBe(0o700);
    for (const name of ["sallyport.config.json", "extension.ts", "radclient.secret", "alice.request"]) {
      expect(statSync(join(folder, "sallyport", name)).mode & 0o777).toBe(0o600);
    }
    const secret = readFileSync(join(folder, "sallyport", "radclient.secret"), "utf8").trim();
    expect(secret).toMatch(/^[A-Za-z2-9]{20}$/);
    expect(first.stdout).toMatch(/^ready /);
    expect(first.stdout + first.stderr).not.toContain(secret);
    const content = readFileSync(join(folder, "sallyport", "sallyport.config.json"), "utf8");
    await ensureStarterIn(folder);
    expect(readFileSync(join(folder, "sallyport", "sallyport.config.json"), "utf8")).toBe(content);
    const elsewhere = temporaryFolder();
    await ensureStarterIn(elsewhere);
    expect(readFileSync(join(elsewhere, "sallyport", "radclient.secret"), "utf8").trim()).not.toBe(secret);
  });
});

describe("bad input", () => {
  it("ten different mistakes are told at once, each with its path, its line and a remedy", async () => {
    const ended = await check({
      radius: {
        auth: "127.0.0.1",
        acct: "127.0.0.1:0",
        clients: [
          { name: "", address: "127.0.0.1", secret: "s" },
          { name: "b", address: "10.0.0.0/99", secret: 5 },
          {
            name: "c",
            adress: "10.0.0.1",
            address: "10.0.0.1",
            secret: "s",
            requireMessageAuthenticator: "alway",
          },
        ],
      },
      accounts: [
        { name: "alice" },
        { name: "bob", password: "x", groups: "staff" },
        { name: "eve", password: "x", expires: "tomorrow" },
      ],
      extensions: { authentication: "./a.ts", timeoutMs: 0 },
      loging: true,
    });
    expect(ended.status).toBe(1);
    const paths = [
      "radius.auth",
      "radius.clients[0].name",
      "radius.clients[1].address",
      "radius.clients[1].secret",
      "radius.clients[2].adress",
      "radius.clients[2].requireMessageAuthenticator",
      "accounts[0]",
      "accounts[1].groups",
      "accounts[2].expires",
      "extensions.authentication",
      "extensions.timeoutMs",
      "loging",
    ];
    for (const path of paths)
      expect(ended.stderr).toMatch(
        new RegExp(`^  ${path.replace(/[[\].]/g, "\\$&")}(  \\(line \\d+\\))$`, "m"),
      );
    expect(ended.stderr).toContain(`has ${paths.length} mistakes`);
    expect(ended.stderr.match(/^ {4}Remedy: \S/gm)).toHaveLength(paths.length);
    expect(ended.stderr).toContain('did you mean "address"?');
    expect(ended.stderr).toContain('did you mean "always"?');
    expect(ended.stderr).toContain('did you mean "log"?');
  });

  it("mistakes that no schema sees: a module file that is missing, repeated names and addresses", async () => {
    const client = { name: "lab", address: "127.0.0.1", secret: "s" };
    const ended = await check({
      radius: { clients: [client, { ...client, address: "127.0.0.2" }, { ...client, name: "other" }] },
      accounts: [
        { name: "alice", password: "x" },
        { name: "Alice", password: "y" },
      ],
      extensions: {
        authentication: ["./missing.ts", "no-such-package"],
        authorization: [{ module: "./gone.mjs" }],
      },
    });
    expect(ended.status).toBe(1);
    for (const words of [
      "missing.ts does not exist",
      'package "no-such-package" cannot be found',
      "gone.mjs does not exist",
    ]) {
      expect(ended.stderr).toContain(words);
    }
    expect(ended.stderr).toContain("has 6 mistakes");
  });

  it("mistakes in a scope: a client that does not exist, an attribute that does not, a policy that is not known yet", async () => {
    const ended = await check({
      radius: { clients: [{ name: "lab", address: "127.0.0.1", secret: "s" }] },
      extensions: {
        authentication: [
          {
            module: "@sallyport/nps",
            scope: { clients: ["lob"], networkPolicies: ["x"], attributes: { "NAS-Prt": "1" }, grups: [] },
          },
          {
            module: "@sallyport/nps",
            scope: { clients: ["lob"], networkPolicies: ["x"], attributes: { "NAS-Prt": "1" } },
          },
        ],
      },
    });
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain('did you mean "groups"?');
    const second = await check({
      radius: { clients: [{ name: "lab", address: "127.0.0.1", secret: "s" }] },
      extensions: {
        authentication: [
          {
            module: "@sallyport/nps",
            scope: { clients: ["lob"], networkPolicies: ["x"], attributes: { "NAS-Prt": "1" } },
          },
        ],
      },
    });
    for (const words of ['no client called "lob"', "not known yet", 'no attribute is called "NAS-Prt"']) {
      expect(second.stderr).toContain(words);
    }
  });

  it.each([
    ["{ radius: }", "is not JSON"],
    ["", "has 1 mistake"],
    ["[]", "has 1 mistake"],
    ["null", "has 1 mistake"],
    ["{}", "radius"],
  ])("a settings file that contains %j", async (content, words) => {
    const ended = await check(content);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain(words);
    expect(ended.stderr).toContain("Remedy:");
    expect(ended.stderr).not.toContain("    at ");
  });

  it("a settings file that is missing, or of an unknown kind", async () => {
    for (const name of ["nowhere.json", "settings.ini"]) {
      const ended = await sallyport(["start", "--config", join(temporaryFolder(), name)]);
      expect(ended.status).toBe(1);
      expect(ended.stderr).toMatch(/does not exist|is unknown/);
      expect(ended.stderr).toContain("Remedy:");
    }
  });

  it("a port in use", async () => {
    const socket = createSocket("udp4").bind(0, "127.0.0.1");
    await once(socket, "listening");
    const { port } = socket.address();
    const settings = { ...labSettings, radius: { ...labSettings.radius, auth: `127.0.0.1:${port}` } };
    await expect(startSallyport(settings)).rejects.toThrowError(
      /radius\.auth 127\.0\.0\.1:\d+ is in use by another program\nRemedy: /,
    );
    socket.close();
  });

  it("an address that this machine does not have", async () => {
    const settings = { ...labSettings, radius: { ...labSettings.radius, auth: "192.0.2.1:0" } };
    await expect(startSallyport(settings)).rejects.toThrowError(/is no address of this machine\nRemedy: /);
  });

  it("a state folder that cannot be written", async () => {
    const folder = temporaryFolder({ occupied: "a file, not a folder" });
    await expect(
      startSallyport({ ...labSettings, state: "./occupied/state" }, { folder }),
    ).rejects.toThrowError(/the state folder \S+ cannot be used: .*\nRemedy: /);
  });

  it.each([
    [
      "does not parse",
      "export function RadiusExtensionProcess2( {",
      /broken\.ts cannot be loaded: importing it failed/,
    ],
    ["throws while it loads", 'throw new Error("no license file");', /no license file/],
    [
      "imports what is not there",
      'import "no-such-package"; export const RadiusExtensionProcess2 = () => 0;',
      /no-such-package/,
    ],
    [
      "lacks the entry points",
      "export const radiusExtensionProcess = () => 0;",
      /exports none of RadiusExtensionProcess2/,
    ],
    [
      "exports something else under an entry point",
      "export const RadiusExtensionProcess2 = 5;",
      /is not a function but number/,
    ],
    [
      "fails in Init",
      "export const RadiusExtensionInit = () => 1603; export const RadiusExtensionProcess2 = () => 0;",
      /returned error 1603/,
    ],
    [
      "uses syntax that cannot be stripped",
      "enum A { B } export const RadiusExtensionProcess2 = () => A.B;",
      /enum/,
    ],
  ])("a module that %s prevents the start, and the message says why", async (_, content, words) => {
    const settings = { ...labSettings, extensions: { authentication: ["./broken.ts"] } };
    const starting = startSallyport(settings, { files: { "broken.ts": content } });
    await expect(starting).rejects.toThrowError(words);
    await expect(starting).rejects.toThrowError(/Remedy: /);
  });

  it("what a module leaves behind does not end the server: a throwing timer, a rejection nobody awaits", async () => {
    const careless = `
export function RadiusExtensionProcess2() {
  setTimeout(() => { throw new Error("from a timer"); });
  Promise.reject(new Error("from a promise"));
  return 0;
}`;
    const server = await startSallyport(
      { ...labSettings, extensions: { authentication: ["./careless.mjs"] } },
      { files: { "careless.mjs": careless } },
    );
    const client = createRadiusClient({ server: server.auth, secret: "testing123" });
    const ask = () => client.accessRequest({ "User-Name": "alice", "User-Password": "wonderland" });
    expect((await ask()).codeName).toBe("Access-Accept");
    await server.logged("from a timer");
    await server.logged("from a promise");
    expect((await ask()).codeName).toBe("Access-Accept");
    await client.close();
    expect(await server.stop()).toMatchObject({ status: 0 });
  });

  it.each([
    ["start", "--port", "5"],
    ["nonsense"],
    ["radius", "test", "alice", "--attribute", "novalue", "--server", "127.0.0.1:1", "--secret", "s"],
  ])("a command line that cannot be (%s %s)", async (...args) => {
    const ended = await sallyport(args, { cwd: temporaryFolder() });
    expect(ended.status).not.toBe(0);
    expect(ended.stderr).toMatch(/error|unknown/i);
    expect(ended.stderr).not.toContain("    at ");
  });
});

describe("commands", () => {
  it.each([
    [],
    ["start"],
    ["check"],
    ["trace"],
    ["accounting"],
    ["log"],
    ["radius"],
    ["radius", "test"],
    ["account"],
    ["account", "hash"],
  ])("%s %s --help tells what it is for, with examples", async (...command) => {
    const ended = await sallyport([...command, "--help"]);
    expect(ended.status).toBe(0);
    expect(ended.stdout).toContain("Usage: sallyport");
    if (command.length === 2 || !["radius", "account"].includes(command[0] ?? ""))
      expect(ended.stdout).toMatch(/Examples:\n {2}sallyport /);
  });

  it("radius test shows the answer, takes server, secret and password from the settings, and its exit status tells the outcome", async () => {
    const server = await startSallyport();
    const accepted = await server.command("radius", "test", "alice");
    expect(accepted).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^Access-Accept after [\d.]+ ms/),
    });
    const rejected = await server.command("radius", "test", "alice", "--password", "wrong", "--json");
    expect(rejected.status).toBe(1);
    expect(JSON.parse(rejected.stdout)).toMatchObject({ code: 3, codeName: "Access-Reject" });
    const accounting = await server.command(
      "radius",
      "test",
      "alice",
      "--accounting",
      "start",
      "-a",
      "NAS-Port=3",
    );
    expect(accounting).toMatchObject({ status: 0, stdout: expect.stringMatching(/^Accounting-Response/) });
    const silent = await server.command("radius", "test", "alice", "--secret", "wrong", "--timeout", "1");
    expect(silent).toMatchObject({ status: 3, stderr: expect.stringContaining("no answer") });
    const misspelt = await server.command("radius", "test", "alice", "-a", "Caling-Station-Id=x");
    expect(misspelt).toMatchObject({ status: 2, stderr: expect.stringContaining("Calling-Station-Id") });
  });

  it.each(["scrypt", "nt"])(
    "account hash makes a %s hash that serves in the settings, and does not show the password",
    async (form) => {
      const made = await sallyport(["account", "hash", "--form", form], { input: "wonderland\n" });
      expect(made).toMatchObject({
        status: 0,
        stdout: expect.stringMatching(form === "nt" ? /^nt:[0-9a-f]{32}\n$/ : /^\$scrypt\$/),
      });
      const passwordHash = made.stdout.trim();
      const server = await startSallyport({ ...labSettings, accounts: [{ name: "alice", passwordHash }] });
      const ask = (password: string) => server.command("radius", "test", "alice", "--password", password);
      expect((await ask("wonderland")).status).toBe(0);
      expect((await ask("Wonderland")).status).toBe(1);
      const empty = await sallyport(["account", "hash"], { input: "" });
      expect(empty).toMatchObject({ status: 2, stderr: expect.stringContaining("the password is empty") });
    },
  );

  it("trace explains a request of the running server, as text and as JSON, without its secrets", async () => {
    const server = await startSallyport();
    await server.command("radius", "test", "alice");
    await server.command("radius", "test", "alice", "--password", "hunter2-guess");
    const narrative = await server.command("trace");
    expect(narrative.stdout).toContain("Request #2: Access-Request");
    expect(narrative.stdout).toContain("User-Password = ***");
    expect(narrative.stdout).toMatch(/Network policies\s+skipped/);
    expect(narrative.stdout).toContain("Answer: Access-Reject");
    expect(narrative.stdout).toContain("reason 16");
    const json = await server.command("trace", "1", "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({
      id: 1,
      answer: { type: "Access-Accept" },
      reason: { code: 0 },
    });
    const lines = await server.command("trace", "--last", "5");
    expect(lines.stdout.trim().split("\n")).toHaveLength(2);
    for (const text of [narrative.stdout, json.stdout, lines.stdout, server.log()]) {
      expect(text).not.toContain("hunter2-guess");
      expect(text).not.toContain("wonderland");
      expect(text).not.toContain("testing123");
    }
    expect(await server.command("trace", "99")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("no such request"),
    });
  });

  it("the console's interface wants its token, and refuses foreign hosts and origins", async () => {
    const server = await startSallyport();
    const info = JSON.parse(
      readFileSync(join(server.folder, "sallyport-state", `running-${server.process.pid}.json`), "utf8"),
    ) as { token: string };
    expect(
      statSync(join(server.folder, "sallyport-state", `running-${server.process.pid}.json`)).mode & 0o777,
    ).toBe(0o600);
    const ask = (headers: Record<string, string>) => fetch(`${server.console}/api/status`, { headers });
    expect((await ask({})).status).toBe(401);
    expect((await ask({ authorization: "Bearer wrong" })).status).toBe(401);
    const authorization = `Bearer ${info.token}`;
    expect((await ask({ authorization })).status).toBe(200);
    expect((await ask({ authorization, origin: "https://evil.example" })).status).toBe(403);
    await server.stop();
    expect(() =>
      statSync(join(server.folder, "sallyport-state", `running-${server.process.pid}.json`)),
    ).toThrow(/ENOENT/);
  });

  it("the program is one file to run, with Node alone", () => {
    expect(readFileSync(program, "utf8")).toMatch(/^#!\/usr\/bin\/env node\n/);
  });
});
