import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { codeBlocks, commandsOf } from "../src/markdown.ts";
import { describeWithPeers } from "../src/peers.ts";
import { run } from "../src/run.ts";

const blocks = codeBlocks("apps/docs/guides/single-sign-on.md");

/** Starts a program of the guide and waits for its first line; it ends with the test. */
async function started(folder: string, file: string): Promise<string> {
  const child = spawn(process.execPath, [file], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(async () => {
    child.kill("SIGTERM");
    if (child.exitCode === null && child.signalCode === null) await once(child, "close");
  });
  const [line] = await once(child.stdout.setEncoding("utf8"), "data");
  return String(line);
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return String(typeof address === "object" ? address?.port : undefined);
}

describeWithPeers(["curl"], "the guide to single sign-on", () => {
  it("from its site to its client prints what it says", async () => {
    const port = await freePort();
    const here = (text: string) => text.replaceAll("8080", port);
    const folder = mkdtempSync(join(fileURLToPath(new URL("..", import.meta.url)), "documentation-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    for (const { file, content } of blocks) {
      if (file !== undefined) writeFileSync(join(folder, file), here(content));
    }
    const [curls, client] = blocks.filter(({ language }) => language === "text");
    expect(await started(folder, "intranet.ts")).toBe("ready\n");
    const commands = blocks
      .filter(({ language }) => language === "sh")
      .flatMap(commandsOf)
      .filter((command) => command.startsWith("curl "));
    expect(commands).toHaveLength(5);
    const told = await run("bash", ["-c", here(commands.join("\n"))]);
    expect(told).toMatchObject({ status: 0, stderr: "", stdout: curls?.content });
    const reported = await run(process.execPath, ["report.ts"], { cwd: folder });
    expect(reported).toMatchObject({ status: 0, stderr: "" });
    expect(reported.stdout.trim()).toBe(client?.content.trim());
  });

  it("the site of the package's README knows who asks", async () => {
    const port = await freePort();
    const folder = mkdtempSync(join(fileURLToPath(new URL("..", import.meta.url)), "documentation-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const readme = codeBlocks("packages/sspi/README.md");
    const site = readme.findIndex(({ file }) => file === "site.ts");
    const [program, typed, printed] = readme
      .slice(site)
      .map(({ content }) => content.replaceAll("8080", port));
    writeFileSync(join(folder, "site.ts"), program ?? "");
    await started(folder, "site.ts");
    const [start, curl] = (typed ?? "").split("\n");
    expect(start).toBe("node site.ts");
    expect(await run("bash", ["-c", `${curl}`])).toMatchObject({ status: 0, stdout: printed });
  });

  it("the sample's first line is a command that works", async () => {
    const sample = fileURLToPath(new URL("../../../packages/samples/sspi-hono-login", import.meta.url));
    const port = await freePort();
    process.env["PORT"] = port;
    onTestFinished(() => void Reflect.deleteProperty(process.env, "PORT"));
    const line = await started(sample, "src/main.ts");
    const command = /^ready: (curl .*)$/m.exec(line)?.[1] ?? "";
    const told = await run("bash", ["-c", `${command} -sS`]);
    expect(JSON.parse(told.stdout)).toMatchObject({ name: "HOUSE\\alice", by: "handshake" });
  });
});

it("the sealed pipe says what its README shows", async () => {
  const main = fileURLToPath(
    new URL("../../../packages/samples/sspi-sealed-pipe/src/node/main.ts", import.meta.url),
  );
  const [printed] = codeBlocks("packages/samples/sspi-sealed-pipe/README.md").filter(
    ({ language }) => language === "text",
  );
  const told = await run(process.execPath, [main]);
  expect(told).toMatchObject({ status: 0, stderr: "", stdout: printed?.content });
});
