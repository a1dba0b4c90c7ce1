import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { SettingsInput } from "@sallyport/server";
import { expect, it, onTestFinished } from "vitest";
import { codeBlocks, commandsOf } from "../src/markdown.ts";
import { describeWithPppd } from "../src/pppd/describe-pppd.ts";
import { dial } from "../src/pppd/dial.ts";
import { run } from "../src/run.ts";
import { sallyport, startSallyport } from "../src/sallyport.ts";

const blocks = codeBlocks("apps/docs/guides/dial-in-line.md");
const file = (name: string): string => blocks.find((block) => block.file === name)?.content ?? "";
const commands = blocks.filter(({ language }) => language === "sh").flatMap(commandsOf);
const command = (start: string): string[] =>
  (commands.find((line) => line.startsWith(start)) ?? "").split(" ").slice(1);

/** What the authenticator app shows for "12345678901234567890", the secret of the guide (RFC 6238). */
function code(periods: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + periods));
  const mac = createHmac("sha1", "12345678901234567890").update(counter).digest();
  const value = mac.readUInt32BE((mac.at(-1) ?? 0) & 15) & 0x7fffffff;
  return String(value % 1_000_000).padStart(6, "0");
}

/** A folder inside of the workspace, where the sample is found as in a project that has installed it. */
function projectFolder(): string {
  const folder = mkdtempSync(join(fileURLToPath(new URL("..", import.meta.url)), "documentation-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "admin.ts"), file("admin.ts"));
  return folder;
}

await describeWithPppd("the guide to the dial-in line", [file("chap-secrets").trim()], (guest) => {
  it("from its first file to its last command: a real pppd gets its pings answered behind the one-time password", async () => {
    const settings = JSON.parse(file("sallyport.config.json").replace(":7000", ":0")) as SettingsInput;
    const server = await startSallyport(settings, { folder: projectFolder() });
    const gate = server.ras["gate"] ?? "";
    const [check = "", ...checkRest] = command("sallyport check");
    expect(await server.command(check, ...checkRest.filter((word) => !/config/.test(word)))).toMatchObject({
      status: 0,
    });

    // The chapter with `ras dial`: codes of neighbouring periods are good, and each is good once.
    const [first, second] = [code(0), code(1)];
    const here = (words: string[], typed: string) =>
      words.map((word) => word.replace("127.0.0.1:7000", gate).replace("123456", typed));
    const dialled = await sallyport(here(command("sallyport ras dial"), first));
    expect(dialled.stdout).toMatch(
      /Connected as 10\.99\.0\.\d+\. the caller hangs up\n3 pings sent, 3 answered/,
    );
    expect(dialled.stdout).not.toContain("wonderland");
    expect(dialled).toMatchObject({ status: 0 });

    // The chapter with pppd.
    const ofTheGuide = file("gate.options").split("\n").filter(Boolean);
    const call = await dial(guest, gate, {
      options: ofTheGuide,
      chat: file("gate.chat").replace("123456", second),
      pings: 3,
    });
    expect(await call.up).toMatchObject({ remote: "10.99.0.1", answered: 3 });
    expect((await server.command(...command("sallyport ras ports"))).stdout).toMatch(
      /gate-1 {2}connected .* alice {2}10\.99\.0\.\d+/,
    );
    const [disconnect = "", ...device] = command("sallyport ras disconnect");
    expect(await server.command(disconnect, ...device)).toMatchObject({ status: 0 });
    await call.done;
    const { stdout } = await server.command(...command("sallyport accounting"));
    expect(stdout.match(/ Stop .*alice@gate/g)).toHaveLength(2);

    const used = await dial(guest, gate, {
      options: ofTheGuide,
      chat: file("gate.chat").replace("123456", second),
    });
    expect(await used.done).toMatchObject({ status: 8 });
  }, 120_000);

  it("its tests pass without a line", async () => {
    const folder = projectFolder();
    writeFileSync(join(folder, "line.test.ts"), file("line.test.ts"));
    const ended = await run(process.execPath, ["--test", "line.test.ts"], { cwd: folder });
    expect(ended.stdout).toMatch(/pass 2\n/);
    expect(ended).toMatchObject({ status: 0 });
  });

  it("the admin module of the guide chooses the address", async () => {
    const settings = JSON.parse(file("sallyport.config.json").replace(":7000", ":0")) as SettingsInput;
    const ras = { ...settings.ras, module: undefined, adminModules: ["./admin.ts"] };
    const server = await startSallyport({ ...settings, ras } as SettingsInput, { folder: projectFolder() });
    const who = ["--user", "alice", "--password", "wonderland", "--ping", "1"];
    const ended = await sallyport(["ras", "dial", server.ras["gate"] ?? "", "--ppp", ...who]);
    expect(ended.stdout).toContain("Connected as 10.99.0.128");
  });
});
