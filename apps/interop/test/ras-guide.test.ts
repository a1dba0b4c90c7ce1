import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { transactionDiagram } from "@sallyport/ras-security";
import type { SettingsInput } from "@sallyport/server";
import { describe, expect, it, onTestFinished } from "vitest";
import { type CodeBlock, codeBlocks, commandsOf } from "../src/markdown.ts";
import { describeWithPeers } from "../src/peers.ts";
import { run } from "../src/run.ts";
import { startSallyport } from "../src/sallyport.ts";
import { temporaryFolder } from "../src/temporary-folder.ts";
import { terminal } from "../src/terminal.ts";

const blocks = codeBlocks("apps/docs/guides/ras-security-dialog.md");
const files = Object.fromEntries(
  blocks.flatMap(({ file, content }: CodeBlock) => (file === undefined ? [] : [[file, content]])),
);

/** A folder inside of the workspace, where the guide's files find their packages. */
function projectFolder(): string {
  const folder = mkdtempSync(join(fileURLToPath(new URL("..", import.meta.url)), "documentation-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

describe("the guide to security dialogs", () => {
  it("draws the table that the host runs on", () => {
    const [drawn] = blocks.filter(({ language }) => language === "mermaid");
    expect(drawn?.content).toBe(transactionDiagram());
  });

  it("RAS-59 the worked transaction prints the call log that the guide shows", async () => {
    const folder = projectFolder();
    const [printed] = blocks.filter(({ language, file }) => language === "text" && file === undefined);
    const ended = await run(process.execPath, ["challenge.ts"], { cwd: folder });
    expect(ended).toMatchObject({ status: 0, stderr: "", stdout: printed?.content });
  });

  it("its tests pass without a line", async () => {
    const ended = await run(process.execPath, ["--test", "gate.test.ts"], { cwd: projectFolder() });
    expect(ended.stdout).toMatch(/pass 4\n/);
    expect(ended).toMatchObject({ status: 0 });
  });
});

describeWithPeers(["chat", "telnet", "socat"], "the guide to security dialogs, dialled", () => {
  it("from its first file to its last command", async () => {
    const port = await freePort();
    const here = (text: string) => text.replaceAll("7000", String(port));
    const [check, start, dial, telnet, ports, disconnect, script, chat] = blocks
      .filter(({ language }) => language === "sh")
      .flatMap(commandsOf)
      .map(here);
    const settings = JSON.parse(here(files["sallyport.config.json"] ?? "")) as SettingsInput;
    const folder = temporaryFolder(files);
    const server = await startSallyport(settings, { folder });
    const sallyport = (line = "") => server.command(...line.split(" ").slice(1));

    expect(start).toBe("sallyport start --config sallyport.config.json");
    expect(await sallyport(check?.replace(" --config sallyport.config.json", ""))).toMatchObject({
      status: 0,
    });
    const scripted = await run("sh", [
      "-c",
      `node ${fileURLToPath(new URL("../../server/src/main.ts", import.meta.url))} ${script?.slice("sallyport ".length)}`,
    ]);
    expect(scripted).toMatchObject({ status: 0, stdout: expect.stringContaining("Passcode: ****") });

    const person = terminal(telnet ?? "");
    await person.sees("Username: ");
    person.types("eve\rguess\r");
    await person.sees("That was wrong.");
    person.types("alice\r4711\r");
    await person.sees("Welcome, alice.");
    expect((await sallyport(ports)).stdout).toMatch(/gate-1 {2}Open .* alice\n/);
    expect(await sallyport(disconnect)).toMatchObject({ status: 0 });
    await person.sees("Connection closed by foreign host");

    expect(dial).toBe(`sallyport ras dial 127.0.0.1:${port}`);
    const dialled = await run("sh", ["-c", chat ?? ""], { cwd: folder });
    expect(dialled).toMatchObject({
      status: 0,
      stderr: expect.stringMatching(/^Welcome\n -- got it$/m),
    });
  });
});

/** A TCP port that nobody uses at this moment. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
