import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { acquireClientSchemes, createNegotiateFetch } from "@sallyport/sspi/http";
import { expect, it, onTestFinished } from "vitest";
import type { LineDialog } from "../src/line-dialog.ts";
import { describeWithPeers } from "../src/peers.ts";
import { run } from "../src/run.ts";
import { labSettings, startSallyport } from "../src/sallyport.ts";
import { sambaSpnego } from "../src/samba-spnego.ts";
import { signOnSite, type TlsFiles } from "../src/sign-on-site.ts";
import { temporaryFolder } from "../src/temporary-folder.ts";

const curl = (...args: string[]) => run("curl", ["-sS", "--max-time", "20", ...args]);
const greeting = (scheme: string, body = 0) => `user TESTDOM\\alice by ${scheme} (NTLM), body ${body}\n`;
const ntlm = ["--ntlm", "-u", "alice:wonderland"];

describeWithPeers(["curl"], "curl", () => {
  it("signs on by NTLM over one connection; a wrong password is 401", async () => {
    const { url, events, seen } = await signOnSite({ offer: ["NTLM"] });
    const told = ["-w", "%{http_code} %{num_connects}"];
    expect((await curl(...ntlm, ...told, url)).stdout).toBe(`${greeting("NTLM")}200 1`);
    expect(seen.map(({ authorization }) => authorization)).toEqual(["NTLM", "NTLM"]);
    const wrong = await curl("--ntlm", "-u", "alice:looking-glass", "-o", "-", ...told, url);
    expect(wrong.stdout).toBe("sign on to see this\n401 1");
    expect((await curl("--ntlm", "-u", "mallory:wonderland", ...told, url)).stdout).toContain("401");
    expect(events.map(({ kind }) => kind)).toEqual(["signed-on", "refused", "refused"]);
  });

  it("finds NTLM by itself, and takes domain and user together", async () => {
    const { url } = await signOnSite({ offer: ["NTLM"] });
    expect((await curl("--anyauth", "-u", "TESTDOM\\alice:wonderland", url)).stdout).toBe(greeting("NTLM"));
    expect((await curl("--anyauth", "-u", "OTHER\\alice:wonderland", url)).stdout).toContain("sign on");
  });

  it("sends a body once, after the handshake", async () => {
    const { url } = await signOnSite({ offer: ["NTLM"] });
    const folder = temporaryFolder({ "body.txt": "x".repeat(300_000) });
    const sent = await curl(...ntlm, "--data-binary", `@${join(folder, "body.txt")}`, url);
    expect(sent.stdout).toBe(greeting("NTLM", 300_000));
  });

  it("asks twice over one connection, the second time as the user already", async () => {
    const { url, seen } = await signOnSite({ offer: ["NTLM"] });
    const both = await curl(...ntlm, url, url);
    expect(both.stdout).toBe(greeting("NTLM").repeat(2));
    expect(seen.map(({ authorization }) => authorization)).toEqual(["NTLM", "NTLM", ""]);
  });

  it("keeps the session cookie, which opens a connection of its own", async () => {
    const { url } = await signOnSite({ offer: ["NTLM"], session: { keys: [new Uint8Array(32).fill(1)] } });
    const jar = join(temporaryFolder(), "cookies");
    await curl(...ntlm, "-c", jar, url);
    expect(readFileSync(jar, "utf8")).toMatch(/#HttpOnly_localhost.*sign-on/);
    expect((await curl("-b", jar, url)).stdout).toBe(greeting("NTLM"));
  });

  it("signs on to a proxy", async () => {
    const { signOn } = await signOnSite({ role: "proxy", offer: ["NTLM"] });
    const proxy = createServer((request, response) => {
      const header = (name: string) => request.headersDistinct[name]?.[0];
      void signOn
        .authenticate({ connection: request.socket, httpVersionMajor: 1, header })
        .then((outcome) => {
          for (const [name, value] of outcome.kind === "http-1.1-required" ? [] : outcome.headers) {
            response.appendHeader(name, value);
          }
          response.statusCode = outcome.kind === "answered" ? outcome.status : 200;
          response.end(outcome.kind === "admitted" ? `${outcome.user.name} asks for ${request.url}` : "");
        });
    });
    proxy.listen(0, "127.0.0.1");
    await once(proxy, "listening");
    onTestFinished(() => void proxy.close());
    const { port } = proxy.address() as AddressInfo;
    const asked = await curl(
      "--proxy-ntlm",
      "-U",
      "alice:wonderland",
      "-x",
      `127.0.0.1:${port}`,
      "http://site.example/",
    );
    expect(asked.stdout).toBe("TESTDOM\\alice asks for http://site.example/");
  });

  it("over TLS: signs on where bindings are welcome, is refused where they are required, comes back from HTTP/2", async () => {
    const tls = await certificate();
    const { url } = await signOnSite({ offer: ["NTLM"], tls });
    expect((await curl(...ntlm, "-k", url)).stdout).toBe(greeting("NTLM"));
    const strict = await signOnSite({ offer: ["NTLM"], tls, channelBindings: "required" });
    expect((await curl(...ntlm, "-k", strict.url)).stdout).toContain("sign on");
    expect(strict.events).toMatchObject([{ kind: "refused", symbol: "SEC_E_BAD_BINDINGS" }]);
    const second = await signOnSite({ offer: ["NTLM"], tls, isHttp2: true });
    expect((await curl("--http2", "--anyauth", "-u", "alice:wonderland", "-k", second.url)).stdout).toBe(
      greeting("NTLM"),
    );
    expect(second.seen.map(({ version }) => version)).toEqual(["2.0", "1.1", "1.1", "1.1"]);
  });

  it("sees the status of the server with an account of the server, when its group may", async () => {
    const authentication = { ...labSettings.authentication, lockout: { maxDenials: 2 } };
    const settings = { ...labSettings, authentication, consoleSignOn: { groups: ["Staff"] } };
    const server = await startSallyport({
      ...settings,
      accounts: [...(labSettings.accounts ?? []), { name: "bob", password: "builder" }],
    });
    const status = `${server.console}/status`;
    const seen = await curl(...ntlm, status);
    expect(JSON.parse(seen.stdout)).toMatchObject({ user: "SALLYPORT\\alice", auth: { received: 0 } });
    expect(
      (await curl("--ntlm", "-u", "alice:wrong", "-o", "-", "-w", "%{http_code}", status)).stdout,
    ).toMatch(/401$/);
    expect((await curl("--ntlm", "-u", "bob:builder", "-w", "%{http_code}", status)).stdout).toMatch(
      /none of the groups.*403$/s,
    );
    expect((await curl(...ntlm, "-H", "Host: evil.example", "-w", "%{http_code}", status)).stdout).toMatch(
      /403$/,
    );
    expect((await curl(...ntlm, `${server.console}/api/status`)).stdout).toContain("token");
    expect(server.log()).toMatch(/SALLYPORT\\alice signed on by NTLM/);
    for (const guess of ["queen", "king"]) await curl("--ntlm", "-u", `alice:${guess}`, status);
    expect((await curl(...ntlm, "-o", "-", "-w", "%{http_code}", status)).stdout).toMatch(/401$/);
    expect(server.log()).toMatch(/alice.* is locked out after 2 wrong passwords/);
    expect(server.log()).not.toContain("wonderland");
  });
});

describeWithPeers(["curl", "gss-ntlmssp"], "curl with GSS-API", () => {
  it("signs on by Negotiate, with NTLM inside", async () => {
    const { url, events } = await signOnSite();
    const folder = temporaryFolder({
      users: "TESTDOM:alice:wonderland\n",
      wrong: "TESTDOM:alice:rabbit-hole\n",
    });
    const negotiate = (file: string) =>
      run("curl", ["-sS", "--max-time", "20", "--negotiate", "-u", ":", "-d", "hello", url], {
        env: { ...process.env, NTLM_USER_FILE: join(folder, file), KRB5CCNAME: join(folder, "none") },
      });
    expect((await negotiate("users")).stdout).toBe(greeting("Negotiate", 5));
    expect((await negotiate("wrong")).stdout).toContain("sign on");
    expect(events.map(({ kind }) => kind)).toContain("refused");
  });
});

describeWithPeers(["python3-impacket"], "impacket", () => {
  it("signs on by NTLM with a client of its own", async () => {
    const { port } = await signOnSite({ offer: ["NTLM"] });
    const script = fileURLToPath(new URL("../src/http-ntlm.py", import.meta.url));
    const signOn = (password: string) =>
      run("/usr/bin/python3", [script, "127.0.0.1", String(port), "/", "TESTDOM", "alice", password]);
    expect((await signOn("wonderland")).stdout).toBe(`200 ${greeting("NTLM")}`);
    expect((await signOn("looking-glass")).stdout).toBe("401 sign on to see this\n");
  });
});

describeWithPeers(["chromium"], "Chromium", () => {
  it.each([
    [{ offer: ["NTLM"] }, greeting("NTLM")],
    [{}, "Negotiate"],
  ] as const)("signs on with the name and the password of its address (%j)", async (options, text) => {
    const { url } = await signOnSite(options);
    expect(await page(url.replace("localhost", "TESTDOM%5Calice:wonderland@localhost"))).toContain(
      text === "Negotiate" ? "user TESTDOM\\alice by" : text.trim(),
    );
  });

  it("over TLS it binds the handshake to the certificate; from HTTP/2 it comes back over HTTP/1.1", async () => {
    const tls = await certificate();
    const { url, seen } = await signOnSite({
      offer: ["NTLM"],
      tls,
      isHttp2: true,
      channelBindings: "required",
    });
    const text = await page(
      url.replace("localhost", "TESTDOM%5Calice:wonderland@localhost"),
      "--ignore-certificate-errors",
    );
    expect(text).toContain(greeting("NTLM").trim());
    expect(seen[0]?.version).toBe("2.0");
    expect(seen.at(-1)?.version).toBe("1.1");
  });
});

describeWithPeers(["ntlm_auth"], "a site on Samba's ntlm_auth", () => {
  it("lets our client in by Negotiate, and not with a wrong password", async () => {
    const origin = await sambaSite();
    for (const [password, status, text] of [
      ["wonderland", 200, "hello TESTDOM\\alice"],
      ["rabbit-hole", 401, ""],
    ] as const) {
      const { schemes, close } = await acquireClientSchemes({ user: "TESTDOM\\alice", password });
      const fetch = createNegotiateFetch({ origins: [origin], schemes });
      const response = await fetch(`${origin}/`, { method: "POST", body: "a body" });
      expect([response.status, await response.text()]).toEqual([status, text]);
      fetch.close();
      await close();
    }
  });
});

/** What a page shows in a browser without a window. */
async function page(url: string, ...options: string[]): Promise<string> {
  const profile = temporaryFolder();
  const browser = spawn("chromium", [
    "--headless=new",
    "--no-sandbox", // it refuses to run as root with one
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--no-first-run",
    `--user-data-dir=${profile}`,
    "--auth-server-allowlist=localhost",
    "--timeout=15000",
    ...options,
    "--dump-dom",
    url,
  ]);
  let text = "";
  browser.stdout.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  await once(browser, "close");
  return text;
}

async function certificate(): Promise<TlsFiles> {
  const folder = temporaryFolder();
  const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  const made = await run("openssl", [
    ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost".split(" "),
    ...["-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", cert],
  ]);
  expect(made.status).toBe(0);
  return { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
}

/** A site by Negotiate that asks the helper of squid, one for each connection. */
async function sambaSite(): Promise<string> {
  const helpers = new WeakMap<Socket, LineDialog>();
  const server = createServer((request, response) => {
    const token = /^Negotiate (\S+)/.exec(request.headers.authorization ?? "")?.[1];
    if (token === undefined) {
      response.writeHead(401, { "www-authenticate": "Negotiate" }).end();
      return;
    }
    const known = helpers.get(request.socket);
    const helper = known ?? sambaSpnego("server", "wonderland");
    helpers.set(request.socket, helper);
    void helper.ask(`${known === undefined ? "YR" : "KK"} ${token}`).then((line) => {
      const [verdict, last, user] = line.split(" ");
      if (verdict === "TT") response.writeHead(401, { "www-authenticate": `Negotiate ${last}` }).end();
      else if (verdict === "AF")
        response.writeHead(200, { "www-authenticate": `Negotiate ${last}` }).end(`hello ${user}`);
      else response.writeHead(401, { "www-authenticate": "Negotiate" }).end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}
