import { X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { SignOnOutcome } from "../../src/http/index.ts";
import { ASC_REQ_ALLOW_MISSING_BINDINGS, ASC_RET_NULL_SESSION, type ContextStep } from "../../src/index.ts";
import { certificates } from "./certificates.ts";
import { message, proof } from "./proof-package.ts";
import { bench, Connection, challengesOf, key, now, statusOf, tokenOf, userOf } from "./sign-on-bench.ts";

describe("a handshake", () => {
  it("offers the schemes in their order, each in a header of its own", async () => {
    const { ask } = await bench();
    const outcome = await ask(new Connection());
    expect(statusOf(outcome)).toBe(401);
    expect(challengesOf(outcome)).toEqual(["Negotiate", "NTLM"]);
  });

  it("ends with a user, and the connection is his from then on", async () => {
    const { enter, ask, provider, signOn } = await bench();
    const connection = new Connection();
    const outcome = await enter(connection);
    expect(userOf(outcome)).toMatchObject({
      name: "TEST\\alice",
      groups: ["staff"],
      scheme: "NTLM",
      mechanism: "NTLM",
      by: "handshake",
    });
    expect(userOf(await ask(connection))).toMatchObject({ name: "TEST\\alice", by: "connection" });
    expect(statusOf(await ask(new Connection()))).toBe(401);
    expect(signOn.halfOpen).toBe(0);
    expect(provider.objects().contexts).toBe(0);
  });

  it("carries the server's last token on the answer", async () => {
    const { enter } = await bench({ lastWord: "bye" });
    const outcome = await enter(new Connection());
    expect(outcome).toMatchObject({
      kind: "admitted",
      headers: [
        ["persistent-auth", "true"],
        ["www-authenticate", `NTLM ${Buffer.from("bye").toString("base64")}`],
      ],
    });
  });

  it("takes schemes in any case", async () => {
    const { send } = await bench();
    expect(tokenOf(await send(new Connection(), message(1), "nTlM"))[8]).toBe(2);
  });

  it("a wrong password is 401 with all schemes, and the next try starts fresh", async () => {
    const { enter, events } = await bench();
    const connection = new Connection();
    expect(challengesOf(await enter(connection, "alice", "wrong"))).toEqual(["Negotiate", "NTLM"]);
    expect(events).toEqual([
      {
        kind: "refused",
        address: "192.0.2.1",
        scheme: "NTLM",
        symbol: "SEC_E_LOGON_DENIED",
        code: 0x8009030c,
        cause: undefined,
      },
    ]);
    expect(statusOf(await enter(connection))).toBe("admitted");
  });

  it("a failed second sign-on leaves nobody, not the user before", async () => {
    const { enter, ask } = await bench();
    const connection = new Connection();
    await enter(connection);
    await enter(connection, "alice", "wrong");
    expect(statusOf(await ask(connection))).toBe(401);
  });

  it.each([
    ["of NTLM", message(1)],
    ["of SPNEGO", message(1).with(0, 0x60)],
  ])("a first token %s in the middle starts over", async (_, first) => {
    const { begin, send, events } = await bench();
    const connection = new Connection();
    const challenge = await begin(connection, "Negotiate");
    const again = tokenOf(await send(connection, first, "Negotiate"));
    expect(again[8]).toBe(2);
    expect(again).not.toEqual(challenge);
    expect(events).toMatchObject([{ kind: "given-up", reason: "started-over" }]);
  });

  it("another scheme in the middle starts over, and the old challenge is worth nothing", async () => {
    const { begin, send, events } = await bench();
    const connection = new Connection();
    const challenge = await begin(connection, "NTLM");
    expect(statusOf(await send(connection, proof(challenge, "alice", "wonderland"), "Negotiate"))).toBe(401);
    expect(events.map((event) => event.kind === "given-up" && event.reason)).toContain("started-over");
  });

  it("a first message in the middle starts over", async () => {
    const { begin, send } = await bench();
    const connection = new Connection();
    await begin(connection);
    const challenge = await begin(connection);
    expect(statusOf(await send(connection, proof(challenge, "alice", "wonderland")))).toBe("admitted");
  });

  it("a request without credentials in the middle ends it", async () => {
    const { begin, ask, send, signOn } = await bench();
    const connection = new Connection();
    const challenge = await begin(connection);
    expect(statusOf(await ask(connection))).toBe(401);
    expect(signOn.halfOpen).toBe(0);
    expect(statusOf(await send(connection, proof(challenge, "alice", "wonderland")))).toBe(401);
  });

  it("two of them on two connections do not disturb each other", async () => {
    const { begin, send } = await bench({ users: { alice: "a", bob: "b" } });
    const [first, second] = [new Connection(), new Connection()];
    const [one, two] = [await begin(first), await begin(second)];
    expect(userOf(await send(second, proof(two, "bob", "b")))?.name).toBe("TEST\\bob");
    expect(userOf(await send(first, proof(one, "alice", "a")))?.name).toBe("TEST\\alice");
  });

  it("a token of another connection is refused", async () => {
    const { begin, send } = await bench();
    const [first, second] = [new Connection(), new Connection()];
    const stolen = proof(await begin(first), "alice", "wonderland");
    await begin(second);
    expect(statusOf(await send(second, stolen))).toBe(401);
    expect(statusOf(await send(first, stolen))).toBe("admitted");
    expect(statusOf(await send(new Connection(), stolen))).toBe(401);
  });

  it("a user is one for as long as the package says", async () => {
    const { enter, ask, clock } = await bench({ established: { expiry: now + 60_000 } });
    const connection = new Connection();
    await enter(connection);
    clock.advance(59_999);
    expect(statusOf(await ask(connection))).toBe("admitted");
    clock.advance(1);
    expect(statusOf(await ask(connection))).toBe(401);
  });

  it("a null session is nobody", async () => {
    const { enter, ask } = await bench({ established: { attributes: ASC_RET_NULL_SESSION } });
    const connection = new Connection();
    expect(statusOf(await enter(connection))).toBe(401);
    expect(statusOf(await ask(connection))).toBe(401);
  });

  it("tells the package whether a client may send no bindings", async () => {
    const asked: boolean[] = [];
    const onAccept = (step: ContextStep): undefined => {
      asked.push(step.asks(ASC_REQ_ALLOW_MISSING_BINDINGS));
    };
    const wished = await bench({ onAccept });
    await wished.begin(new Connection());
    const tls = Object.assign(new Connection(), {
      encrypted: true,
      getCertificate: () => ({ raw: new X509Certificate(certificates.server.cert).raw }),
    });
    const required = await bench({ onAccept, channelBindings: "required" });
    await required.begin(tls);
    expect(asked).toEqual([true, false]);
  });

  it("never takes more than ten tokens", async () => {
    const { begin, send, provider } = await bench({
      onAccept: ({ token }) => (token[8] === 1 ? undefined : 0x00090312),
    });
    const connection = new Connection();
    await begin(connection);
    for (let leg = 2; leg < 10; leg += 1)
      expect(challengesOf(await send(connection, message(3)))).toEqual(["NTLM"]);
    expect(challengesOf(await send(connection, message(3)))).toEqual(["Negotiate", "NTLM"]);
    expect(provider.objects().contexts).toBe(0);
  });
});

describe("order on one connection", () => {
  it("a pipelined request waits for the handshake before it, and is the user's", async () => {
    const { clock, begin, send, ask } = await bench({
      onAccept: ({ token, clock: time }) =>
        token[8] === 3 ? new Promise((resolve) => time.after(50, () => resolve(undefined))) : undefined,
    });
    const connection = new Connection();
    const challenge = await begin(connection);
    const both = Promise.all([send(connection, proof(challenge, "alice", "wonderland")), ask(connection)]);
    await clock.advanceAsync(50);
    expect((await both).map((outcome) => userOf(outcome)?.by)).toEqual(["handshake", "connection"]);
  });

  it("at most 64 requests wait; the next is answered 503", async () => {
    const { clock, begin, send, ask } = await bench({
      onAccept: ({ token, clock: time }) =>
        token[8] === 3 ? new Promise((resolve) => time.after(50, () => resolve(undefined))) : undefined,
    });
    const connection = new Connection();
    const challenge = await begin(connection);
    const first = send(connection, proof(challenge, "alice", "wonderland"));
    const rest = Promise.all(Array.from({ length: 64 }, () => ask(connection)));
    await clock.advanceAsync(50);
    expect(statusOf(await first)).toBe("admitted");
    expect((await rest).map(statusOf).filter((status) => status === 503)).toHaveLength(1);
  });
});

describe("between client and server", () => {
  it.each(["via", "forwarded", "x-forwarded-for", "x-real-ip"])(
    "a request with %s is 403, even on a user's connection",
    async (name) => {
      const { enter, ask, events } = await bench();
      const connection = new Connection();
      await enter(connection);
      expect(statusOf(await ask(connection, { [name]: "somebody" }))).toBe(403);
      expect(events.at(-1)).toEqual({ kind: "proxied", address: "192.0.2.1" });
    },
  );

  it("a proxy that keeps clients apart may be named as such", async () => {
    const { enter, ask } = await bench({ proxies: "one-connection-per-client" });
    const connection = new Connection();
    await enter(connection);
    expect(statusOf(await ask(connection, { via: "1.1 gate" }))).toBe("admitted");
  });

  it("HTTP/2 is sent back to HTTP/1.1, or gets 401 and no scheme", async () => {
    const first = await bench();
    expect(await first.ask(new Connection(), {}, 2)).toEqual({ kind: "http-1.1-required" });
    const second = await bench({ http2: "unauthorized" });
    const outcome = await second.ask(new Connection(), { authorization: "NTLM TlRM" }, 2);
    expect([statusOf(outcome), challengesOf(outcome)]).toEqual([401, []]);
  });

  it("required channel bindings need TLS", async () => {
    const { send } = await bench({ channelBindings: "required" });
    expect(statusOf(await send(new Connection(), message(1)))).toBe(403);
  });

  it("as a proxy it answers 407 and reads Proxy-Authorization", async () => {
    const { ask } = await bench({ role: "proxy" });
    const connection = new Connection();
    const outcome = await ask(connection, { authorization: "NTLM TlRM" });
    expect(outcome).toMatchObject({ kind: "answered", status: 407 });
    const hello = `NTLM ${Buffer.from(message(1)).toString("base64")}`;
    const next = await ask(connection, { "proxy-authorization": hello });
    expect(next).toMatchObject({
      status: 407,
      headers: expect.arrayContaining([["proxy-authenticate", expect.stringMatching(/^NTLM TlRM/)]]),
    });
  });
});

describe("session cookie", () => {
  const session = { keys: [key] };
  const cookieOf = (outcome: SignOnOutcome) =>
    outcome.kind === "admitted" ? (outcome.headers.find(([name]) => name === "set-cookie")?.[1] ?? "") : "";

  it("lets a new connection in, over HTTP/2 and through proxies too", async () => {
    const { enter, ask } = await bench({ session });
    const cookie = cookieOf(await enter(new Connection()));
    expect(cookie).toMatch(/^sign-on=[\w-]+\.[\w-]{43}; Path=\/; Max-Age=28800; HttpOnly; SameSite=Lax$/);
    const value = `theme=dark; ${cookie.split(";")[0]}`;
    for (const outcome of [
      await ask(new Connection(), { cookie: value }),
      await ask(new Connection(), { cookie: value, via: "1.1 gate" }),
      await ask(new Connection(), { cookie: value }, 2),
    ]) {
      expect(userOf(outcome)).toEqual({
        name: "TEST\\alice",
        groups: ["staff"],
        scheme: "NTLM",
        mechanism: "NTLM",
        by: "session",
        identity: undefined,
      });
    }
  });

  it("does not carry what the package knows", async () => {
    const { enter } = await bench({ session });
    const cookie = cookieOf(await enter(new Connection()));
    const text = Buffer.from(cookie.split("=")[1]?.split(".")[0] ?? "", "base64url").toString();
    expect(text).toContain("alice");
    expect(text).not.toContain("s3cr3t");
  });

  it("no changed bit, no other name, no other key, nothing past its time", async () => {
    const { enter, ask, clock } = await bench({ session: { ...session, lifetime: 60_000 } });
    const cookie = cookieOf(await enter(new Connection())).split(";")[0] ?? "";
    const statusWith = async (value: string) => statusOf(await ask(new Connection(), { cookie: value }));
    expect(await statusWith(cookie)).toBe("admitted");
    for (let at = "sign-on=".length; at < cookie.length; at += 1) {
      const other = cookie[at] === "A" ? "B" : "A";
      expect(await statusWith(cookie.slice(0, at) + other + cookie.slice(at + 1)), `position ${at}`).toBe(
        401,
      );
    }
    expect(await statusWith(cookie.replace("sign-on", "sign-off"))).toBe(401);
    expect(await statusWith(`${cookie}.x`)).toBe(401);
    expect(await statusWith(`sign-on=${"A".repeat(10_000)}`)).toBe(401);
    const elsewhere = await bench({ session: { keys: [new Uint8Array(32).fill(8)] } });
    expect(statusOf(await elsewhere.ask(new Connection(), { cookie }))).toBe(401);
    const renewed = await bench({ session: { keys: [new Uint8Array(32).fill(8), key] } });
    expect(statusOf(await renewed.ask(new Connection(), { cookie }))).toBe("admitted");
    clock.advance(60_000);
    expect(await statusWith(cookie)).toBe(401);
  });

  it("signing out ends the connection's user and the browser's session", async () => {
    const { enter, ask, signOn } = await bench({ session });
    const connection = new Connection();
    await enter(connection);
    expect(signOn.signOut(connection)).toEqual([["set-cookie", "sign-on=; Path=/; Max-Age=0; HttpOnly"]]);
    expect(statusOf(await ask(connection))).toBe(401);
  });
});
