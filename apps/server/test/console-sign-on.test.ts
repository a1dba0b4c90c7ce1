import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAdaptorServer } from "@hono/node-server";
import { settingsAccounts } from "@sallyport/accounts";
import { AccountLockout, NpsEvent } from "@sallyport/nps";
import { createMemoryLog, createVirtualClock } from "@sallyport/runtime";
import { acquireClientSchemes, createNegotiateFetch } from "@sallyport/sspi/http";
import { describe, expect, it, onTestFinished } from "vitest";
import { consoleApi } from "../src/console/api.ts";
import { openConsoleSignOn } from "../src/console/console-sign-on.ts";
import { loadSettings } from "../src/settings/load-settings.ts";
import { SettingsError } from "../src/settings/mistake.ts";
import { TraceRing } from "../src/trace-ring.ts";

const accounts = settingsAccounts(
  [
    { name: "alice", password: "wonderland", groups: ["Staff"] },
    { name: "bob", password: "builder", groups: ["guests"] },
    { name: "carol", password: "christmas", groups: ["staff"], enabled: false },
  ],
  { defaultDomain: "LAB" },
);

async function consoleWithSignOn(maxDenials?: number) {
  const clock = createVirtualClock({ now: Date.now() });
  const log = createMemoryLog();
  const lockout = maxDenials === undefined ? undefined : new AccountLockout({ maxDenials }, clock, log);
  onTestFinished(() => lockout?.close());
  const opened = await openConsoleSignOn({
    settings: { groups: ["staff"], schemes: ["Negotiate", "NTLM"] },
    accounts,
    defaultDomain: "LAB",
    lockout,
    clock,
    log,
  });
  const app = consoleApi({
    token: "console-token",
    traces: new TraceRing(1),
    status: () => ({ requests: 3 }),
    reload: () => Promise.resolve({ kind: "applied", needsRestart: [] }),
    metrics: () => "",
    metricsToken: undefined,
    notReady: () => [],
    signOn: opened,
  });
  const server = createAdaptorServer({ fetch: app.fetch });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    if ("closeAllConnections" in server) server.closeAllConnections();
    server.close();
    await opened.close();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const as = async (user: string, password: string, headers: Record<string, string> = {}) => {
    const { schemes, close } = await acquireClientSchemes({ user, password });
    const fetch = createNegotiateFetch({ origins: [origin], schemes });
    onTestFinished(close);
    const response = await fetch(`${origin}/status`, { headers });
    const body = await response.text();
    fetch.close();
    return { status: response.status, body };
  };
  return { origin, as, log, clock, lockout };
}

describe("consoleSignOn", () => {
  it("shows the status to members of its groups, in any case", async () => {
    const { as, log } = await consoleWithSignOn();
    expect(await as("alice", "wonderland")).toEqual({
      status: 200,
      body: '{"user":"LAB\\\\alice","requests":3}',
    });
    expect((await as("bob", "builder")).status).toBe(403);
    expect(log.events.map(({ message }) => message)).toEqual([
      "LAB\\alice signed on by NTLM",
      "LAB\\bob signed on by NTLM",
    ]);
  });

  it("opens nothing else, and to no foreign page or name", async () => {
    const { origin, as } = await consoleWithSignOn();
    expect((await fetch(`${origin}/api/status`)).headers.get("www-authenticate")).toBeNull();
    expect((await as("alice", "wonderland", { origin: "https://evil.example" })).status).toBe(403);
    expect((await fetch(`${origin}/status`)).headers.get("www-authenticate")).toBe("Negotiate, NTLM");
  });

  it("refuses a wrong password and a disabled account alike, and logs it once in ten seconds", async () => {
    const { as, log, clock } = await consoleWithSignOn();
    for (const [user, password] of [
      ["alice", "looking-glass"],
      ["carol", "christmas"],
      ["nobody", "nothing"],
    ] as const) {
      expect((await as(user, password)).status).toBe(401);
    }
    clock.advance(10_000);
    await as("alice", "looking-glass");
    const refusals = log.events.filter(({ severity }) => severity === "warning");
    expect(refusals.map(({ fields }) => fields)).toEqual([{ suppressed: 0 }, { suppressed: 2 }]);
    expect(refusals[0]?.message).toBe(
      'a sign-on as "alice" by Negotiate from 127.0.0.1 was refused: SEC_E_LOGON_DENIED (NTLM refused the client: wrong-password)',
    );
    expect(JSON.stringify(log.events)).not.toContain("looking-glass");
  });

  it("ten wrong passwords of an account that exists shut it out of the console for five minutes", async () => {
    const { as, log, clock } = await consoleWithSignOn();
    for (let count = 0; count < 10; count += 1) {
      expect((await as(count % 2 === 0 ? "alice" : "lab\\ALICE", `guess ${count}`)).status).toBe(401);
      expect((await as("nobody", `guess ${count}`)).status).toBe(401);
    }
    expect((await as("alice", "wonderland")).status).toBe(401);
    expect((await as("bob", "builder")).status).toBe(403); // known, and not of the group
    expect((await as("nobody", "nothing")).status).toBe(401);
    const [locked] = log.withId(NpsEvent.AccountLocked);
    expect(locked).toMatchObject({ source: "console", message: expect.stringMatching(/LAB\\\\alice/i) });
    expect(log.withId(NpsEvent.AccountLocked)).toHaveLength(1);
    clock.advance(300_000);
    expect((await as("alice", "wonderland")).status).toBe(200);
  });

  it("a right password in between begins the count anew", async () => {
    const { as } = await consoleWithSignOn();
    for (let round = 0; round < 2; round += 1) {
      for (let count = 0; count < 9; count += 1) await as("alice", "guess");
      expect((await as("alice", "wonderland")).status).toBe(200);
    }
  });

  it("with authentication.lockout there is one count for the console and RADIUS", async () => {
    const { as, lockout } = await consoleWithSignOn(2);
    await as("alice", "guess");
    expect(lockout?.passwordTried("LAB\\alice", false)).toBe(false);
    expect((await as("alice", "wonderland")).status).toBe(401);
    await as("bob", "guess");
    await as("LAB\\bob", "guess");
    expect(lockout?.passwordTried("lab\\BOB", true)).toBe(true);
  });

  it.each([
    [{ groups: [] }, {}, "consoleSignOn.groups", "is empty"],
    [{}, {}, "consoleSignOn.groups", "is missing"],
    [{ groups: ["staff"], schemes: ["Basic"] }, {}, "consoleSignOn.schemes[0]", '"Basic"'],
    [{ groups: ["staff"], schemes: ["NTLM", "NTLM"] }, {}, "consoleSignOn.schemes", "twice"],
    [{ groups: ["staff"] }, { console: false }, "consoleSignOn", "no console"],
  ])("settings %j with %j are a mistake at %s", async (consoleSignOn, more, path, problem) => {
    const folder = mkdtempSync(join(tmpdir(), "sallyport-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, "sallyport.config.json");
    const clients = [{ name: "lab", address: "127.0.0.1", secret: "testing123" }];
    writeFileSync(file, JSON.stringify({ radius: { clients }, consoleSignOn, ...more }));
    const error = await loadSettings(file).catch((thrown: unknown) => thrown);
    if (!(error instanceof SettingsError)) throw error;
    expect(error.mistakes).toMatchObject([{ path, problem: expect.stringContaining(problem) }]);
  });
});
