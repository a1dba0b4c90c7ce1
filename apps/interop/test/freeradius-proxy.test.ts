import { expect, it } from "vitest";
import { type FreeRadiusProxy, startFreeRadiusProxy } from "../src/freeradius.ts";
import { describeWithPeers } from "../src/peers.ts";
import { alice, radclient } from "../src/radclient.ts";
import { labSettings, type Sallyport, startSallyport } from "../src/sallyport.ts";
import { lastTrace } from "../src/traces.ts";

const secret = "between servers";
const threeProxyStates = ["Proxy-State = 0x0a", "Proxy-State = 0x0b0b", "Proxy-State = 0x0c"];

/** radclient -> FreeRADIUS -> Sallyport. */
async function proxied(): Promise<{ readonly server: Sallyport; readonly proxy: FreeRadiusProxy }> {
  const clients = [{ name: "proxy", address: "127.0.0.1", secret }];
  const server = await startSallyport({ ...labSettings, radius: { ...labSettings.radius, clients } });
  const proxy = await startFreeRadiusProxy({ auth: server.auth, acct: server.acct, secret: `"${secret}"` });
  return { server, proxy };
}

/** The server saw the three Proxy-States of the request, and behind them the proxy's own. */
async function expectOwnProxyStateLast(server: Sallyport, type: string): Promise<void> {
  const { request } = await lastTrace(server);
  expect(request).toMatchObject({ type, client: "proxy" });
  const seen = request.attributes.filter(({ name }) => name === "Proxy-State").map(({ text }) => text);
  expect(seen).toEqual(["0x0a", "0x0b0b", "0x0c", expect.stringMatching(/^0x([0-9a-f]{2})+$/)]);
}

const proxyStatesOf = (attributes: readonly string[]) =>
  attributes.filter((attribute) => attribute.startsWith("Proxy-State"));

describeWithPeers(["freeradius", "radclient"], "FreeRADIUS as proxy", () => {
  // FreeRADIUS adds Message-Authenticator to every Access-Request that it forwards, whether its client sent one or
  // not, so the default "auto", which demands it with Proxy-State, is right for it.
  it.each([
    ["with", alice],
    ["without", alice.slice(0, 2)],
  ])(
    "Access-Accept comes through, %s Message-Authenticator from the access server; three Proxy-States come back in order",
    async (_, credentials) => {
      const { server, proxy } = await proxied();
      const result = await radclient(proxy.auth, [...credentials, ...threeProxyStates]);
      expect(result).toMatchObject({ status: 0, answer: "Access-Accept" });
      expect(proxyStatesOf(result.attributes)).toEqual(threeProxyStates);
      await expectOwnProxyStateLast(server, "Access-Request");
      expect((await lastTrace(server)).request.attributes.map(({ name }) => name)).toContain(
        "Message-Authenticator",
      );
    },
  );

  it("Access-Reject comes through; three Proxy-States come back in order", async () => {
    const { server, proxy } = await proxied();
    const wrong = [
      'User-Name = "alice"',
      'User-Password = "queen of hearts"',
      "Message-Authenticator = 0x00",
    ];
    const result = await radclient(proxy.auth, [...wrong, ...threeProxyStates]);
    expect(result).toMatchObject({ status: 1, answer: "Access-Reject" });
    expect(proxyStatesOf(result.attributes)).toEqual(threeProxyStates);
    await expectOwnProxyStateLast(server, "Access-Request");
    expect((await lastTrace(server)).reason?.code).toBe(16);
  });

  it("Accounting-Response comes through; three Proxy-States come back in order, the record is written once", async () => {
    const { server, proxy } = await proxied();
    const start = ["Acct-Status-Type = Start", 'Acct-Session-Id = "through a proxy"', 'User-Name = "alice"'];
    const result = await radclient(proxy.acct, [...start, ...threeProxyStates], { kind: "acct" });
    expect(result).toMatchObject({ status: 0, answer: "Accounting-Response" });
    expect(proxyStatesOf(result.attributes)).toEqual(threeProxyStates);
    await expectOwnProxyStateLast(server, "Accounting-Request");
    const { stdout } = await server.command("accounting", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ client: "proxy", user: "alice", session: "through a proxy" });
  });

  it("a proxy that shares another secret: silence on both sides, and event 18", async () => {
    const server = await startSallyport();
    const proxy = await startFreeRadiusProxy({ auth: server.auth, acct: server.acct, secret: "other" });
    expect((await radclient(proxy.auth, alice, { tries: 1 })).answer).toBeUndefined();
    await server.logged("NPS 18:");
  });
});

describeWithPeers(["radclient"], "a proxy without Message-Authenticator", () => {
  const bare = [...alice.slice(0, 2), "Proxy-State = 0x0a"];
  const withMode = (requireMessageAuthenticator?: "never") => {
    const client = { name: "old proxy", address: "127.0.0.1", secret: "testing123" };
    const clients = [requireMessageAuthenticator ? { ...client, requireMessageAuthenticator } : client];
    return startSallyport({ ...labSettings, radius: { ...labSettings.radius, clients } });
  };

  it("is dropped by default, with event 4418", async () => {
    const server = await withMode();
    expect((await radclient(server.auth, bare, { tries: 1 })).answer).toBeUndefined();
    await server.logged(/NPS 4418: 127\.0\.0\.1:\d+/);
    expect((await radclient(server.auth, [...alice, "Proxy-State = 0x0a"])).answer).toBe("Access-Accept");
  });

  it('is answered where the client is set to "never"', async () => {
    const server = await withMode("never");
    const { answer, attributes } = await radclient(server.auth, bare);
    expect(answer).toBe("Access-Accept");
    expect(proxyStatesOf(attributes)).toEqual(["Proxy-State = 0x0a"]);
    expect(server.log()).not.toContain("NPS 4418:");
  });
});
