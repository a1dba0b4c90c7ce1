import type { SettingsInput } from "@sallyport/server";
import { expect, it } from "vitest";
import { dialogModule } from "../src/ras-dialog.ts";
import { type Sallyport, sallyport, startSallyport } from "../src/sallyport.ts";

const settings: SettingsInput = {
  accounts: [{ name: "alice", password: "wonderland" }],
  ras: {
    module: { module: "./dialog.ts", settings: { passcode: "4711" } },
    ports: [
      { name: "raw", listen: "127.0.0.1:0", handOver: "ppp" },
      { name: "telnet", listen: "127.0.0.1:0", handOver: "ppp", protocol: "telnet" },
      { name: "echo", listen: "127.0.0.1:0" },
    ],
    ppp: { addresses: { pool: "10.99.0.2-10.99.0.3", local: "10.99.0.1" } },
  },
};
const start = (): Promise<Sallyport> => startSallyport(settings, { files: { "dialog.ts": dialogModule } });
const script = ["--expect", "Username: ", "--send", "alice", "--expect", "Passcode: ", "--send", "4711"];
const alice = ["--ppp", "--user", "alice", "--password", "wonderland"];
const dial = (server: Sallyport, port: string, ...more: readonly string[]) =>
  sallyport(["ras", "dial", server.ras[port] ?? "", ...script, ...more]);

it("PPP behind the dialog, as a ladder, on a raw line and on one that turns out to be telnet", async () => {
  const server = await start();
  for (const port of ["raw", "telnet"]) {
    const { status, stdout } = await dial(server, port, ...alice, "--ping", "2");
    expect(stdout).toMatch(/dialog: "Username: "[\s\S]*LCP Configure-Request[\s\S]*IPCP Configure-Ack/);
    expect(stdout).toMatch(/Connected as 10\.99\.0\.\d\. .*\n2 pings sent, 2 answered/);
    expect([status, stdout.includes("4711"), stdout.includes("wonderland")]).toEqual([0, false, false]);
  }
  await server.logged(/20272: port telnet-1: alice was connected for \d+ s, \d+ octets in, \d+ out/);
  expect(server.log()).not.toMatch(/wonderland|\b4711\b/);
});

it("--json tells programs: the call, what was agreed on, the pings, and the end with its code", async () => {
  const server = await start();
  const right = await dial(server, "raw", ...alice, "--auth", "mschapv2", "--ping", "1", "--json");
  expect(JSON.parse(right.stdout)).toMatchObject({
    connection: { local: "10.99.0.2", peer: "10.99.0.1", session: { userName: "alice" } },
    pings: [{ kind: "reply" }],
    end: { error: 0 },
  });
  expect(right.stdout).not.toMatch(/wonderland|\b4711\b/);
  const wrong = await dial(server, "raw", "--ppp", "--user", "alice", "--password", "guess", "--json");
  expect(wrong.status).toBe(1);
  expect(JSON.parse(wrong.stdout)).toMatchObject({ end: { error: 691 }, pings: [] });
  const nobody = await dial(server, "raw", "--ppp");
  expect(nobody).toMatchObject({ status: 1, stdout: expect.stringContaining("Not connected") });
});

it("one malformed option is told before anything is dialled; ports without PPP go on as they did", async () => {
  const server = await start();
  for (const [words, said] of [
    [["--user", "alice"], "--user is for PPP"],
    [["--ping"], "--ping is for PPP"],
    [[...alice, "--auth", "kerberos"], "--auth kerberos names no protocol"],
    [[...alice, "--ping", "many"], "--ping many is no number"],
  ] as const) {
    const { status, stderr } = await dial(server, "raw", ...words);
    expect({ status, stderr }).toMatchObject({ stderr: expect.stringContaining(said) });
    expect(status).not.toBe(0);
  }
  expect(await dial(server, "echo", "--expect", "echo service")).toMatchObject({ status: 0 });
});

it("a connection in progress is in `ras ports`, ends in order when the server stops, and is accounted for", async () => {
  const server = await start();
  const staying = dial(server, "raw", ...alice);
  await server.logged("20274: port raw-1: alice was assigned 10.99.0.2");
  const { stdout } = await server.command("ras", "ports", "--json");
  const [raw] = JSON.parse(stdout) as { handOver: string; calls: object[] }[];
  expect(raw).toMatchObject({
    handOver: "ppp",
    calls: [
      {
        device: "raw-1",
        state: "connected",
        user: "alice",
        address: "10.99.0.2",
        octetsIn: expect.any(Number),
      },
    ],
  });
  expect(await server.stop()).toMatchObject({ status: 0 });
  expect(await staying).toMatchObject({
    stdout: expect.stringContaining("ERROR_PPP_REMOTE_TERMINATED (719)"),
  });
  const kept = await server.command("accounting");
  expect(kept.stdout).toMatch(/Start .*alice@raw[\s\S]*Stop .*alice@raw.*Terminate-Cause NAS-Reboot/);
});
