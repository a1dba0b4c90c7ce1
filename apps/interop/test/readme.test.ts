import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { cpSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { codeBlocks, commandsOf, root } from "../src/markdown.ts";
import { describeWithPeers } from "../src/peers.ts";
import { type Ended, run } from "../src/run.ts";
import { temporaryFolderForFile } from "../src/temporary-folder.ts";

/** The shell commands of the README, in order, as a reader pastes them. */
const commands = codeBlocks("README.md")
  .filter(({ language }) => language === "sh")
  .flatMap(commandsOf);

describeWithPeers(["radclient"], "the quick start of the README, in a fresh copy of this repository", () => {
  const folder = temporaryFolderForFile();
  let server: ChildProcess;
  let serverSaid = "";
  const shell = (command: string): Promise<Ended> =>
    run("sh", ["-c", command], { cwd: folder, env: cleanEnvironment() });

  beforeAll(async () => {
    for (const port of [1812, 1813]) await assertFree(port);
    const files = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
      cwd: root,
    });
    for (const file of files.toString().split("\0").filter(Boolean)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      cpSync(join(root, file), join(folder, file), { errorOnExist: false, force: true });
    }
  });

  afterAll(async () => {
    if (server === undefined || server.exitCode !== null) return;
    server.kill("SIGTERM");
    await once(server, "close");
  });

  it("has the commands that this test knows, in this order", () => {
    expect(commands).toEqual([
      "npm start",
      "npm test",
      "npm run sallyport -- radius test alice",
      "radclient -x -S ./sallyport/radclient.secret -f ./sallyport/alice.request 127.0.0.1:1812 auth",
      "npm run sallyport -- trace",
      "npm create @sallyport/extension", // scripts/create-test.mjs
    ]);
  });

  it("npm start fetches what it needs, writes a first configuration and listens", {
    timeout: 300_000,
  }, async () => {
    // What `npm start` runs, without npm in between, which does not hand signals on.
    server = spawn("node", ["scripts/bootstrap.mjs", "start:server"], {
      cwd: folder,
      env: cleanEnvironment(),
      stdio: "pipe",
    });
    server.stdout?.on("data", (text) => {
      serverSaid += text;
    });
    let errors = "";
    server.stderr?.on("data", (text) => {
      errors += text;
    });
    const isReady = () => serverSaid.includes("\n") && errors.includes("Then see how");
    while (!isReady()) {
      await Promise.race([
        once(server.stdout ?? server, "data"),
        once(server.stderr ?? server, "data"),
        once(server, "close"),
      ]);
      if (server.exitCode !== null) throw new Error(errors);
    }
    expect(serverSaid).toMatch(
      /^ready \{"auth":"127\.0\.0\.1:1812","acct":"127\.0\.0\.1:1813","console":"http:\/\/127\.0\.0\.1:\d+"\}\n$/,
    );
    expect(errors).toContain("npm run sallyport -- radius test alice");
    expect(errors).toContain(commands[3]);
  });

  it("the server's own client is accepted, with the extension's greeting", async () => {
    const { status, stdout } = await shell(commands[2] ?? "");
    expect(status).toBe(0);
    expect(stdout).toMatch(/Access-Accept after/);
    expect(stdout).toContain("Reply-Message = Hello, alice. An extension in TypeScript says so.");
  });

  it("so is radclient", async () => {
    const { status, stdout } = await shell(commands[3] ?? "");
    expect(status).toBe(0);
    expect(stdout).toContain("Received Access-Accept");
    expect(stdout).toContain('Reply-Message = "Hello, alice. An extension in TypeScript says so."');
  });

  it("trace explains the decision", async () => {
    const { stdout } = await shell(commands[4] ?? "");
    expect(stdout).toContain("Request #2: Access-Request");
    expect(stdout).toContain('extension "./extension.ts"');
    expect(stdout).toContain("Answer: Access-Accept");
  });

  it("stops in order, and leaves the ports free", async () => {
    server.kill("SIGTERM");
    const [status] = await once(server, "close");
    expect(status).toBe(0);
    for (const port of [1812, 1813]) await assertFree(port);
  });
});

/** npm's own settings, and the tools of this run, must not help. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|VITEST|TURBO)/i.test(name)),
  );
}

async function assertFree(port: number): Promise<void> {
  const socket = createSocket("udp4");
  socket.bind(port, "127.0.0.1");
  await once(socket, "listening").catch((error: unknown) => {
    throw new Error(`the README starts a server on port ${port}, which is taken: stop what uses it`, {
      cause: error,
    });
  });
  await new Promise<void>((resolve) => socket.close(() => resolve()));
}
