import { createMemoryLog } from "@sallyport/runtime";
import { expect, it } from "vitest";
import { createReload } from "../src/reload/reload.ts";
import { restartNeeded } from "../src/reload/restart-needed.ts";
import { SettingsError } from "../src/settings/mistake.ts";
import { settingsOf } from "../src/settings/settings.ts";

const settings = (more: object = {}) => {
  const parsed = { radius: { clients: [{ name: "lab", address: "127.0.0.1", secret: "s" }] }, ...more };
  return { ...settingsOf(parsed, "/srv").settings, warnings: [] };
};

it("reloads happen one after another; those that are asked for meanwhile are one", async () => {
  const order: string[] = [];
  const release: (() => void)[] = [];
  const log = createMemoryLog();
  const reload = createReload({
    load: async () => (order.push("load"), settings()),
    apply: () =>
      new Promise((resolve) => {
        order.push("apply");
        release.push(() => resolve(["console"]));
      }),
    log,
  });
  const first = reload();
  await new Promise((resolve) => setImmediate(resolve));
  const others = [reload(), reload(), reload()];
  await new Promise((resolve) => setImmediate(resolve));
  expect(order).toEqual(["load", "apply"]);
  release[0]?.();
  expect(await first).toEqual({ kind: "applied", needsRestart: ["console"] });
  await new Promise((resolve) => setImmediate(resolve));
  release[1]?.();
  await Promise.all(others);
  expect(order).toEqual(["load", "apply", "load", "apply"]);
  expect(log.events.map(({ message }) => message).slice(0, 2)).toEqual([
    "the settings were reloaded",
    "only a restart changes console",
  ]);
});

it("a file that cannot be used is refused with its mistakes, and the next one is taken", async () => {
  const mistakes = [{ path: "loging", problem: "is an unknown key", remedy: 'did you mean "log"?' }];
  const files = [Promise.reject(new SettingsError("a.json", mistakes)), Promise.resolve(settings())];
  const log = createMemoryLog();
  const reload = createReload({ load: () => files.shift() as never, apply: async () => [], log });
  expect(await reload()).toMatchObject({ kind: "refused", mistakes });
  expect(log.events).toMatchObject([
    { severity: "error", message: expect.stringContaining("everything stays as it was") },
  ]);
  expect(await reload()).toMatchObject({ kind: "applied" });
});

it.each([
  ["radius.auth", { radius: { auth: "127.0.0.1:1", clients: [] } }],
  ["state", { state: "elsewhere" }],
  ["console", { console: false }],
  ["consoleSignOn", { consoleSignOn: { groups: ["operators"], schemes: ["NTLM"] } }],
  ["metrics", { metrics: { token: "a-long-random-text" } }],
  ["eap", { eap: { methods: ["md5"] } }],
  ["authentication.lockout", { authentication: { lockout: { maxDenials: 5 } } }],
  ["defaultDomain", { defaultDomain: "CORP" }],
  ["log", { log: { format: "json" } }],
  ["accounting", { accounting: { fsync: true } }],
  ["accounts[].oneTimePassword", { accounts: [{ name: "a", password: "b", oneTimePassword: "x" }] }],
])("%s needs a restart", (key, more) => {
  expect(restartNeeded(settings(), settings(more))).toEqual([key]);
});

it("clients, accounts, time-outs and compatibility need none", () => {
  const wanted = settings({
    radius: { clients: [{ name: "other", address: "10.0.0.1", secret: "t" }] },
    accounts: [{ name: "alice", password: "wonderland" }],
    extensions: { timeoutMs: 5 },
    compatibility: { rawErrorCodes: true },
    policies: { network: [{ name: "nobody", access: "deny" }] },
    timeZone: "Europe/Vienna",
  });
  expect(restartNeeded(settings(), wanted)).toEqual([]);
});
