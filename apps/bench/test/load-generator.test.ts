import { spawnSync } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import {
  decodeRadiusPacket,
  encodeRadiusPacket,
  revealUserPassword,
  signMessageAuthenticator,
  signResponseAuthenticator,
  verifyMessageAuthenticator,
  verifyRequestAuthenticator,
} from "@sallyport/radius";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { refusalOf } from "../src/benchmark.ts";
import { casesNamed, secret } from "../src/cases.ts";
import { compiler, LoadGenerator } from "../src/load-generator.ts";
import { complaint } from "../src/measurement.ts";
import { Scope } from "../src/scope.ts";

const key = Buffer.from(secret);
const messageAuthenticator = 80;

const missing =
  process.platform !== "linux"
    ? "it needs Linux"
    : spawnSync(compiler, ["--version"]).error !== undefined && `${compiler} is not installed`;
if (missing && process.env["CI"] === "true") throw new Error(`the load generator: ${missing}`);

describe.skipIf(missing)(`the load generator${missing ? ` (skipped: ${missing})` : ""}`, () => {
  const scope = new Scope(new AbortController().signal);
  let generator: LoadGenerator;
  beforeAll(async () => {
    generator = await LoadGenerator.compile(scope, scope.temporaryFolder());
  });
  afterAll(() => scope.close());

  /** A server of one socket: what it makes of a request is the test's. */
  async function serve(answer: (request: Buffer) => Uint8Array | undefined): Promise<Socket> {
    const socket = createSocket("udp4").bind(0, "127.0.0.1");
    scope.defer(() => socket.close());
    socket.on("message", (request, { port, address }) => {
      const reply = answer(request);
      if (reply !== undefined) socket.send(reply, port, address);
    });
    await once(socket, "listening");
    return socket;
  }

  function acceptWith(request: Buffer, signature: "right" | "wrong" | "none"): Uint8Array {
    const { identifier, authenticator } = decodeRadiusPacket(request);
    const attributes = [
      { type: 18, value: Buffer.from("Hello") },
      ...(signature === "none" ? [] : [{ type: messageAuthenticator, value: new Uint8Array(16) }]),
    ];
    const reply = encodeRadiusPacket({ code: 2, identifier, authenticator, attributes });
    if (signature === "right") signMessageAuthenticator(reply, 27, authenticator, key);
    signResponseAuthenticator(reply, authenticator, key);
    return reply;
  }

  it("gets a right answer to every request from its own answering side", async () => {
    const responder = await generator.startAnswering();
    const { sent, ok, lost, rps, p50, p99, generatorCpu, serverCpu, rss, ...rest } = await generator.run({
      ...responder,
      seconds: 0.3,
    });
    expect(
      complaint({ sent, ok, lost, rps, p50, p99, generatorCpu, serverCpu, rss, ...rest }),
    ).toBeUndefined();
    expect(ok).toBe(sent);
    expect(ok).toBeGreaterThan(1_000);
    expect(p99).toBeGreaterThanOrEqual(p50);
    expect(serverCpu).toBeGreaterThan(0);
    expect(rss).toBeGreaterThan(0);
    expect(rps * rest.seconds).toBeCloseTo(ok, -2);
  });

  it("sends PAP that the RADIUS package can read and verify", async () => {
    const requests: Buffer[] = [];
    const server = await serve((request) => {
      requests.push(request);
      return acceptWith(request, "right");
    });
    const { ok, withSignature } = await generator.run({
      port: server.address().port,
      count: 64,
      request: ["--message-authenticator", "--nas-attributes"],
    });
    expect(ok).toBe(64);
    expect(withSignature).toBe(64);
    expect(new Set(requests.map((request) => request.toString("hex", 4, 20))).size).toBe(64);
    for (const request of requests) {
      const packet = decodeRadiusPacket(request);
      expect(packet.length).toBe(request.length);
      expect(packet.first(1)).toEqual(new Uint8Array(Buffer.from("bob")));
      const password = revealUserPassword(packet.first(2) ?? new Uint8Array(), key, packet.authenticator);
      expect(Buffer.from(password).toString()).toBe("hello");
      const signature = packet.offsetOf(messageAuthenticator);
      expect(signature).toBe(20);
      expect(verifyMessageAuthenticator(request, signature, packet.authenticator, key)).toBe(true);
    }
  });

  it("sends accounting with a right Request Authenticator, each of its own session", async () => {
    const requests: Buffer[] = [];
    const server = await serve((request) => {
      requests.push(request);
      return undefined;
    });
    await generator.run({
      port: server.address().port,
      count: 16,
      timeout: 100,
      request: ["--mode", "accounting"],
    });
    expect(requests).toHaveLength(16);
    expect(requests.every((request) => request[0] === 4 && verifyRequestAuthenticator(request, key))).toBe(
      true,
    );
    const sessions = requests.map((request) => Buffer.from(decodeRadiusPacket(request).first(44) ?? []));
    expect(new Set(sessions.map(String)).size).toBe(16);
  });

  it.each([
    ["a Message-Authenticator that is wrong", (request: Buffer) => acceptWith(request, "wrong")],
    ["a wrong Response Authenticator", (request: Buffer) => acceptWith(request, "right").fill(0, 4, 5)],
    [
      "a reply that is longer than it arrived",
      (request: Buffer) => acceptWith(request, "right").slice(0, -1),
    ],
    ["an attribute that ends beyond the packet", (request: Buffer) => lastAttributeTooLong(request)],
  ])("does not count %s", async (_, answer) => {
    const server = await serve(answer);
    const { ok, forged } = await generator.run({ port: server.address().port, count: 8 });
    expect({ ok, forged }).toEqual({ ok: 0, forged: 8 });
  });

  function lastAttributeTooLong(request: Buffer): Uint8Array {
    const { authenticator } = decodeRadiusPacket(request);
    const reply = acceptWith(request, "none");
    reply[21] = 200;
    signResponseAuthenticator(reply, authenticator, key);
    return reply;
  }

  it("tells replies with another code from right ones", async () => {
    const server = await serve((request) => acceptWith(request, "right"));
    const run = await generator.run({ port: server.address().port, count: 8, request: ["--expect", "3"] });
    expect(run).toMatchObject({ ok: 0, wrongCode: 8, forged: 0 });
  });

  it("counts what is never answered as lost", async () => {
    const server = await serve(() => undefined);
    const run = await generator.run({ port: server.address().port, count: 8, timeout: 100 });
    expect(run).toMatchObject({ sent: 8, ok: 0, lost: 8, rps: 0 });
    expect(refusalOf(run, { expect: 2, greeted: false })).toBe("no answer");
  });

  it("never has two requests with one port and identifier in flight", async () => {
    const inFlight = new Map<string, number>();
    let most = 0;
    const socket = createSocket("udp4").bind(0, "127.0.0.1");
    scope.defer(() => socket.close());
    socket.on("message", (request, { port, address }) => {
      const place = `${port} ${request[1]}`;
      inFlight.set(place, (inFlight.get(place) ?? 0) + 1);
      most = Math.max(most, inFlight.get(place) ?? 0);
      setImmediate(() => {
        inFlight.set(place, (inFlight.get(place) ?? 0) - 1);
        socket.send(acceptWith(request, "none"), port, address);
      });
    });
    await once(socket, "listening");
    const { ok, sent } = await generator.run({ port: socket.address().port, count: 5_000, seconds: 10 });
    expect({ ok, sent, most }).toEqual({ ok: 5_000, sent: 5_000, most: 1 });
  });

  it("decides by the first answer whether a case is served", async () => {
    const [login] = casesNamed(["pap-ma"]);
    if (login === undefined) throw new Error("the case is missing");
    const server = await serve((request) => acceptWith(request, "right"));
    const first = await generator.run({ port: server.address().port, count: 1, request: login.request });
    expect(refusalOf(first, login)).toBeUndefined();
    expect(refusalOf(first, { ...login, expect: 3 })).toBe("answered Access-Accept, not Access-Reject");

    const bare = await generator.startAnswering();
    const ungreeted = await generator.run({ ...bare, count: 1, request: login.request });
    expect(refusalOf(ungreeted, login)).toMatch(/without the Reply-Message/);
    const otherSecret = await generator.run({ ...bare, count: 1, request: ["--secret", "other"] });
    expect(refusalOf(otherSecret, login)).toBe("its answer does not verify");
  });
});
