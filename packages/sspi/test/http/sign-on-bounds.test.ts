import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { SEC_E_INTERNAL_ERROR, SEC_E_NO_AUTHENTICATING_AUTHORITY } from "../../src/index.ts";
import { message, proof } from "./proof-package.ts";
import { bench, Connection, challengesOf, key, statusOf } from "./sign-on-bench.ts";

describe("bad input", () => {
  it.each([
    ["NTLM !!!", "bad-base64"],
    ["NTLM TlRM=", "bad-base64"],
    ["NTLM AB==", "bad-base64"],
    ["NTLM TlRM TlRM", "bad-base64"],
    ["  ", "empty"],
    ["NTLM,Negotiate", "bad-scheme"],
    ["(NTLM) TlRM", "bad-scheme"],
  ])("%j is 401 with the schemes again", async (authorization, reason) => {
    const { ask, events } = await bench();
    const outcome = await ask(new Connection(), { authorization });
    expect(statusOf(outcome)).toBe(401);
    expect(challengesOf(outcome)).toEqual(["Negotiate", "NTLM"]);
    expect(events).toEqual([{ kind: "malformed", address: "192.0.2.1", reason }]);
  });

  it.each(["Basic YWxpY2U6d29uZGVybGFuZA==", "Bearer abcd", "NTLM", 'Digest username="alice"'])(
    "%s is not tried",
    async (authorization) => {
      const { ask, provider } = await bench();
      expect(statusOf(await ask(new Connection(), { authorization }))).toBe(401);
      expect(provider.objects().contexts).toBe(0);
    },
  );

  it("a token longer than the limit is 431, and never decoded", async () => {
    const { send } = await bench({ maximumToken: 100 });
    expect(statusOf(await send(new Connection(), new Uint8Array(101)))).toBe(431);
    expect(statusOf(await send(new Connection(), new Uint8Array(100)))).toBe(401);
  });

  it("a package that cannot decide is 503, and one that breaks is 503, not 401", async () => {
    for (const status of [SEC_E_NO_AUTHENTICATING_AUTHORITY, SEC_E_INTERNAL_ERROR]) {
      const { send } = await bench({ onAccept: () => status });
      expect(statusOf(await send(new Connection(), message(1)))).toBe(503);
    }
  });

  it("a package that decides too late is 503: the client may have been right", async () => {
    const { clock, begin, send, provider } = await bench({
      onAccept: ({ token, signal }) => {
        if (token[8] !== 3) return undefined;
        signal.throwIfAborted();
        return new Promise(() => {});
      },
    });
    const connection = new Connection();
    const undecided = send(connection, proof(await begin(connection), "alice", "wonderland"));
    await clock.advanceAsync(30_000);
    expect(statusOf(await undecided)).toBe(503);
    expect(provider.objects()).toMatchObject({ contexts: 0, pendingCalls: 0 });
  });

  it("events tell no token and no secret of the package", async () => {
    const { enter, events } = await bench();
    await enter(new Connection(), "alice", "hunter2");
    expect(inspect(events, { depth: 10 })).not.toMatch(/hunter2|TlRM/);
  });
});

describe("bounds", () => {
  it("a handshake is given up at its age", async () => {
    const { clock, begin, send, signOn, provider, events } = await bench({ handshakes: { age: 5_000 } });
    const connection = new Connection();
    const challenge = await begin(connection);
    clock.advance(4_999);
    expect(signOn.halfOpen).toBe(1);
    clock.advance(1);
    expect(signOn.halfOpen).toBe(0);
    expect(events).toEqual([{ kind: "given-up", address: "192.0.2.1", scheme: "NTLM", reason: "age" }]);
    await clock.advanceAsync(0);
    expect(provider.objects().contexts).toBe(0);
    expect(statusOf(await send(connection, proof(challenge, "alice", "wonderland")))).toBe(401);
  });

  it("a flood from one address pushes out its own handshakes, not those of others", async () => {
    const { begin, send, signOn, provider } = await bench({ handshakes: { total: 50, perAddress: 10 } });
    const honest = new Connection("198.51.100.1");
    const challenge = await begin(honest);
    for (let count = 0; count < 200; count += 1) await begin(new Connection("192.0.2.66"));
    expect(signOn.halfOpen).toBe(11);
    expect(provider.objects().contexts).toBe(11);
    expect(statusOf(await send(honest, proof(challenge, "alice", "wonderland")))).toBe("admitted");
  });

  it.each([
    [["2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:0:5::9", "2001:db8:0:0:1:2:3:4"], 1],
    [["2001:db8::1", "2001:db8:0:1::1", "2001:db8:0:2:1:2:3:4"], 3],
    [["::ffff:192.0.2.1", "192.0.2.1", "::ffff:192.0.2.1"], 1],
    [["::ffff:192.0.2.1", "192.0.2.2"], 2],
    [["fe80::1%eth0", "fe80::2%eth0"], 1],
    [["::1", ""], 2],
  ])("of %j as many sources are counted as there are (%d)", async (addresses, sources) => {
    const { begin, signOn } = await bench({ handshakes: { perAddress: 1 } });
    for (const address of addresses) await begin(new Connection(address));
    expect(signOn.halfOpen).toBe(sources);
  });

  it("a flood from everywhere never holds more than the total, and a quick client still gets in", async () => {
    const { begin, enter, signOn } = await bench({ handshakes: { total: 50 } });
    for (let count = 0; count < 300; count += 1) {
      await begin(new Connection(`192.0.2.${count % 250}`));
      expect(signOn.halfOpen).toBeLessThanOrEqual(50);
    }
    expect(statusOf(await enter(new Connection("198.51.100.1")))).toBe("admitted");
  });

  it("a connection that ends takes its handshake with it, also one at work", async () => {
    const { begin, send, signOn, provider, clock } = await bench({
      onAccept: ({ token, signal }) => {
        if (token[8] !== 3) return undefined;
        signal.throwIfAborted();
        return new Promise(() => {});
      },
    });
    const waiting = new Connection();
    await begin(waiting);
    const working = new Connection();
    const challenge = await begin(working);
    const undecided = send(working, proof(challenge, "alice", "wonderland"));
    await clock.advanceAsync(0);
    waiting.emit("close");
    working.emit("close");
    expect(signOn.halfOpen).toBe(0);
    expect(statusOf(await undecided)).toBe(401);
    await begin(waiting); // a request that was read before the end
    expect(signOn.halfOpen).toBe(0);
    await clock.advanceAsync(0);
    expect(provider.objects()).toMatchObject({ contexts: 0, pendingCalls: 0 });
  });

  it("limits that are none are refused at once", async () => {
    await expect(bench({ handshakes: { total: 0 } })).rejects.toThrow("handshakes.total");
    await expect(bench({ maximumToken: 0 })).rejects.toThrow("maximumToken");
    await expect(bench({ schemes: [] })).rejects.toThrow("one scheme at least");
    await expect(bench({ role: "proxy", session: { keys: [key] } })).rejects.toThrow("a proxy");
    await expect(bench({ session: { keys: [new Uint8Array(31)] } })).rejects.toThrow("32 bytes");
  });

  it("after close it answers 503", async () => {
    const { begin, ask, signOn } = await bench();
    await begin(new Connection());
    signOn.close();
    expect(signOn.halfOpen).toBe(0);
    expect(statusOf(await ask(new Connection()))).toBe(503);
  });
});
