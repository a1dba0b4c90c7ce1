import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { EAPACTION_Done, EAPACTION_Send, openEapMethods, type RasEapModule } from "@sallyport/eap";
import { runEapConversation } from "@sallyport/eap-radius/node";
import { createRadiusClient } from "@sallyport/radius/node";
import { silentLog } from "@sallyport/runtime";
import { passphrase } from "@sallyport/sample-eap-passphrase";
import type { SettingsInput } from "@sallyport/server";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { freePort } from "../src/free-port.ts";
import { type CodeBlock, codeBlocks, commandsOf, root } from "../src/markdown.ts";
import { describeWithPeers } from "../src/peers.ts";
import { run } from "../src/run.ts";
import { labSettings, sallyport, startSallyport } from "../src/sallyport.ts";
import { temporaryFolder } from "../src/temporary-folder.ts";

/** What users read. The README's shell commands have a test of their own. */
const documents = [
  "README.md",
  "apps/server/README.md",
  "apps/docs/pages/index.md",
  "apps/docs/pages/pictures.md",
  "apps/docs/guides/dial-in-line.md",
  "apps/docs/guides/802.1x.md",
  "apps/docs/guides/eap-method.md",
  "apps/docs/guides/from-nps.md",
  "apps/docs/guides/nps-extension.md",
  "apps/docs/guides/ras-security-dialog.md",
  "apps/docs/guides/server.md",
  "apps/docs/guides/single-sign-on.md",
  "apps/docs/guides/sspi.md",
  "packages/accounts/README.md",
  "packages/create-extension/README.md",
  "packages/crypto/README.md",
  "packages/eap/README.md",
  "packages/eap-radius/README.md",
  "packages/errors/README.md",
  "packages/nps/README.md",
  "packages/ppp/README.md",
  "packages/radius/README.md",
  "packages/ras-security/README.md",
  "packages/ras/README.md",
  "packages/runtime/README.md",
  "packages/samples/eap-passphrase/README.md",
  "packages/samples/eap-user-database/README.md",
  "packages/samples/nps-accounting-webhook/README.md",
  "packages/samples/nps-device-allowlist/README.md",
  "packages/samples/nps-lockout/README.md",
  "packages/samples/nps-totp-challenge/README.md",
  "packages/samples/nps-vlan-by-group/README.md",
  "packages/samples/radius-monitor/README.md",
  "packages/samples/sspi-hono-login/README.md",
  "packages/samples/sspi-sealed-pipe/README.md",
  "packages/samples/ras-menu/README.md",
  "packages/samples/ras-one-time-password/README.md",
  "packages/sspi/README.md",
  "packages/testbench/README.md",
  "packages/tls-engine/README.md",
];

const blocksIn = (language: string) =>
  documents.flatMap((document) =>
    codeBlocks(document)
      .filter((block) => block.language === language)
      .map((block) => ({ ...block, where: `${document}:${block.line}` })),
  );

/** The certificates that settings name. */
const laboratory = mkdtempSync(join(tmpdir(), "sallyport-"));

beforeAll(async () => {
  await sallyport(["eap", "pki", join(laboratory, "lab"), "--key", "p256"]);
  for (const name of readdirSync(join(laboratory, "lab")).filter((file) => /\.(pem|key)$/.test(file)))
    copyFileSync(join(laboratory, "lab", name), join(laboratory, name));
});
afterAll(() => rmSync(laboratory, { recursive: true, force: true }));

describe("code blocks of the documentation", () => {
  it("every TypeScript block typechecks, and runs", async () => {
    const folder = mkdtempSync(join(fileURLToPath(new URL("..", import.meta.url)), "documentation-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const blocks = blocksIn("ts").map((block, index) => ({
      ...block,
      name: block.file ?? `block-${index}.ts`,
    }));
    for (const { name, where, content } of blocks) {
      writeFileSync(join(folder, name), `// ${where}\n${content}\nexport {};\n`);
    }
    expect(blocks.length).toBeGreaterThan(8);
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({ extends: "../tsconfig.json", include: ["*.ts"] }),
    );
    const checked = await run(join(root, "node_modules/.bin/tsc"), ["-p", folder]);
    expect(checked.stdout + checked.stderr).toBe("");
    await makeCertificate(folder);
    for (const { name, content } of blocks) {
      if (/1812|localhost:8080|port: 8080/.test(content)) continue; // clients and servers: tests of their own
      const ended = await run(process.execPath, [join(folder, name)], { cwd: folder });
      expect(ended).toMatchObject({ status: 0, stderr: "" });
    }
  }, 180_000); // a process for each of dozens of blocks

  it("the client and the server of the RADIUS package's README understand each other", async () => {
    const folder = mkdtempSync(join(fileURLToPath(new URL("..", import.meta.url)), "documentation-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const [client, server] = codeBlocks("packages/radius/README.md").filter(
      ({ language }) => language === "ts",
    );
    const port = await freePort();
    for (const [name, block] of Object.entries({ client, server })) {
      expect(block?.content).toContain("1812");
      writeFileSync(join(folder, `${name}.ts`), (block?.content ?? "").replace("1812", String(port)));
    }
    const serving = spawn(process.execPath, [join(folder, "server.ts")], { stdio: "inherit" });
    onTestFinished(async () => {
      serving.kill();
      if (serving.exitCode === null && serving.signalCode === null) await once(serving, "close");
    });
    const ended = await run(process.execPath, [join(folder, "client.ts")]);
    expect(ended).toMatchObject({ status: 0, stdout: "Access-Accept undefined\n", stderr: "" });
  });

  it.each(blocksIn("json"))("the settings at $where are right", async ({ content }) => {
    const complete = settingsWith(content);
    const folder = temporaryFolder({ "sallyport.config.json": JSON.stringify(complete.settings) });
    for (const name of ["ca.pem", "crl.pem", "server.pem", "server.key"])
      copyFileSync(join(laboratory, name), join(folder, name));
    for (const module of complete.modules) {
      const exported = "export const RadiusExtensionProcess2 = () => 0, RasEapGetInfo = () => 0;";
      writeFileSync(join(folder, module), exported);
    }
    const ended = await sallyport(["check", "--config", join(folder, "sallyport.config.json")]);
    expect(ended).toMatchObject({ status: 0, stderr: "" });
  });

  it("every shell command is one that a test runs", () => {
    const known = [
      /^npm (start|test)$/,
      /^npm create @sallyport\/extension\b/, // scripts/create-test.mjs, from tarballs
      /^npm install( (@sallyport\/[a-z-]+|express|hono|@hono\/node-server))+$/,
      /^npm run sallyport -- /,
      /^(PASSPHRASE=\S+ )?npm run (enrol|log-on|add-user) -- /,
      /^npm run endpoint$/,
      /^npx @sallyport\/server( start| explain| radius test alice)?$/, // scripts/create-test.mjs, from its tarball
      /^(npx @sallyport\/errors|winerror) /,
      /^sspi decode /,
      /^sallyport (start|check|log|trace|accounting|radius test|eap test)\b/,
      /^sallyport (check|start|explain|reload|eap (pki|test)) .*\blab\b/,
      /^sallyport eap pki lab$/,
      /^sallyport ras (dial|ports|disconnect)\b/,
      /^radius-monitor /,
      /^telnet 127\.0\.0\.1 7000$/,
      /^socat .*chat /,
      /^ping -c 3 10\.99\.0\.1$/,
      /^sudo pppd file gate\.options /, // in User Mode Linux
      /^openssl req -x509 /, // makeCertificate
      /^radclient /,
      /^eapol_test /,
      /^node (by-(callback|await)|intranet|report|site)\.ts$/,
      /^curl -sS .*http:\/\/localhost:8080\//,
    ];
    for (const command of blocksIn("sh").flatMap(commandsOf)) {
      expect(
        known.some((pattern) => pattern.test(command)),
        command,
      ).toBe(true);
    }
  });

  it("the guide to extensions, followed from its first file to its last command", async () => {
    const blocks = codeBlocks("apps/docs/guides/nps-extension.md");
    const files = Object.fromEntries(
      blocks.flatMap(({ file, content }: CodeBlock) => (file === undefined ? [] : [[file, content]])),
    );
    const folder = temporaryFolder(files);
    const [check, start, ask, trace, challenge] = blocks
      .filter(({ language }) => language === "sh")
      .flatMap(commandsOf)
      .map((line) => line.split(" ").slice(1));
    if (!check || !start || !ask || !trace || !challenge) throw new Error("the guide has lost a command");
    expect(start).toEqual(["start", "--config", "sallyport.config.json"]);
    expect(await sallyport(check, { cwd: folder })).toMatchObject({ status: 0 });
    const settings = JSON.parse(files["sallyport.config.json"] ?? "") as SettingsInput;
    const server = await startSallyport(settings, { folder });
    expect(await sallyport(ask, { cwd: folder })).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^Access-Accept/),
    });
    expect((await sallyport(trace, { cwd: folder })).stdout).toContain("./office-hours.ts");
    await server.stop();

    const [secondFactor] = blocks.filter(({ content }) => content.startsWith('"extensions"'));
    const extended = { ...settings, ...(JSON.parse(`{${secondFactor?.content}}`) as SettingsInput) };
    const challenging = await startSallyport(extended, { folder });
    const answered = await sallyport(challenge, { cwd: folder });
    expect(answered).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^Access-Challenge[\s\S]*Your code\?[\s\S]*^Access-Accept/m),
    });
    await challenging.stop();
  });

  it("the extension of the start page blocks its device, and nobody else", async () => {
    const [extension] = codeBlocks("apps/docs/pages/index.md").filter(({ language }) => language === "ts");
    const extensions = { authentication: ["./extension.ts"] };
    const server = await startSallyport(
      { ...labSettings, extensions },
      { files: { "extension.ts": extension?.content ?? "" } },
    );
    const ask = (device: string) =>
      server.command("radius", "test", "alice", "-a", `Calling-Station-Id=${device}`);
    expect(await ask("00-00-5E-00-53-FF")).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(/^Access-Reject[\s\S]*This device is blocked\./),
    });
    expect(await ask("00-00-5E-00-53-01")).toMatchObject({ status: 0 });
    expect((await server.command("explain")).stdout).toContain("was accepted");
  });

  describeWithPeers(["eapol_test"], "the guide to 802.1X", () => {
    it("is followed from an empty folder to SUCCESS, and to the certificate that is revoked", async () => {
      const commands = codeBlocks("apps/docs/guides/802.1x.md")
        .filter(({ language }) => language === "sh")
        .flatMap(commandsOf);
      expect(commands).toHaveLength(9);
      const [pki, check, start, ask, password, certificate, explain, revoke, reload] = commands;
      const port = String(await freePort());
      const folder = temporaryFolder();
      const command = (line = "") => sallyport(line.split(" ").slice(1), { cwd: folder });
      expect(await command(pki)).toMatchObject({ status: 0, stderr: "" });
      const config = join(folder, "lab/sallyport.config.json");
      const free = readFileSync(config, "utf8")
        .replace("127.0.0.1:1812", `127.0.0.1:${port}`)
        .replace("127.0.0.1:1813", "127.0.0.1:0");
      writeFileSync(config, free);
      expect(await command(check)).toMatchObject({ status: 0, stdout: expect.stringContaining("is right") });
      expect(start).toBe("sallyport start --config lab/sallyport.config.json");
      const server = await startSallyport(undefined, { folder: join(folder, "lab"), asItIs: true });
      expect(server.auth).toBe(`127.0.0.1:${port}`);
      expect(await command(ask)).toMatchObject({
        status: 0,
        stdout: expect.stringMatching(/ServerHello[\s\S]*^Accepted[\s\S]*keys are those of the method/m),
      });
      const supplicant = (line = "") => run("sh", ["-c", `${line} -p ${port}`], { cwd: folder });
      for (const line of [password, certificate]) {
        expect(await supplicant(line)).toMatchObject({
          status: 0,
          stdout: expect.stringMatching(/MPPE keys OK: 1 {2}mismatch: 0\nSUCCESS\n$/),
        });
      }
      expect((await command(explain)).stdout).toContain("certificate mapping: LAB\\alice by principalName");
      expect(await command(revoke)).toMatchObject({ status: 0 });
      expect(await command(reload)).toMatchObject({
        status: 0,
        stdout: expect.stringContaining("is in force"),
      });
      expect(await supplicant(certificate)).toMatchObject({ stdout: expect.stringMatching(/FAILURE\n$/) });
      expect((await command(explain)).stdout).toContain("reason 256: The certificate has been revoked.");
      expect(await supplicant(password)).toMatchObject({ status: 0 });
    });
  });

  describeWithPeers(["eapol_test"], "the guide to EAP methods", () => {
    const document = "apps/docs/guides/eap-method.md";

    it("is followed from its first file to the SUCCESS of eapol_test, and of the second method", async () => {
      const blocks = codeBlocks(document);
      const port = String(await freePort());
      const files = Object.fromEntries(
        blocks.flatMap(({ file, content }) =>
          file === undefined ? [] : [[file, content.replace("127.0.0.1:1812", `127.0.0.1:${port}`)]],
        ),
      );
      const folder = temporaryFolder(files);
      const [check, start, ask, trace, supplicant] = blocks
        .filter(({ language }) => language === "sh")
        .flatMap(commandsOf)
        .map((line) => line.replace("1812", port).split(" "));
      if (!check || !start || !ask || !trace || !supplicant) throw new Error("the guide has lost a command");
      expect(start.slice(1)).toEqual(["start", "--config", "sallyport.config.json"]);
      expect(await sallyport(check.slice(1), { cwd: folder })).toMatchObject({ status: 0 });
      const settings = JSON.parse(files["sallyport.config.json"] ?? "") as SettingsInput;
      const server = await startSallyport(settings, { folder });
      expect(server.auth).toBe(`127.0.0.1:${port}`);
      expect(await sallyport(ask.slice(1), { cwd: folder })).toMatchObject({
        status: 0,
        stdout: expect.stringMatching(/EAP Request \d+ Generic Token Card[\s\S]*^Accepted: alice/m),
      });
      expect((await sallyport(trace.slice(1), { cwd: folder })).stdout).toContain("Token card");
      const logOn = () => run(supplicant[0] ?? "", supplicant.slice(1), { cwd: folder });
      expect(await logOn()).toMatchObject({ status: 0, stdout: expect.stringMatching(/\nSUCCESS\n$/) });
      await server.stop();

      const [second] = blocks.filter(({ content }) => content.includes('["./three-tries.ts", "mschapv2"]'));
      const extended = { ...settings, ...(JSON.parse(`{${second?.content}}`) as SettingsInput) };
      const patient = await startSallyport(extended, { folder });
      expect(await logOn()).toMatchObject({ status: 0, stdout: expect.stringMatching(/\nSUCCESS\n$/) });
      const third = [...ask.slice(1), "--answer", "guess", "--answer", "wrong", "--answer", "wonderland"];
      const asked = await sallyport(third, { cwd: folder });
      expect(asked).toMatchObject({ status: 0, stdout: expect.stringContaining("4 rounds") });
      await patient.stop();
    });

    it("has a method with keys, and a supplicant for it", async () => {
      const blocks = codeBlocks(document);
      const files = Object.fromEntries(
        blocks.flatMap(({ file, content }) => (file === undefined ? [] : [[file, content]])),
      );
      const [keyed] = blocks.filter(({ content }) => content.includes('["./keyed.ts"]'));
      const settings = { ...labSettings, ...(JSON.parse(`{${keyed?.content}}`) as SettingsInput) };
      const server = await startSallyport(settings, { files });
      const folder = mkdtempSync(join(fileURLToPath(new URL("..", import.meta.url)), "documentation-"));
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
      writeFileSync(join(folder, "keyed.ts"), files["keyed.ts"] ?? "");
      writeFileSync(
        join(folder, "log-on.ts"),
        (files["log-on.ts"] ?? "").replace("127.0.0.1:1812", server.auth),
      );
      expect(await run(process.execPath, [join(folder, "log-on.ts")])).toMatchObject({
        status: 0,
        stdout: expect.stringMatching(
          /expanded type 32473\/255[\s\S]*^Accepted: alice[\s\S]*keys are those of the method/m,
        ),
      });
    });

    it("has a ported method that serves the type of its settings", async () => {
      const files = Object.fromEntries(
        codeBlocks(document).flatMap(({ file, content }) => (file === undefined ? [] : [[file, content]])),
      );
      const [ported] = codeBlocks(document).filter(({ content }) => content.includes('"Ported"'));
      const settings = { ...labSettings, ...(JSON.parse(`{${ported?.content}}`) as SettingsInput) };
      const server = await startSallyport(settings, { files });
      const { methods } = await openEapMethods([{ type: 200, module: answering }], { log: silentLog });
      const log = await runEapConversation({
        server: server.auth,
        secret: "testing123",
        methods,
        identity: "alice",
      });
      expect(log.result).toMatchObject({ kind: "accepted", method: { type: 200 } });
    });
  });

  it("the README of the test bench shows what its first EAP block prints", async () => {
    const blocks = codeBlocks("packages/testbench/README.md");
    const index = blocks.findIndex(({ language }) => language === "text");
    const folder = mkdtempSync(join(fileURLToPath(new URL("..", import.meta.url)), "documentation-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, "block.ts"), blocks[index - 1]?.content ?? "");
    const ended = await run(process.execPath, [join(folder, "block.ts")]);
    expect(ended.stdout).toBe(`true\n${blocks[index]?.content}`);
  });

  it("the README of the passphrase: a user logs on, with the keys of the method", async () => {
    const blocks = codeBlocks("packages/samples/eap-passphrase/README.md");
    const [settings] = blocks.filter(({ language }) => language === "json");
    const [module] = blocks.filter(({ file }) => file === "users.ts");
    const sample = fileURLToPath(import.meta.resolve("@sallyport/sample-eap-passphrase"));
    const users = module?.content.replace("@sallyport/sample-eap-passphrase", sample) ?? "";
    const extended = { ...labSettings, ...(JSON.parse(`{${settings?.content}}`) as SettingsInput) };
    const server = await startSallyport(extended, { files: { "users.ts": users } });
    const { methods } = await openEapMethods([passphrase()], { log: silentLog });
    const logOn = (password: string) =>
      runEapConversation({
        server: server.auth,
        secret: "testing123",
        methods,
        identity: "printer-1",
        password,
      });
    expect((await logOn("k3f9-0pzt-8m2c-wq1x-7hbd")).result).toMatchObject({
      kind: "accepted",
      keys: "match",
    });
    expect((await logOn("k3f9-0pzt-8m2c-wq1x-7hbe")).result).toMatchObject({ kind: "rejected" });
  });

  it("the guide to SSPI: the handshake with callbacks and the one with await print what it says", async () => {
    const blocks = codeBlocks("apps/docs/guides/sspi.md");
    const folder = mkdtempSync(join(fileURLToPath(new URL("..", import.meta.url)), "documentation-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    for (const { file, content } of blocks)
      if (file !== undefined) writeFileSync(join(folder, file), content);
    const [printed] = blocks.filter(({ language }) => language === "text");
    const commands = blocks
      .filter(({ language }) => language === "sh")
      .flatMap(commandsOf)
      .filter((command) => command.startsWith("node "));
    expect(commands).toEqual(["node by-callback.ts", "node by-await.ts"]);
    for (const command of commands) {
      const ended = await run(process.execPath, command.split(" ").slice(1), { cwd: folder });
      expect(ended).toMatchObject({ status: 0, stdout: printed?.content, stderr: "" });
    }
    const refused = await run(process.execPath, ["wrong-secret.ts"], { cwd: folder });
    expect(refused).toMatchObject({ status: 0, stdout: "SEC_E_LOGON_DENIED (0x8009030C) 0\n", stderr: "" });
  });

  it("the query in the guide to the server gives the session times", async () => {
    const [query] = codeBlocks("apps/docs/guides/server.md").filter(({ language }) => language === "sql");
    const server = await startSallyport(labSettings);
    const client = createRadiusClient({ server: server.acct, secret: "testing123" });
    await client.accountingRequest({
      "Acct-Status-Type": "Stop",
      "User-Name": "alice",
      "Acct-Session-Id": "1",
      "Acct-Session-Time": 61,
    });
    await client.close();
    const database = new DatabaseSync(join(server.folder, "sallyport-state", "sallyport.sqlite"), {
      readOnly: true,
    });
    expect(
      database
        .prepare(query?.content ?? "")
        .all()
        .map((row) => Object.values(row)),
    ).toEqual([["alice", "61"]]);
    database.close();
  });

  it("the README of the TOTP sample: asked, answered with the code of this moment, accepted", async () => {
    const document = "packages/samples/nps-totp-challenge/README.md";
    const [settings] = codeBlocks(document).filter(({ language }) => language === "json");
    const [command = ""] = codeBlocks(document)
      .filter(({ language }) => language === "sh")
      .flatMap(commandsOf);
    const sample = fileURLToPath(import.meta.resolve("@sallyport/sample-nps-totp-challenge"));
    const extensions = JSON.parse(
      `{${settings?.content.replaceAll("@sallyport/sample-nps-totp-challenge", sample)}}`,
    ) as SettingsInput;
    const server = await startSallyport({ ...labSettings, ...extensions });
    const ask = (code: string) => server.command(...command.replace("123456", code).split(" ").slice(1));
    const code = totp("12345678901234567890");
    const right = await ask(code);
    expect(right).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^Access-Challenge[\s\S]*authenticator app:[\s\S]*^Access-Accept/m),
    });
    const again = await ask(code);
    expect(again).toMatchObject({ status: 1, stdout: expect.stringMatching(/^Access-Reject/m) });
  });

  it("the sample's README tells what happens", async () => {
    const document = "packages/samples/nps-device-allowlist/README.md";
    const [settings] = codeBlocks(document).filter(({ language }) => language === "json");
    const command = codeBlocks(document)
      .filter(({ language }) => language === "sh")
      .flatMap(commandsOf)
      .find((line) => line.startsWith("sallyport "));
    const fragment = JSON.parse(`{${settings?.content}}`) as {
      extensions: { authentication: { module: string }[] };
    };
    const sample = fileURLToPath(import.meta.resolve("@sallyport/sample-nps-device-allowlist"));
    const authentication = fragment.extensions.authentication.map((entry) => ({ ...entry, module: sample }));
    const server = await startSallyport({ ...labSettings, extensions: { authentication } });
    const ended = await server.command(...(command ?? "").split(" ").slice(1));
    expect(ended.status).toBe(1);
    expect(ended.stdout).toMatch(/^Access-Reject/);
    expect(ended.stdout).toContain("Reply-Message = This device is not registered.");
  });
});

/** The peer of a method that takes every answer: it answers. */
const answering: RasEapModule = {
  RasEapGetInfo(_type, info) {
    info.makeMessage = (_work, received, sendPacket, output) => {
      const asked = received?.[0] === 1;
      if (received !== null && asked) sendPacket.set([2, received[1] ?? 0, 0, 5, 200]);
      if (received !== null) output.action = asked ? EAPACTION_Send : EAPACTION_Done;
      return 0;
    };
    return 0;
  },
};

/** RFC 6238 with SHA-1 and six digits, by Node's own means. */
function totp(secret: string): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const mac = createHmac("sha1", secret).update(counter).digest();
  const code = (mac.readUInt32BE((mac.at(-1) ?? 0) & 15) & 0x7fffffff) % 1_000_000;
  return String(code).padStart(6, "0");
}

/** The certificate of the TLS engine's README, under all names by which blocks read one. */
async function makeCertificate(folder: string): Promise<void> {
  const [command = ""] = codeBlocks("packages/tls-engine/README.md")
    .flatMap(commandsOf)
    .filter((line) => line.startsWith("openssl "));
  const [program = "", ...args] = command.split(" ");
  expect(await run(program, args, { cwd: folder })).toMatchObject({ status: 0 });
  for (const name of ["authority.pem", "alice.pem"])
    copyFileSync(join(folder, "server.pem"), join(folder, name));
  for (const name of ["server-key.pem", "alice-key.pem"])
    copyFileSync(join(folder, "server.key"), join(folder, name));
  copyFileSync(join(laboratory, "crl.pem"), join(folder, "authority.crl.pem"));
}

/** A block may be a whole settings file, a part of one, or one entry of the extensions. */
function settingsWith(content: string): { readonly settings: object; readonly modules: readonly string[] } {
  const text = content.trim();
  const part = JSON.parse(text.startsWith("{") ? text : `{${text}}`) as Record<string, unknown>;
  const settings =
    "radius" in part || "ras" in part
      ? part
      : { ...labSettings, ...("module" in part ? { extensions: { authentication: [part] } } : part) };
  type Module = string | { module: string };
  const { extensions, eap, ras } = settings as {
    extensions?: { authentication?: Module[]; authorization?: Module[] };
    eap?: { methods?: Module[] };
    ras?: { module?: Module };
  };
  const { authentication = [], authorization = [] } = extensions ?? {};
  const dialog = ras?.module === undefined ? [] : [ras.module];
  const modules = [...authentication, ...authorization, ...(eap?.methods ?? []), ...dialog]
    .map((entry) => (typeof entry === "string" ? entry : entry.module))
    .filter((name) => name.startsWith("./"));
  return { settings, modules };
}
