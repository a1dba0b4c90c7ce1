import { randomBytes } from "node:crypto";
import { settingsAccounts } from "@sallyport/accounts";
import { acquireClientSchemes, createNegotiateFetch } from "@sallyport/sspi/http";
import { describe, expect, it, onTestFinished } from "vitest";
import { serveIntranet } from "../src/index.ts";

const accounts = settingsAccounts(
  [
    { name: "alice", password: "wonderland", groups: ["payroll"] },
    { name: "bob", password: "builder" },
  ],
  { defaultDomain: "HOUSE" },
);

async function site() {
  const lines: string[] = [];
  const { origin, close } = await serveIntranet({
    accounts,
    domain: "HOUSE",
    sessionKey: randomBytes(32),
    payrollGroup: "payroll",
    log: (line) => lines.push(line),
  });
  onTestFinished(close);
  return { origin, lines };
}

async function as(origin: string, user: string, password: string) {
  const acquired = await acquireClientSchemes({ user, password });
  const fetch = createNegotiateFetch({ origins: [origin], schemes: acquired.schemes });
  onTestFinished(async () => {
    fetch.close();
    await acquired.close();
  });
  return fetch;
}

describe("the intranet", () => {
  it("knows who asks, and by what", async () => {
    const { origin } = await site();
    const fetch = await as(origin, "HOUSE\\alice", "wonderland");
    expect(await (await fetch(`${origin}/me`)).json()).toEqual({
      name: "HOUSE\\alice",
      groups: ["payroll"],
      scheme: "Negotiate",
      mechanism: "NTLM",
      by: "handshake",
    });
    expect(await (await fetch(`${origin}/`)).text()).toContain("Good morning, HOUSE\\alice");
  });

  it("asks nobody for his health", async () => {
    const { origin } = await site();
    expect(await (await fetch(`${origin}/health`)).text()).toBe("ok");
    expect((await fetch(`${origin}/`)).status).toBe(401);
  });

  it("shows the payroll to its group", async () => {
    const { origin } = await site();
    const alice = await as(origin, "alice", "wonderland");
    const bob = await as(origin, "bob", "builder");
    expect((await alice(`${origin}/payroll`)).status).toBe(200);
    expect((await bob(`${origin}/payroll`)).status).toBe(403);
  });

  it("does not know a wrong password, and tells it", async () => {
    const { origin, lines } = await site();
    const fetch = await as(origin, "alice", "looking-glass");
    expect((await fetch(`${origin}/me`)).status).toBe(401);
    expect(lines).toEqual(["refused: SEC_E_LOGON_DENIED"]);
  });

  it("a session cookie opens another connection, until it is signed out; a foreign form signs nobody out", async () => {
    const { origin } = await site();
    const fetchAsAlice = await as(origin, "alice", "wonderland");
    const signedOn = await fetchAsAlice(`${origin}/me`);
    await signedOn.text();
    const cookie = signedOn.headers.getSetCookie()[0]?.split(";")[0] ?? "";
    expect(await (await fetch(`${origin}/me`, { headers: { cookie } })).json()).toMatchObject({
      by: "session",
    });
    const post = (headers: Record<string, string>) =>
      fetch(`${origin}/sign-out`, { method: "POST", headers });
    expect((await post({ cookie, origin: "https://evil.example" })).status).toBe(403);
    const signedOut = await post({ cookie, origin });
    expect(signedOut.headers.getSetCookie()[0]).toContain("Max-Age=0");
  });
});
