import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { PppDeframer, protocolChap, protocolEap, protocolIpcp, protocolLcp } from "@sallyport/ppp";
import type { SettingsInput } from "@sallyport/server";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startFreeRadiusEap } from "../src/freeradius-eap.ts";
import { type Laboratory, makeLaboratory } from "../src/laboratory.ts";
import { describeWithPppd } from "../src/pppd/describe-pppd.ts";
import { answeringPppd, type Dialled, dial } from "../src/pppd/dial.ts";
import { askConsole } from "../src/running-console.ts";
import { type Sallyport, sallyport, startSallyport } from "../src/sallyport.ts";
import { temporaryFolderForFile } from "../src/temporary-folder.ts";
import { until } from "../src/until.ts";

const password = "wonderland";
const secrets = [`alice ras "${password}" *`, 'bob ras "not-his-password" *', `ras alice "${password}" *`];
const protocols = ["pap", "chap", "mschapv2", "eap"] as const;
/** What pppd says when it has proved itself. */
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
const chat = "TIMEOUT 20\nABORT 'denied'\n'Username: ' 'alice'\n'Passcode: ' '4711\\c'\n'****' '\\r\\c'\n";
const refusedChat = chat.replace("4711\\c", "0000").replace("****", "granted");
const endlessChat = "TIMEOUT 20\n'Username: ' '\\c'\n'never' '\\c'\n";

const addresses = { pool: "10.99.0.2-10.99.0.254", local: "10.99.0.1", dns: ["10.99.0.53"] };
/** A lost Configure-Request is sent again soon: pppd opens its line a moment after chat has ended. */
const limits = { restartMs: 200 };

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

interface Call {
  readonly device: string;
  readonly from: string;
  readonly state: string;
  readonly address?: string;
  readonly user?: string;
}

await describeWithPppd("pppd dials", secrets, (guest) => {
  let server: Sallyport;
  /** EAP by certificates only. */
  let certified: Sallyport;
  let md5: Sallyport;
  let laboratory: Laboratory;
  const parent = temporaryFolderForFile();
  const stops: (() => Promise<void>)[] = [];
  afterAll(() => Promise.all(stops.map((stop) => stop())));
  const ras = { module: "./gate.ts", ppp: { addresses, limits } };
  /** A server for all tests, each in a folder of its own. */
  const startForAll = (name: string, settings: SettingsInput): Promise<Sallyport> => {
    const folder = join(parent, name);
    mkdirSync(folder);
    return startSallyport(settings, {
      folder,
      files: { "gate.ts": gate },
      finished: (stop) => stops.push(stop),
    });
  };
  const to = (name: string, from = server): string => from.ras[name] ?? "";
  /** The server's view of a call; undefined when it is over. */
  const seen = async ({ from }: Dialled, by = server): Promise<Call | undefined> => {
    const all = await askConsole<{ calls: Call[] }[]>(by, "/api/ras/ports");
    return all.flatMap(({ calls }) => calls).find((call) => call.from === from);
  };
  const isOver = (call: Dialled, by = server) =>
    until(
      () => seen(call, by),
      (found) => found === undefined,
    );

  beforeAll(async () => {
    const folder = join(parent, "laboratory");
    mkdirSync(folder);
    laboratory = await makeLaboratory("rsa", folder);
    [server, certified, md5] = await Promise.all([
      startForAll("passwords", {
        radius: {
          auth: "127.0.0.1:0",
          acct: "127.0.0.1:0",
          clients: [{ name: "gate", address: "127.0.0.1", secret: "testing123" }],
        },
        ras: { ...ras, ports: ports() },
        accounts,
        authentication: { msChap: true },
      }),
      startForAll("certificates", {
        ...laboratory.settings(["tls"]),
        ras: { ...ras, ports: ports() },
      }),
      startForAll("md5", { ras: { ...ras, ports: ports() }, accounts, eap: { methods: ["md5"] } }),
    ]);
  });

  it.concurrent("the dialog refuses: no PPP, chat tells why (exit status 8)", async () => {
    const call = await dial(guest, to("eap"), { chat: refusedChat });
    expect(await call.done).toMatchObject({ status: 8 });
    await server.logged("RemoteAccess 20093");
  });

  it.concurrent.each(protocols)(
    "RAS-64 through the dialog and %s to an address and a ping",
    async (protocol) => {
      const call = await dial(guest, to(protocol), { chat });
      expect(await call.up).toMatchObject({ remote: "10.99.0.1", answered: 2 });
      call.end("TERM");
      const { log } = await call.done;
      expect(log).toContain(succeeded[protocol]);
      expect(log).toContain("LCP TermAck");
      if (protocol === "eap") expect(log).toMatch(/EAP Request id=\S+ MSCHAPv2 Challenge/i);
      await isOver(call);
      expect(server.log()).not.toContain(password);
    },
  );

  it.concurrent("EAP with MD5-Challenge, where the server has that", async () => {
    const call = await dial(guest, to("eap", md5), { chat });
    expect(await call.up).toMatchObject({ answered: 2 });
    call.end("TERM");
    expect((await call.done).log).toContain("MD5-Challenge");
  });

  const certificate = (name: string) => [
    `ca ${laboratory.file("ca.pem")}`,
    `cert ${laboratory.file(`${name}.pem`)}`,
    `key ${laboratory.file(`${name}.key`)}`,
    `remotename ${laboratory.serverName}`,
  ];

  it.concurrent("EAP-38 EAP with TLS and a client's certificate: fragments are no longer than pppd takes", async () => {
    const call = await dial(guest, to("eap", certified), {
      chat,
      options: [...certificate("alice"), "mru 1100"],
    });
    const lengths: number[] = [];
    const deframer = new PppDeframer({
      onFrame: (protocol, packet) => void (protocol === protocolEap && lengths.push(packet.length)),
    });
    deframer.characterMap = 0;
    call.socket.on("data", (bytes: Uint8Array) => deframer.receive(bytes));
    expect(await call.up).toMatchObject({ answered: 2 });
    expect(await seen(call, certified)).toMatchObject({ state: "connected", user: "LAB\\alice" });
    call.end("TERM");
    expect((await call.done).log).toContain(succeeded.eap);
    expect(Math.max(...lengths)).toBe(1_100);
  });

  it.concurrent("our `ras dial` with a certificate", async () => {
    const file = (name: string) => laboratory.file(name);
    const ended = await sallyport([
      ...["ras", "dial", to("eap", certified), "--expect", "Username: ", "--send", "alice"],
      ...["--expect", "Passcode: ", "--send", "4711", "--ppp", "--user", "alice", "--ping", "1"],
      ...["--cert", file("alice.pem"), "--key", file("alice.key")],
      ...["--ca", file("ca.pem"), "--server-name", laboratory.serverName],
    ]);
    expect(ended.stdout).toMatch(/EAP Request \d+, \d+ octets \(EAP-TLS\)/);
    expect(ended.stdout).toContain("1 pings sent, 1 answered");
    expect(ended).toMatchObject({ status: 0 });
  });

  it.concurrent("EAP with TLS and a certificate of another authority, or a revoked one: refused (19)", async () => {
    for (const name of ["stranger", "revoked"]) {
      const call = await dial(guest, to("eap", certified), { chat, options: certificate(name) });
      expect(await call.done).toMatchObject({ status: 19 });
      await isOver(call, certified);
    }
  });

  it.concurrent.each(protocols)(
    "RAS-33 the dialog lets nobody in by itself: a wrong secret is refused with %s (19)",
    async (protocol) => {
      const call = await dial(guest, to(protocol), { user: "bob", chat });
      expect(await call.done).toMatchObject({ status: 19 });
      await server.logged(
        new RegExp(`20271: port ${protocol}-\\d+: bob was not connected: PPP authentication`),
      );
      await isOver(call);
    },
  );

  it.concurrent("the name servers of the settings are told, and the connection is in `ras ports`", async () => {
    const call = await dial(guest, to("mschapv2"), { chat, options: ["usepeerdns"] });
    await call.up;
    expect(await seen(call)).toMatchObject({
      state: "connected",
      user: "alice",
      address: expect.stringMatching(/^10\.99\.0\./),
    });
    const { stdout } = await server.command("ras", "ports");
    expect(stdout).toMatch(
      /mschapv2-\d+ {2}connected .* alice {2}10\.99\.0\.\d+ {2}\d+ octets in, \d+ out\n/,
    );
    call.end("TERM");
    expect((await call.done).log).toMatch(/primary {3}DNS address 10\.99\.0\.53/);
  });

  it.concurrent("the server hangs up: `ras disconnect` ends the link in order (16)", async () => {
    const call = await dial(guest, to("chap"), { chat });
    await call.up;
    const { device = "" } = (await seen(call)) ?? {};
    expect(await server.command("ras", "disconnect", device)).toMatchObject({ status: 0 });
    const { status, log } = await call.done;
    expect(log).toMatch(/rcvd \[LCP TermReq/);
    expect([0, 16]).toContain(status);
    await isOver(call);
  });

  it.concurrent.each(["dialog", "LCP", "authentication", "IPCP", "connection"] as const)(
    "the line is lost during the %s: the port is free again, and pppd ends",
    async (phase) => {
      const call = await dial(guest, to("chap"), { chat: phase === "dialog" ? endlessChat : chat });
      if (phase === "dialog")
        await until(
          () => seen(call),
          (found) => found?.state === "Active",
        );
      else if (phase === "connection") await call.up;
      else {
        // What pppd itself has sent: it is past its chat then.
        const wanted = { LCP: protocolLcp, authentication: protocolChap, IPCP: protocolIpcp }[phase];
        await new Promise<void>((resolve) => {
          const deframer = new PppDeframer({ onFrame: (found) => found === wanted && resolve() });
          deframer.characterMap = 0; // what the two sides agree on
          call.line.on("data", (bytes: Uint8Array) => deframer.receive(bytes));
        });
      }
      call.socket.destroy();
      const { status, log } = await call.done;
      expect({ status, log }).toMatchObject({ status: phase === "dialog" ? 8 : 16 });
      await isOver(call);
    },
  );

  it.concurrent("a caller who asks for an address of his own gets that of the server", async () => {
    const call = await dial(guest, to("mschapv2"), { chat, options: ["10.1.2.3:", "ipcp-accept-local"] });
    expect((await call.up).local).toMatch(/^10\.99\.0\./);
    call.end("TERM");
    await call.done;
  });

  it.concurrent("compression and IPv6 are survived: what this server has not is rejected", async () => {
    const call = await dial(guest, to("pap"), { chat, extras: true });
    expect(await call.up).toMatchObject({ answered: 2 });
    call.end("TERM");
    expect((await call.done).log).toMatch(/rcvd \[LCP ProtRej/);
    await isOver(call);
  });

  it.concurrent.each(protocols)("our `ras dial` against pppd as server, with %s", async (protocol) => {
    const demand = {
      pap: "require-pap",
      chap: "require-chap",
      mschapv2: "require-mschap-v2",
      eap: "require-eap",
    };
    const network = 10 + protocols.indexOf(protocol);
    const {
      address,
      peer,
      server: port,
    } = await answeringPppd(guest, {
      options: ["auth", "name ras", `10.98.${network}.1:10.98.${network}.2`, demand[protocol]],
      chat: "TIMEOUT 20\n'' 'Login: \\c'\n'alice' 'granted'\n",
      pings: 0,
    });
    const script = ["--expect", "Login: ", "--send", "alice", "--expect", "granted"];
    const who = ["--user", "alice", "--password", password, "--auth", protocol, "--ping", "2"];
    const ended = await sallyport(["ras", "dial", address, ...script, "--ppp", ...who]);
    expect(ended.stdout).toContain("2 pings sent, 2 answered");
    expect(ended).toMatchObject({ status: 0 });
    const { log } = await (await peer).done;
    expect(log).toMatch(/sent \[(PAP AuthAck|CHAP Success|EAP Success) /);
    port.close();
  });

  it("EAP-13 RADIUS provider against our own server: every protocol, keys, accounting from start to stop", async () => {
    const radius = [{ server: server.auth, accounting: server.acct, secret: "testing123" }];
    const provider = { radius, nasIdentifier: "gate" };
    const gateway = await startSallyport(
      { ras: { ...ras, ports: ports({ provider }) } },
      { files: { "gate.ts": gate } },
    );
    const right = async (protocol: keyof typeof succeeded): Promise<void> => {
      const call = await dial(guest, to(protocol, gateway), { chat });
      expect(await call.up).toMatchObject({ answered: 2 });
      call.end("TERM");
      expect((await call.done).log).toContain(succeeded[protocol]);
    };
    const wrong = async (): Promise<void> => {
      const call = await dial(guest, to("eap", gateway), { user: "bob", chat });
      expect(await call.done).toMatchObject({ status: 19 });
    };
    await Promise.all([...protocols.map(right), wrong()]);
    interface Kept {
      readonly status: string;
      readonly client: string;
      readonly attributes: Readonly<Record<string, string>>;
    }
    const kept = await until(
      async () => {
        const { stdout } = await server.command("accounting", "--json", "--last", "100");
        const records = stdout.split("\n").filter(Boolean);
        return records
          .map((line) => JSON.parse(line) as Kept)
          .filter(({ attributes }) => attributes["NAS-Identifier"] === "gate");
      },
      (found) => found.filter(({ status }) => status === "Stop").length === protocols.length,
    );
    expect(kept.filter(({ status }) => status === "Start")).toHaveLength(protocols.length);
    expect(kept.find(({ status }) => status === "Start")).toMatchObject({
      client: "gate",
      attributes: { "User-Name": "alice", "Acct-Authentic": "RADIUS" },
    });
    expect(kept.find(({ status }) => status === "Stop")?.attributes).toMatchObject({
      "Acct-Terminate-Cause": "User-Request",
      "Framed-Protocol": "PPP",
    });
  });

  it("EAP-13 RADIUS provider against FreeRADIUS: PAP, CHAP, MS-CHAPv2, EAP", async () => {
    const peer = await startFreeRadiusEap("mschapv2", { alice: password });
    // Its answers to PAP and CHAP have no Message-Authenticator.
    const radius = [{ server: peer.auth, secret: "testing123", requireMessageAuthenticator: false }];
    const settings = { ras: { ...ras, ports: ports({ provider: { radius } }) } };
    const gateway = await startSallyport(settings, { files: { "gate.ts": gate } });
    const right = async (protocol: keyof typeof succeeded): Promise<void> => {
      const call = await dial(guest, to(protocol, gateway), { chat });
      expect(await call.up).toMatchObject({ answered: 2 });
      call.end("TERM");
      await call.done;
    };
    const wrong = async (): Promise<void> => {
      const call = await dial(guest, to("mschapv2", gateway), { user: "bob", chat });
      expect(await call.done).toMatchObject({ status: 19 });
    };
    await Promise.all([...protocols.map(right), wrong()]);
  });
});
