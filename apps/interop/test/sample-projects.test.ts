import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { freePort } from "../src/free-port.ts";
import { codeBlocks, commandsOf, root } from "../src/markdown.ts";
import { run } from "../src/run.ts";
import { sallyport, startSallyport } from "../src/sallyport.ts";

describe("what the READMEs of samples say to type in a project of one's own", () => {
  it("the passphrase: enrolled, started, logged on by the commands of its README", async () => {
    const project = sampleProject("eap-passphrase");
    const enrolled = await project.npmRun("enrol", ["alice"]);
    expect(enrolled).toMatchObject({ status: 0, stderr: "" });
    await project.start();
    const logOn = (password: string) => project.npmRun("log-on", ["alice"], { PASSPHRASE: password });
    expect(await logOn(enrolled.stdout.trim())).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^Accepted: alice[\s\S]*keys are those of the method/m),
    });
    expect(await logOn("guess")).toMatchObject({ status: 1 });
  });

  it("the user database: a user is made, and logs on by EAP", async () => {
    const project = sampleProject("eap-user-database");
    const made = await project.npmRun("add-user", ["carol"]);
    expect(made.status).toBe(0);
    const server = await project.start();
    const [, , command = ""] = commandsIn("packages/samples/eap-user-database/README.md");
    expect(command).toMatch(/^npm run sallyport -- eap test /);
    const logOn = (password: string) =>
      sallyport([...argumentsOf(command), "--password", password], { cwd: server.folder });
    expect(await logOn(made.stdout.trim())).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("Accepted: carol"),
    });
    expect(await logOn("guess")).toMatchObject({ status: 1 });
  });

  it("the accounting webhook: what was acknowledged arrives, after kill -9 of the server, too", async () => {
    const project = sampleProject("nps-accounting-webhook");
    const [, , command = ""] = commandsIn("packages/samples/nps-accounting-webhook/README.md");
    const account = (cwd: string) => sallyport(argumentsOf(command), { cwd });
    const port = await freePort();
    project.settings.extensions.authorization[0].settings.url = `http://127.0.0.1:${port}/`;
    const first = await project.start();
    expect(await account(first.folder)).toMatchObject({ status: 0 });
    await first.logged("records wait");
    await first.stop("SIGKILL");
    const endpoint = spawn(process.execPath, project.script("endpoint"), {
      cwd: project.folder,
      env: { ...process.env, PORT: String(port) },
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => void endpoint.kill());
    let received = "";
    const arrived = new Promise<void>((resolve) => {
      endpoint.stdout.setEncoding("utf8").on("data", (text: string) => {
        received += text;
        if (received.includes("5F3A")) resolve();
      });
    });
    await once(endpoint.stdout, "data");
    await project.start();
    await arrived;
    expect(received).toMatch(/"Acct-Status-Type":"Start","Acct-Session-Id":"5F3A"/);
  });

  it("the lockout: the fourth guess is not looked at, and the answer says for how long", async () => {
    const server = await sampleProject("nps-lockout").start();
    const [command = ""] = commandsIn("packages/samples/nps-lockout/README.md");
    const guess = () => sallyport(argumentsOf(command), { cwd: server.folder });
    for (let times = 0; times < 3; times++) expect((await guess()).stdout).not.toContain("Too many attempts");
    expect((await guess()).stdout).toMatch(/Reply-Message = Too many attempts\. Try again in \d+ seconds\./);
  });

  it("the VLAN by group: alice is in hers, and among the guests when she has left the group", async () => {
    const project = sampleProject("nps-vlan-by-group");
    writeFileSync(join(project.folder, "directory.json"), JSON.stringify({ staff: ["alice"] }));
    const server = await project.start();
    const [command = ""] = commandsIn("packages/samples/nps-vlan-by-group/README.md");
    const ask = () => sallyport(argumentsOf(command), { cwd: server.folder });
    for (const line of ["Tunnel-Type:1 = VLAN", "Tunnel-Medium-Type:1 = IEEE-802"])
      expect((await ask()).stdout).toContain(line);
    expect((await ask()).stdout).toContain("Tunnel-Private-Group-ID:1 = 20");
    writeFileSync(join(project.folder, "directory.json"), JSON.stringify({ staff: ["somebody else"] }));
    await expect
      .poll(async () => (await ask()).stdout, { timeout: 10_000 })
      .toContain("Tunnel-Private-Group-ID:1 = guests");
  });
});

/** The shell commands of a document, in order. */
function commandsIn(document: string): readonly string[] {
  return codeBlocks(document)
    .filter(({ language }) => language === "sh")
    .flatMap(commandsOf);
}

/** What `npm run sallyport -- ...` hands to the program. */
function argumentsOf(command: string): string[] {
  return command.replace(/^npm run sallyport -- /, "").split(" ");
}

/** A sample as a project of its own: its sources and settings, on ports that are free. */
function sampleProject(name: string) {
  const sample = join(root, "packages/samples", name);
  const folder = mkdtempSync(join(fileURLToPath(new URL("..", import.meta.url)), "documentation-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(join(sample, "src"), join(folder, "src"), { recursive: true });
  const settings = JSON.parse(readFileSync(join(sample, "sallyport.config.json"), "utf8"));
  settings.radius = { ...settings.radius, auth: "127.0.0.1:0", acct: "127.0.0.1:0" };
  const file = join(folder, "sallyport.config.json");
  writeFileSync(file, JSON.stringify(settings));
  const { scripts } = JSON.parse(readFileSync(join(sample, "package.json"), "utf8"));
  const script = (of: string): string[] => scripts[of].split(" ").slice(1);
  return {
    folder,
    settings,
    script,
    npmRun: (of: string, args: readonly string[], env: Record<string, string> = {}) =>
      run(process.execPath, [...script(of), ...args], { cwd: folder, env: { ...process.env, ...env } }),
    async start() {
      const server = await startSallyport(settings, { folder });
      // A program that is no part of the server reads its address here.
      const { radius } = settings;
      writeFileSync(file, JSON.stringify({ ...settings, radius: { ...radius, auth: server.auth } }));
      return server;
    },
  };
}
