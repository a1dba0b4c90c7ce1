import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import type { SettingsInput } from "@sallyport/server";
import { describe, expect, it, onTestFinished } from "vitest";
import { dialogModule, rasSettings } from "../src/ras-dialog.ts";
import { program, type Sallyport, sallyport, startSallyport } from "../src/sallyport.ts";
import { temporaryFolder } from "../src/temporary-folder.ts";

const files = { "dialog.ts": dialogModule };
const start = (
  ras: Partial<NonNullable<SettingsInput["ras"]>> = {},
  more: Readonly<Record<string, string>> = {},
) =>
  startSallyport(
    { ras: { ...rasSettings.ras, ports: rasSettings.ras?.ports ?? [], ...ras } },
    { files: { ...files, ...more } },
  );

const right = ["--expect", "Username: ", "--send", "alice", "--expect", "Passcode: ", "--send", "4711"];
const dial = (address: string | undefined, ...script: readonly string[]) =>
  sallyport([
    "ras",
    "dial",
    address?.startsWith("/") ? `unix:${address}` : (address ?? ""),
    "--timeout",
    "20",
    ...script,
  ]);

/** A socket that dialled, and what it has seen. */
async function caller(address = "") {
  const [host, port] = address.split(":");
  const socket = connect(Number(port), host);
  onTestFinished(() => void socket.destroy());
  let text = "";
  socket.setEncoding("latin1").on("data", (part: string) => {
    text += part;
  });
  socket.on("error", () => {});
  await once(socket, "connect");
  return {
    socket,
    text: () => text,
    sees: (expected: string) => expect.poll(() => text, { timeout: 20_000 }).toContain(expected),
  };
}

const portsOf = async (server: Sallyport) =>
  JSON.parse((await server.command("ras", "ports", "--json")).stdout) as {
    name: string;
    calls: { device: string; state: string; user?: string }[];
  }[];

describe("a server that takes callers", () => {
  it("needs no radius; the ready line names the ports", async () => {
    const server = await start();
    expect(server.ras).toEqual({
      raw: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      telnet: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      unix: join(server.folder, "gate.sock"),
    });
    await server.logged(`ras dial ${server.ras["raw"]}`);
  });

  it.each(["raw", "telnet", "unix"])(
    "dial by script on the %s port: admitted, then the echo service",
    async (name) => {
      const server = await start();
      const telnet = name === "telnet" ? ["--telnet"] : [];
      const ended = await dial(
        server.ras[name],
        ...telnet,
        ...right,
        "--expect",
        "echo service",
        "--send",
        "h\u00fclle",
        "--expect",
        "hülle",
      );
      expect(ended).toMatchObject({ status: 0, stderr: "" });
      expect(ended.stdout).toContain("Passcode: ****");
      await server.logged(`${name}-1: CORP\\alice has passed the security dialog`);
      expect(server.log()).not.toMatch(/\b4711\b/);
    },
  );

  it("a refused caller is told, and the event names user and port", async () => {
    const server = await start();
    const wrong = [...right.slice(0, -1), "0000"];
    expect(await dial(server.ras["raw"], ...wrong, "--expect", "Access denied.")).toMatchObject({
      status: 0,
    });
    const early = await dial(server.ras["raw"], ...wrong, "--expect", "Welcome");
    expect(early).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('"Welcome" did not come: the line was closed'),
    });
    await server.logged(/RemoteAccess 20093: port raw-1: the user CORP\\alice was refused/);
  });

  it("a text that does not come ends the script with status 3; nobody there is told in plain words", async () => {
    const server = await start();
    const late = await sallyport([
      "ras",
      "dial",
      server.ras["raw"] ?? "",
      "--timeout",
      "0.3",
      "--expect",
      "Login:",
    ]);
    expect(late).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('"Login:" did not come in time'),
    });
    await server.stop();
    expect(await dial(server.ras["raw"], "--expect", "x")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("does not answer"),
    });
    expect(await dial("nowhere")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("no address to dial"),
    });
  });

  it("a far end that does not close is hung up on", async () => {
    const silent = createServer({ allowHalfOpen: true }, (socket) => {
      onTestFinished(() => void socket.destroy());
      socket.on("error", () => {}).write("Login: ");
    }).listen(0, "127.0.0.1");
    await once(silent, "listening");
    onTestFinished(() => void silent.close());
    const { port } = silent.address() as { port: number };
    expect(await dial(`127.0.0.1:${port}`, "--expect", "Login: ")).toMatchObject({ status: 0 });
  });

  it("a secret comes from a file, and what is piped in is typed", async () => {
    const server = await start();
    const folder = temporaryFolder({ code: "4711\n" });
    const script = [...right.slice(0, -2), "--send-file", join(folder, "code"), "--expect", "echo service"];
    expect(await dial(server.ras["raw"], ...script)).toMatchObject({ status: 0 });
    const piped = await sallyport(["ras", "dial", server.ras["raw"] ?? ""], { input: "eve\nwrong\n" });
    expect(piped).toMatchObject({ status: 0, stdout: expect.stringContaining("Access denied.") });
  });

  it("ports shows calls as they are; disconnect ends a dialog, and a line that was handed over", async () => {
    const server = await start();
    const first = await caller(server.ras["raw"]);
    await first.sees("Username: ");
    const second = await caller(server.ras["raw"]);
    second.socket.write("alice\r4711\r");
    await second.sees("echo service");
    const [raw] = await portsOf(server);
    expect(raw?.calls).toMatchObject([
      { device: "raw-1", state: "Active" },
      { device: "raw-2", state: "Open", user: "alice" },
    ]);
    expect((await server.command("ras", "ports")).stdout).toMatch(/raw-2 {2}Open {2}since .* {2}alice\n/);
    for (const [device, { socket }] of [
      ["raw-1", first],
      ["raw-2", second],
    ] as const) {
      expect(await server.command("ras", "disconnect", device)).toMatchObject({ status: 0 });
      if (!socket.closed) await once(socket, "close");
    }
    expect(await server.command("ras", "disconnect", "raw-1")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("there is no call on raw-1"),
    });
    await server.logged("ERROR_USER_DISCONNECTION (631)");
  });

  it("ports --follow shows the ports again when something has changed", async () => {
    const server = await start();
    const following = spawn(
      process.execPath,
      [program, "ras", "ports", "--follow", "--json", "--config", server.configFile],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    onTestFinished(() => void following.kill());
    let shown = "";
    following.stdout.setEncoding("utf8").on("data", (text: string) => {
      shown += text;
    });
    const lines = () => shown.split("\n").filter(Boolean).length;
    await expect.poll(lines, { timeout: 20_000 }).toBe(1);
    const somebody = await caller(server.ras["raw"]);
    await expect.poll(() => shown, { timeout: 20_000 }).toContain('"state":"Active"');
    somebody.socket.destroy();
    await expect.poll(lines, { timeout: 20_000 }).toBe(3);
  });

  it("the console's interface wants its token for calls, too", async () => {
    const server = await start();
    for (const [path, method] of [
      ["/api/ras/ports", "GET"],
      ["/api/ras/calls/raw-1/disconnect", "POST"],
    ] as const) {
      expect((await fetch(`${server.console}${path}`, { method })).status).toBe(401);
    }
  });

  it("hands over to a TCP target, in both directions, with what was typed ahead; without the target it says so", async () => {
    let heard = "";
    const target: Server = createServer((socket: Socket) => {
      socket.write("target: ");
      socket.pipe(socket);
      socket.on("data", (bytes: Buffer) => {
        heard += bytes.toString("latin1");
      });
    });
    target.listen(0, "127.0.0.1");
    await once(target, "listening");
    const { port } = target.address() as { port: number };
    const ports = [{ name: "gate", listen: "127.0.0.1:0", handOver: `tcp:127.0.0.1:${port}` }];
    const server = await start({ ports });
    const big = "x".repeat(300_000);
    const first = await caller(server.ras["gate"]);
    first.socket.write(`alice\r4711\rahead${big}`);
    await first.sees("target: ahead");
    await expect.poll(() => first.text().length, { timeout: 20_000 }).toBeGreaterThan(300_000);
    expect(first.text()).toContain(big);
    heard = "";
    first.socket.end("last words");
    await expect.poll(() => heard, { timeout: 20_000 }).toBe("last words");
    await expect.poll(async () => (await portsOf(server))[0]?.calls, { timeout: 20_000 }).toEqual([]);
    await new Promise((resolve) => target.close(resolve));
    const second = await caller(server.ras["gate"]);
    second.socket.write("alice\r4711\r");
    await second.sees("The service is not available.");
    if (!second.socket.closed) await once(second.socket, "close");
    await server.logged("cannot be reached");
  });

  it("limits: maxCalls turns callers away, dialogLimitMs ends a dialog with event 20049", async () => {
    const server = await start({
      ports: [{ name: "gate", listen: "127.0.0.1:0", maxCalls: 1 }],
      limits: { dialogLimitMs: 400 },
    });
    const first = await caller(server.ras["gate"]);
    const second = await caller(server.ras["gate"]);
    if (!second.socket.closed) await once(second.socket, "close");
    expect(second.text()).toBe("");
    if (!first.socket.closed) await once(first.socket, "close");
    await server.logged("RemoteAccess 20049");
    await server.logged("a caller was turned away");
  });

  it("SIGTERM ends dialogs and open lines, and the server exits 0", async () => {
    const ending = `${dialogModule.replace("export default", "const module =")}
export const RasSecurityDialogBegin = module.RasSecurityDialogBegin;
export const RasSecurityDialogEnd = (port) => (console.error("End " + port.handle), module.RasSecurityDialogEnd(port));`;
    const server = await start({}, { "dialog.ts": ending });
    const first = await caller(server.ras["raw"]);
    await first.sees("Username: ");
    const ended = await server.stop();
    expect(ended).toMatchObject({ status: 0, signal: null });
    expect(ended.stderr).toContain("End 1");
  });

  it("a module that throws, never completes or completes twice leaves the server and its ports alive", async () => {
    const wild = `
let calls = 0;
export function RasSecurityDialogBegin(port, send, receive, complete) {
  switch (++calls) {
    case 1: throw new Error("no database");
    case 2: return "fine";
    case 3: setTimeout(() => { throw new Error("in a timer"); }); return 0;
    case 4: Promise.reject(new Error("left alone")); complete({ msgId: 1, userName: "a", domain: "" }); complete({ msgId: 2, userName: "a", domain: "" }); return 0;
    default: port.send("still here"); return 0;
  }
}
export const RasSecurityDialogEnd = () => { throw new Error("in End"); };`;
    const server = await start({ limits: { dialogLimitMs: 300 } }, { "dialog.ts": wild });
    for (let call = 1; call <= 4; call++) {
      const { socket } = await caller(server.ras["raw"]);
      if (!socket.closed) await once(socket, "close");
    }
    await (await caller(server.ras["raw"])).sees("still here");
    for (const words of ["no database", "returned fine", "in a timer", "in End"])
      expect(server.log()).toContain(words);
  });
});

describe("settings of ports", () => {
  const check = async (ras: unknown, more: Readonly<Record<string, string>> = files) => {
    const folder = temporaryFolder(more);
    const file = join(folder, "sallyport.config.json");
    writeFileSync(file, JSON.stringify({ ras }));
    return (await sallyport(["check", "--config", file], { cwd: folder })).stderr;
  };

  it("every mistake is told with its place and remedy", async () => {
    const told = await check({
      module: "./missing.ts",
      ports: [
        { name: "a", listen: "localhost:7000", handOver: "telnet:1" },
        { name: "a", listen: "127.0.0.1:7000", protocol: "telnt" },
        { name: "b", listen: "127.0.0.1:0", maxCalls: 0 },
      ],
      limits: { dialogLimit: 5 },
    });
    for (const words of [
      "ras.ports[0].listen",
      '"localhost:7000" is neither an IP address with a port nor a Unix socket',
      '"telnet:1" is no service',
      'did you mean "telnet"?',
      "ras.ports[2].maxCalls",
      'did you mean "dialogLimitMs"?',
    ])
      expect(told).toContain(words);
  });

  it("a module that is missing, repeated names, and a target that nobody guards", async () => {
    const ports = [
      { name: "a", listen: "127.0.0.1:0", handOver: "tcp:127.0.0.1:23" },
      { name: "A", listen: "127.0.0.1:0" },
    ];
    expect(await check({ module: "./missing.ts", ports })).toContain("missing.ts does not exist");
    expect(await check({ module: "./dialog.ts", ports })).toContain(
      'the name "A" is used by entry 0 already',
    );
    expect(await check({ ports: ports.slice(0, 1) })).toContain(
      "without a security module everybody would be handed over",
    );
    expect(await check({ ports: ports.slice(1) })).toBe("");
  });

  it("neither radius nor ras is a mistake", async () => {
    const folder = temporaryFolder({ "sallyport.config.json": "{}" });
    const ended = await sallyport(["check"], { cwd: folder });
    expect(ended).toMatchObject({ status: 1, stderr: expect.stringContaining("radius") });
  });

  it("a port in use and a module without End prevent the start, in plain words", async () => {
    const server = await start();
    const taken = {
      ras: { module: "./dialog.ts", ports: [{ name: "gate", listen: server.ras["raw"] ?? "" }] },
    };
    await expect(startSallyport(taken, { files })).rejects.toThrow(
      /the port gate .* is in use by another program\nRemedy/,
    );
    const live = {
      ras: { module: "./dialog.ts", ports: [{ name: "gate", listen: `unix:${server.ras["unix"]}` }] },
    };
    await expect(startSallyport(live, { files })).rejects.toThrow("is in use by another program");
    const half = { "dialog.ts": "export const RasSecurityDialogBegin = () => 0;" };
    await expect(start({}, half)).rejects.toThrow(/RasSecurityDialogEnd[\s\S]*Remedy: correct the module/);
    expect(readFileSync(join(server.folder, "dialog.ts"), "utf8")).toBe(dialogModule);
  });
});
