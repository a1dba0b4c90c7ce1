import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer, type NetConnectOpts, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMemoryLog, systemClock } from "@sallyport/runtime";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  defineSecurityDialog,
  RasSecurityHost,
  type RasSecurityHostOptions,
  securityModule,
} from "../src/index.ts";
import { listenRasPort, type OpenLine, type RasPort, type RasPortOptions } from "../src/node/index.ts";

const dialog = defineSecurityDialog(async (call) => {
  const user = await call.ask("Username: ");
  return user === "alice" ? call.accept(user, "CORP") : call.refuse(user, "CORP", { message: "Denied.\n" });
});

async function open(
  options: Partial<RasPortOptions> = {},
  hostOptions: Partial<RasSecurityHostOptions> = {},
): Promise<{ port: RasPort; lines: OpenLine[]; host: RasSecurityHost }> {
  const host = new RasSecurityHost({
    module: securityModule(dialog, { name: "dialog" }),
    clock: systemClock,
    log: createMemoryLog(),
    ...hostOptions,
  });
  const lines: OpenLine[] = [];
  const port = await listenRasPort({
    name: "gate",
    listen: { address: "127.0.0.1", port: 0 },
    host,
    onOpen: (line) => {
      lines.push(line);
      line.stream.pipe(line.stream);
    },
    ...options,
  });
  onTestFinished(() => port.close());
  return { port, lines, host };
}

/** A caller on a socket: waits for texts, and for the end. */
async function dial(port: RasPort) {
  const target: NetConnectOpts = port.address.startsWith("/")
    ? { path: port.address }
    : { host: "127.0.0.1", port: Number(port.address.split(":")[1]) };
  const socket: Socket = connect(target);
  onTestFinished(() => void socket.destroy());
  let text = "";
  socket.setEncoding("latin1").on("data", (part: string) => {
    text += part;
  });
  socket.on("error", () => {});
  const closed = once(socket, "close");
  await once(socket, "connect");
  return {
    socket,
    closed,
    get text() {
      return text;
    },
    async sees(expected: string): Promise<string> {
      while (!text.includes(expected)) {
        const ended = await Promise.race([once(socket, "data"), closed.then(() => "closed")]);
        if (ended === "closed" && !text.includes(expected))
          throw new Error(`closed after ${JSON.stringify(text)}`);
      }
      return text;
    },
  };
}

describe("ports on sockets", () => {
  it("a call over TCP: dialog, then the open line with what was typed ahead", async () => {
    const { port, lines } = await open();
    const caller = await dial(port);
    await caller.sees("Username: ");
    expect(port.calls).toMatchObject(
      [{ deviceName: "gate-1", state: "Active", from: /^127\.0\.0\.1:\d+$/ }].map((row) => ({
        ...row,
        from: expect.stringMatching(row.from),
      })),
    );
    caller.socket.write("alice\rtyped ahead");
    await caller.sees("typed ahead");
    expect(port.calls).toMatchObject([{ state: "Open", userName: "alice" }]);
    caller.socket.write(" and later");
    await caller.sees(" and later");
    expect(lines).toMatchObject([{ outcome: { kind: "success", userName: "alice" } }]);
    caller.socket.end();
    await caller.closed;
  });

  it("a refused caller reads why before the line closes, also when he typed more than was read", async () => {
    const { port } = await open();
    const caller = await dial(port);
    await caller.sees("Username: ");
    caller.socket.write(`eve\r${"x".repeat(1_000)}`);
    await caller.closed;
    expect(caller.text).toContain("Denied.\r\n");
    await expect.poll(() => port.calls).toEqual([]);
  });

  it("hanging up ends the call, and the slot is free again", async () => {
    const { port, host } = await open({ maxCalls: 1 });
    for (let round = 0; round < 3; round++) {
      const caller = await dial(port);
      await caller.sees("Username: ");
      caller.socket.destroy();
      await expect.poll(() => [port.calls.length, host.calls.length]).toEqual([0, 0]);
    }
  });

  it("more than maxCalls are turned away", async () => {
    let busy = 0;
    const { port } = await open({ maxCalls: 1, onBusy: () => busy++ });
    const first = await dial(port);
    await first.sees("Username: ");
    const second = await dial(port);
    await second.closed;
    expect([busy, second.text]).toEqual([1, ""]);
    first.socket.write("alice\rstill here");
    await first.sees("still here");
  });

  it("disconnect ends a dialog, and an open line", async () => {
    const { port } = await open();
    for (const answered of [false, true]) {
      const caller = await dial(port);
      await caller.sees("Username: ");
      if (answered) caller.socket.write("alice\rhello");
      if (answered) await caller.sees("hello");
      port.calls[0]?.disconnect();
      await caller.closed;
      await expect.poll(() => port.calls).toEqual([]);
    }
  });

  it("a telnet port offers echo, hides commands from the dialog, and doubles 255 on the open line", async () => {
    const { port } = await open({ telnet: true });
    const caller = await dial(port);
    await caller.sees("Username: ");
    expect(caller.text.startsWith("\u00ff\u00fb\u0001")).toBe(true);
    caller.socket.write(Buffer.from("al\u00ff\u00fd\u0001ic\u00ff\u00fd\u0025e\r\0", "latin1"));
    await caller.sees("\u00ff\u00fc\u0025");
    caller.socket.write(Buffer.from("\u00ff\u00ff!", "latin1"));
    await caller.sees("\u00ff\u00ff!");
  });

  it("a dialog knows the window of a caller on a telnet port", async () => {
    const paging = defineSecurityDialog(async (call) => {
      await call.ask("> ");
      await call.page("a\nb\nc\nd\n");
      return call.refuse("x", "");
    });
    const { port } = await open({ telnet: true }, { module: securityModule(paging, { name: "paging" }) });
    const caller = await dial(port);
    await caller.sees("> ");
    caller.socket.write(Buffer.from([255, 250, 31, 0, 80, 0, 3, 255, 240, 120, 13]));
    expect((await caller.sees("-- more --")).endsWith("a\r\nb\r\n-- more --")).toBe(true);
  });

  it("telnet garbage of a caller who reads nothing ends his call, not the port", async () => {
    const { port } = await open({ telnet: true });
    const caller = await dial(port);
    await caller.sees("Username: ");
    caller.socket.pause();
    const garbage = Buffer.alloc(300_000, Buffer.from([255, 253, 37]));
    for (let sent = 0; sent < 200 && !caller.socket.destroyed && port.calls.length > 0; sent++) {
      caller.socket.write(garbage);
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    await expect.poll(() => port.calls, { timeout: 10_000 }).toEqual([]);
    expect(await (await dial(port)).sees("Username: ")).toContain("Username: ");
  });

  it("a slow next stage slows the caller down; nothing is lost", async () => {
    const received: number[] = [];
    const { port, lines } = await open({ onOpen: (line) => void lines.push(line) });
    const caller = await dial(port);
    await caller.sees("Username: ");
    const flood = Buffer.alloc(3_000_000, "0123456789");
    caller.socket.write("alice\r");
    caller.socket.write(flood);
    await expect.poll(() => lines.length).toBe(1);
    const stream = lines[0]?.stream;
    await expect.poll(() => stream?.readableLength).toBeGreaterThan(16_384);
    expect(stream?.readableLength).toBeLessThan(1_000_000);
    let size = 0;
    for await (const part of stream ?? []) {
      size += (part as Uint8Array).length;
      received.push((part as Uint8Array)[0] ?? 0);
      if (size >= flood.length) break;
    }
    expect(size).toBe(flood.length);
  });

  it("what was typed before a hang-up reaches a next stage that reads late", async () => {
    const { port, lines } = await open({ onOpen: (line) => void lines.push(line) });
    const caller = await dial(port);
    await caller.sees("Username: ");
    caller.socket.end("alice\rlast words");
    await caller.closed;
    await expect.poll(() => port.calls).toEqual([]);
    expect(String(await lines[0]?.stream.toArray())).toBe("last words");
  });

  // Windows has pipes in their place.
  it.skipIf(process.platform === "win32")(
    "a Unix socket is the owner's alone; a stale one is replaced, a live one is not",
    async () => {
      const folder = mkdtempSync(join(tmpdir(), "sallyport-ras-"));
      onTestFinished(() => rmSync(folder, { recursive: true }));
      const path = join(folder, "gate.sock");
      const { port } = await open({ listen: { path } });
      expect(statSync(path).mode & 0o777).toBe(0o600);
      const caller = await dial(port);
      expect(await caller.sees("Username: ")).toBe("Username: ");
      expect(port.calls[0]?.from).toBe("");
      await expect(open({ listen: { path } })).rejects.toMatchObject({ code: "EADDRINUSE" });
      const file = join(folder, "letter.txt");
      writeFileSync(file, "not a socket");
      await expect(open({ listen: { path: file } })).rejects.toMatchObject({ code: "EADDRINUSE" });
      expect(readFileSync(file, "utf8")).toBe("not a socket");
      const left = join(folder, "left.sock");
      const program = `require("node:net").createServer().listen(${JSON.stringify(left)}, () => process.kill(process.pid, "SIGKILL"))`;
      spawnSync(process.execPath, ["-e", program]);
      expect(statSync(left).isSocket()).toBe(true);
      expect((await open({ listen: { path: left } })).port.address).toBe(left);
    },
  );

  it("a port in use is the system's error", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    onTestFinished(() => void other.close());
    const { port } = other.address() as { port: number };
    await expect(open({ listen: { address: "127.0.0.1", port } })).rejects.toMatchObject({
      code: "EADDRINUSE",
    });
  });

  it("close ends every call and frees the port", async () => {
    const { port } = await open();
    const caller = await dial(port);
    await caller.sees("Username: ");
    await port.close();
    await caller.closed;
    const again = await open({ listen: { address: "127.0.0.1", port: Number(port.address.split(":")[1]) } });
    expect(again.port.address).toBe(port.address);
  });
});
