import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { PppDeframer, protocolChap, protocolLcp } from "@sallyport/ppp";
import type { SettingsInput } from "@sallyport/server";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startFreeRadiusEap } from "../src/freeradius-eap.ts";
import { describeWithPppd } from "../src/pppd/describe-pppd.ts";
import { answeringPppd, dial } from "../src/pppd/dial.ts";
import { type Sallyport, sallyport, startSallyport } from "../src/sallyport.ts";
import { temporaryFolderForFile } from "../src/temporary-folder.ts";

const password = "wonderland";
const secrets = [`alice ras "${password}" *`, 'bob ras "not-his-password" *', `ras alice "${password}" *`];
const protocols = ["pap", "chap", "mschapv2", "eap"] as const;
/** What pppd accepts of what it is asked for, by the protocol that a test is about. */
const succeeded = {
  pap: "PAP authentication succeeded",
  chap: "CHAP authentication succeeded",
  mschapv2: "CHAP authentication succeeded",
  eap: "EAP authentication succeeded",
} as const;

const gate = `
import { defineSecurityDialog } from "@sallyport/ras-security";
export default defineSecurityDialog(async (dialog) => {
  const user = await dialog.ask("Username: ");
  const code = await dialog.ask("Passcode: ", { echo: "*" });
  return code === "4711"
    ? dialog.accept(user, "CORP")
    : dialog.refuse(user, "CORP", { message: "Access denied.\\n" });
});
`;
/** Chat stays on the line until the stars of the passcode were seen, so that PPP begins on a quiet line. */
const throughTheGate = (code = "4711") =>
  `TIMEOUT 20\nABORT 'denied'\n'Username: ' 'alice'\n'Passcode: ' '${code}\\c'\n'****' '\\r\\c'\n`;
const refusedAtTheGate =
  "TIMEOUT 20\nABORT 'denied'\n'Username: ' 'alice'\n'Passcode: ' '0000'\n'granted' '\\c'\n";

const addresses = { pool: "10.99.0.2-10.99.0.254", local: "10.99.0.1", dns: ["10.99.0.53"] };
/** A lost Configure-Request is sent again soon: pppd opens its line a moment after chat has ended. */
const limits = { restartMs: 300 };

const ports = (more: object = {}): NonNullable<SettingsInput["ras"]>["ports"] =>
  protocols.map((protocol) => ({
    name: protocol,
    listen: "127.0.0.1:0",
    handOver: "ppp",
    ppp: { authentication: [protocol], ...more },
  }));
const accounts = [
  { name: "alice", password },
  { name: "bob", password: "builder" },
];

await describeWithPppd("pppd dials", secrets, (guest) => {
  let server: Sallyport;
  let md5: Sallyport;
  const parent = temporaryFolderForFile();
  const stops: (() => Promise<void>)[] = [];
  afterAll(() => Promise.all(stops.map((stop) => stop())));
  /** A server for all tests, each in a folder of its own. */
  const startForAll = (settings: SettingsInput, name: string): Promise<Sallyport> => {
    const folder = join(parent, name);
    mkdirSync(folder);
    return startSallyport(settings, {
      folder,
      files: { "gate.ts": gate },
      finished: (stop) => stops.push(stop),
    });
  };
  const to = (name: string, from = server): string => from.ras[name] ?? "";
  const calls = async (): Promise<{ device: string; state: string; address?: string; user?: string }[]> => {
    const { stdout } = await server.command("ras", "ports", "--json");
    return (JSON.parse(stdout) as { calls: [] }[]).flatMap((port) => port.calls);
  };
  const portsAreFree = () => expect.poll(calls, { timeout: 20_000, interval: 200 }).toEqual([]);

  beforeAll(async () => {
    const ras = { module: "./gate.ts", ppp: { addresses, limits } };
    server = await startForAll(
      {
        radius: {
          auth: "127.0.0.1:0",
          acct: "127.0.0.1:0",
          clients: [{ name: "gate", address: "127.0.0.1", secret: "testing123" }],
        },
        ras: { ...ras, ports: ports() },
        accounts,
        authentication: { msChap: true },
      },
      "first",
    );
    md5 = await startForAll(
      { ras: { ...ras, ports: ports() }, accounts, eap: { methods: ["md5"] } },
      "second",
    );
  });

  it("the dialog refuses: no PPP, chat tells why (exit status 8)", async () => {
    const call = await dial(guest, to("eap"), { chat: refusedAtTheGate });
    expect(await call.done).toMatchObject({ status: 8 });
    await server.logged("RemoteAccess 20093");
  });

  it.each(protocols)("RAS-64 through the dialog and %s to an address and a ping", async (protocol) => {
    const call = await dial(guest, to(protocol), { chat: throughTheGate() });
    expect(await call.up).toMatchObject({ remote: "10.99.0.1", answered: 2 });
    call.end("TERM");
    const { log } = await call.done;
    expect(log).toContain(succeeded[protocol]);
    expect(log).toContain("LCP TermAck");
    await portsAreFree();
    expect(server.log()).not.toContain(password);
  });

  it("EAP with MD5-Challenge, where the server has that", async () => {
    const call = await dial(guest, to("eap", md5), { chat: throughTheGate() });
    expect(await call.up).toMatchObject({ answered: 2 });
    call.end("TERM");
    expect((await call.done).log).toContain("MD5-Challenge");
  });

  it.each(protocols)(
    "RAS-33 the dialog lets nobody in by itself: a wrong secret is refused with %s (19)",
    async (protocol) => {
      const call = await dial(guest, to(protocol), { user: "bob", chat: throughTheGate() });
      expect(await call.done).toMatchObject({ status: 19 });
      await server.logged(/20271: port \w+-1: bob was not connected: PPP authentication/);
      await portsAreFree();
    },
  );

  it("the name servers of the settings are told, and the connection is in `ras ports`", async () => {
    const call = await dial(guest, to("mschapv2"), { chat: throughTheGate(), options: ["usepeerdns"] });
    await call.up;
    expect(await calls()).toMatchObject(
      [{ state: "connected", user: "alice", address: /^10\.99\.0\./ }].map((one) => ({
        ...one,
        address: expect.stringMatching(one.address),
      })),
    );
    const { stdout } = await server.command("ras", "ports");
    expect(stdout).toMatch(/mschapv2-1 {2}connected .* alice {2}10\.99\.0\.\d+ {2}\d+ octets in, \d+ out\n/);
    call.end("TERM");
    expect((await call.done).log).toMatch(/primary {3}DNS address 10\.99\.0\.53/);
  });

  it("the server hangs up: `ras disconnect` ends the link in order (16)", async () => {
    const call = await dial(guest, to("chap"), { chat: throughTheGate() });
    await call.up;
    const [{ device = "" } = {}] = await calls();
    expect(await server.command("ras", "disconnect", device)).toMatchObject({ status: 0 });
    const { status, log } = await call.done;
    expect(log).toMatch(/rcvd \[LCP TermReq/);
    expect([0, 16]).toContain(status);
    await portsAreFree();
  });

  it.each(["dialog", "LCP", "authentication", "connection"] as const)(
    "the line is lost during the %s: the port is free again, and pppd ends",
    async (phase) => {
      const call = await dial(guest, to("chap"), {
        chat: phase === "dialog" ? "TIMEOUT 20\n'Username: ' '\\c'\n'never' '\\c'\n" : throughTheGate(),
      });
      if (phase === "dialog")
        await expect.poll(calls, { timeout: 20_000 }).toMatchObject([{ state: "Active" }]);
      else if (phase === "connection") await call.up;
      else {
        // What pppd itself has sent: it is past its chat then.
        const wanted = phase === "LCP" ? protocolLcp : protocolChap;
        await new Promise<void>((resolve) => {
          const deframer = new PppDeframer({ onFrame: (found) => found === wanted && resolve() });
          deframer.characterMap = 0; // what the two sides agree on
          call.line.on("data", (bytes: Uint8Array) => deframer.receive(bytes));
        });
      }
      call.socket.destroy();
      const { status, log } = await call.done;
      expect({ status, log }).toMatchObject({ status: phase === "dialog" ? 8 : 16 });
      await portsAreFree();
    },
  );

  it("a caller who asks for an address of his own gets that of the server", async () => {
    const call = await dial(guest, to("mschapv2"), {
      chat: throughTheGate(),
      options: ["10.1.2.3:", "ipcp-accept-local"],
    });
    expect((await call.up).local).toMatch(/^10\.99\.0\./);
    call.end("TERM");
    await call.done;
  });

  it("noise before PPP, compression and IPv6 are survived: what this server has not is rejected", async () => {
    const call = await dial(guest, to("pap"), {
      chat: throughTheGate(),
      extras: true,
    });
    expect(await call.up).toMatchObject({ answered: 2 });
    call.end("TERM");
    expect((await call.done).log).toMatch(/rcvd \[LCP ProtRej/);
    await portsAreFree();
  });

  it.each(["pap", "chap", "mschapv2", "eap"] as const)(
    "our `ras dial` against pppd as server, with %s",
    async (protocol) => {
      const demand = {
        pap: "require-pap",
        chap: "require-chap",
        mschapv2: "require-mschap-v2",
        eap: "require-eap",
      };
      const call = {
        options: ["auth", "name ras", "10.98.0.1:10.98.0.2", demand[protocol]],
        chat: "TIMEOUT 20\n'' 'Login: \\c'\n'alice' 'granted'\n",
        pings: 0,
      };
      const { address, peer, server: port } = await answeringPppd(guest, call);
      const script = ["--expect", "Login: ", "--send", "alice", "--expect", "granted"];
      const who = ["--user", "alice", "--password", password, "--auth", protocol, "--ping", "2"];
      const ended = await sallyport(["ras", "dial", address, ...script, "--ppp", ...who]);
      expect(ended.stdout).toContain("2 pings sent, 2 answered");
      expect(ended).toMatchObject({ status: 0 });
      const { log } = await (await peer).done;
      expect(log).toMatch(/sent \[(PAP AuthAck|CHAP Success|EAP Success) /);
      port.close();
    },
  );

  it("EAP-13 RADIUS provider against our own server: every protocol, keys, accounting from start to stop", async () => {
    const radius = [{ server: server.auth, accounting: server.acct, secret: "testing123" }];
    const gateway = await startSallyport(
      {
        ras: {
          module: "./gate.ts",
          ports: ports({ provider: { radius, nasIdentifier: "gate" } }),
          ppp: { addresses, limits },
        },
      },
      { files: { "gate.ts": gate } },
    );
    for (const protocol of protocols) {
      const call = await dial(guest, to(protocol, gateway), { chat: throughTheGate() });
      expect(await call.up).toMatchObject({ answered: 2 });
      call.end("TERM");
      expect((await call.done).log).toContain(succeeded[protocol]);
    }
    const wrong = await dial(guest, to("eap", gateway), { user: "bob", chat: throughTheGate() });
    expect(await wrong.done).toMatchObject({ status: 19 });
    const kept = async (): Promise<
      { status: string; client: string; attributes: Record<string, string> }[]
    > => {
      const { stdout } = await server.command("accounting", "--json", "--last", "100");
      const records = stdout
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line));
      return records.filter(({ attributes }) => attributes["NAS-Identifier"] === "gate");
    };
    const count = async () => (await kept()).filter(({ status }) => status === "Stop").length;
    await expect.poll(count, { timeout: 20_000 }).toBe(protocols.length);
    const [start, stop] = await kept();
    expect(start).toMatchObject({
      status: "Start",
      client: "gate",
      attributes: { "User-Name": "alice", "Acct-Authentic": "RADIUS" },
    });
    expect(stop?.attributes).toMatchObject({
      "Acct-Terminate-Cause": "User-Request",
      "Framed-Protocol": "PPP",
    });
  });

  it("EAP-13 RADIUS provider against FreeRADIUS: PAP, CHAP, MS-CHAPv2, EAP", async () => {
    const peer = await startFreeRadiusEap("mschapv2", { alice: password });
    // Its answers to PAP and CHAP have no Message-Authenticator.
    const radius = [{ server: peer.auth, secret: "testing123", requireMessageAuthenticator: false }];
    const gateway = await startSallyport(
      { ras: { module: "./gate.ts", ports: ports({ provider: { radius } }), ppp: { addresses, limits } } },
      { files: { "gate.ts": gate } },
    );
    for (const protocol of protocols) {
      const call = await dial(guest, to(protocol, gateway), { chat: throughTheGate() });
      expect(await call.up).toMatchObject({ answered: 2 });
      call.end("TERM");
      await call.done;
    }
    const wrong = await dial(guest, to("mschapv2", gateway), { user: "bob", chat: throughTheGate() });
    expect(await wrong.done).toMatchObject({ status: 19 });
  });
});
