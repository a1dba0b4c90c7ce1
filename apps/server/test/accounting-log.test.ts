import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeLogLine } from "@sallyport/nps";
import { createRadiusClient } from "@sallyport/radius/node";
import { describe, expect, it, onTestFinished } from "vitest";
import { createServerLog } from "../src/log/event-log.ts";
import { type RunningServer, startServer } from "../src/server.ts";
import { loadSettings } from "../src/settings/load-settings.ts";
import type { Settings } from "../src/settings/settings.ts";
import { readAccounting } from "../src/store/store.ts";

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "sallyport-accounting-log-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function settingsWith(accounting: object | undefined, path = folder()): Promise<Settings> {
  const file = join(path, "sallyport.config.json");
  const radius = {
    auth: "127.0.0.1:0",
    acct: "127.0.0.1:0",
    clients: [{ name: "lab", address: "127.0.0.1", secret: "testing123" }],
  };
  const accounts = [{ name: "alice", password: "wonderland" }];
  writeFileSync(
    file,
    JSON.stringify({ radius, accounts, console: false, ...(accounting && { accounting }) }),
  );
  return loadSettings(file);
}

async function started(settings: Settings): Promise<{ server: RunningServer; told: () => string }> {
  let told = "";
  const log = createServerLog({
    format: "text",
    requests: false,
    colours: false,
    write: (text) => {
      told += text;
    },
    now: Date.now,
  });
  const server = await startServer(settings, log);
  return { server, told: () => (log.flush(), told) };
}

async function logIn(server: RunningServer): Promise<string> {
  const client = createRadiusClient({
    server: String(server.addresses.auth),
    secret: "testing123",
    tries: 1,
    timeout: 300,
  });
  try {
    const answer = await client.accessRequest({ "User-Name": "alice", "User-Password": "wonderland" });
    return answer.codeName;
  } catch {
    return "silence";
  } finally {
    await client.close();
  }
}

describe("accounting.log", () => {
  it("NPS-91 is off by default; its defaults are those of NPS", async () => {
    expect((await settingsWith(undefined)).accounting).toEqual({ fsync: false, log: undefined });
    const settings = await settingsWith({ log: {} });
    expect(settings.accounting.log).toEqual({
      folder: join(settings.folder, "logs"),
      format: "dts",
      period: "monthly",
      maxBytes: 10_485_760,
      authentication: true,
      onFailure: "discard",
    });
  });

  it.each([
    [{ log: { format: "xml" } }, "write one of dts, odbc, ias"],
    [{ log: { rotate: "day" } }, 'did you mean "daily"?'],
    [{ log: { onFailure: "ignore" } }, "write one of discard, continue"],
    [{ log: { maxSizeMb: 5 } }, "accounting.log.maxSizeMb"],
    [{ log: { rotate: "daily", maxSizeMb: 5 } }, 'set rotate to "size", or remove maxSizeMb'],
    [{ log: { rotate: "size", maxSizeMb: 0 } }, "is less than 0.1"],
    [{ log: { rotate: "size", maxSizeMb: "10" } }, "write for example 10"],
    [{ log: { path: "." } }, "unknown key"],
    [{ log: true }, "accounting.log"],
  ])("%j is a mistake that says so", async (accounting, words) => {
    await expect(settingsWith(accounting)).rejects.toThrow(words);
  });

  it("NPS-92 the running server writes the files, and accounting to its store, too", async () => {
    const settings = await settingsWith({ log: { format: "ias", rotate: "size" } });
    const { server } = await started(settings);
    expect(await logIn(server)).toBe("Access-Accept");
    const client = createRadiusClient({ server: String(server.addresses.acct), secret: "testing123" });
    await client.accountingRequest({
      "Acct-Status-Type": "Start",
      "Acct-Session-Id": "5F3A",
      "User-Name": "alice",
    });
    await client.close();
    await server.stop();
    const lines = readFileSync(join(settings.folder, "logs", "iaslog0.log"), "utf8")
      .trimEnd()
      .split("\r\n");
    expect(lines.map((line) => decodeLogLine(line).packetTypeName)).toEqual([
      "Access-Request",
      "Access-Accept",
      "Accounting-Request",
    ]);
    expect(readAccounting(settings.state, { limit: 10 })).toMatchObject([{ session: "5F3A" }]);
  });

  it("NPS-91 without the key no file is written", async () => {
    const settings = await settingsWith(undefined);
    const { server } = await started(settings);
    expect(await logIn(server)).toBe("Access-Accept");
    await server.stop();
    expect(readdirSync(settings.folder).sort()).toEqual(["sallyport-state", "sallyport.config.json"]);
  });

  it.each([
    ["discard", "silence"],
    ["continue", "Access-Accept"],
  ])("NPS-94 onFailure %s: a log that cannot be written any more means %s", async (onFailure, answer) => {
    const settings = await settingsWith({ log: { onFailure } });
    const { server, told } = await started(settings);
    expect(await logIn(server)).toBe("Access-Accept");
    rmSync(join(settings.folder, "logs"), { recursive: true });
    writeFileSync(join(settings.folder, "logs"), "no folder");
    expect(await logIn(server)).toBe(answer);
    expect(told()).toMatch(/could not be written|cannot be written/);
    await server.stop();
  });

  it("a folder that cannot be used is told at the start", async () => {
    const settings = await settingsWith({ log: { folder: "sallyport.config.json" } });
    await expect(started(settings)).rejects.toMatchObject({
      message: expect.stringContaining("the folder"),
      remedy: expect.stringContaining("accounting.log.folder"),
    });
  });
});
