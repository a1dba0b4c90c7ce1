import { describe, expect, it } from "vitest";
import { createTlsWorkerPool, type TlsWorkerPoolOptions } from "../src/node/index.ts";
import { clientSettings, serverSettings, shakeHands, utf8 } from "./fixtures.ts";

const nothing = new Uint8Array(0);

function mortalPool(options: TlsWorkerPoolOptions = {}) {
  const lost: unknown[] = [];
  const engine = createTlsWorkerPool({
    workers: 1,
    workerFile: new URL("mortal-worker.ts", import.meta.url),
    onWorkerLost: (error) => lost.push(error),
    ...options,
  });
  return { engine, lost };
}

/** What the fixture of a worker dies of. */
const deadly = utf8("die now");

describe("a worker that is lost", () => {
  it("costs its own sessions only, each with a typed error, and is replaced", async () => {
    const { engine, lost } = mortalPool({ workers: 2 });
    const servers = engine.server(serverSettings());
    const clients = engine.client(clientSettings());
    const victim = servers.open();
    const bystander = servers.open(); // the worker with the fewest sessions: the other one
    const client = clients.open();
    const hello = await client.step(nothing);
    await victim.step(hello);
    await bystander.step(hello);

    const waiting = victim.step(deadly);
    await expect(waiting).rejects.toMatchObject({ name: "TlsError", reason: "worker-lost" });
    await expect(victim.step(hello)).rejects.toMatchObject({ reason: "ended" });
    expect(lost).toHaveLength(1);
    expect(await bystander.close().catch((error: unknown) => error)).toMatchObject({ reason: "misuse" });

    for (let session = 0; session < 4; session += 1) {
      const server = servers.open();
      const next = clients.open();
      await shakeHands(next, server);
      expect(server.connection?.authorized).toBe(true);
    }
    await engine.close();
  });

  it("a session that was not told of it fails with its next call", async () => {
    const { engine } = mortalPool();
    const servers = engine.server(serverSettings());
    const quiet = servers.open();
    const client = engine.client(clientSettings()).open();
    await quiet.step(await client.step(nothing));
    await servers
      .open()
      .step(deadly)
      .catch(() => undefined);
    await expect(quiet.step(utf8("more"))).rejects.toMatchObject({ reason: "worker-lost" });
    await engine.close();
  });

  it("is started again at once, but after losses in a row not before 0.1, 0.2, 0.4 seconds", async () => {
    let time = 0;
    const { engine, lost } = mortalPool({ now: () => time });
    const servers = engine.server(serverSettings());
    const dies = async () => {
      await expect(servers.open().step(deadly)).rejects.toMatchObject({ reason: "worker-lost" });
    };
    await dies();
    await dies(); // the one that was started at once
    for (const pause of [100, 200, 400]) {
      time += pause - 1;
      expect(() => servers.open()).toThrow(expect.objectContaining({ reason: "worker-lost" }));
      time += 1;
      await dies();
    }
    expect(lost).toHaveLength(5);
    time += 60_000 + 800;
    const client = engine.client(clientSettings()).open();
    const server = servers.open();
    await shakeHands(client, server);
    expect(server.connection?.authorized).toBe(true);
    await engine.close();
  });

  it("resumption outlives it: keys of tickets belong to the pool", async () => {
    const { engine } = mortalPool();
    const servers = engine.server(serverSettings());
    const clients = engine.client(clientSettings());
    const first = clients.open();
    const server = servers.open();
    await shakeHands(first, server);
    server.remember(utf8("alice"));
    const ticket = first.ticket;
    await servers
      .open()
      .step(deadly)
      .catch(() => undefined);
    const again = servers.open();
    await shakeHands(clients.open({ ticket }), again);
    expect(again.connection).toMatchObject({ resumed: true, remembered: utf8("alice") });
    await engine.close();
  });
});

describe("the pool", () => {
  it("resumes in a worker what another worker made", async () => {
    for (const carrier of ["tickets", "ids"] as const) {
      const engine = createTlsWorkerPool({ workers: 2 });
      const servers = engine.server(serverSettings({ resumption: { carrier } }));
      const clients = engine.client(clientSettings({ maxVersion: "TLSv1.2" }));
      const client = clients.open();
      const occupied = servers.open();
      const server = servers.open();
      await shakeHands(client, server);
      const { ticket } = client;
      // The first is still open, so the fewest sessions are in the other worker, whichever that is.
      server.end();
      const second = servers.open();
      const third = servers.open();
      for (const one of [second, third]) {
        await shakeHands(clients.open({ ticket }), one);
        expect(one.connection?.resumed, carrier).toBe(true);
      }
      occupied.end();
      await engine.close();
    }
  });

  it("has a most number of sessions, which the end of one makes room for", async () => {
    const engine = createTlsWorkerPool({ workers: 1, maxSessions: 2 });
    const servers = engine.server(serverSettings());
    const one = servers.open();
    servers.open();
    expect(() => servers.open()).toThrow(expect.objectContaining({ reason: "too-many" }));
    one.end();
    one.end();
    servers.open();
    expect(() => servers.open()).toThrow(expect.objectContaining({ reason: "too-many" }));
    await engine.close();
  });

  it("refuses settings that are wrong before a worker sees them", async () => {
    const engine = createTlsWorkerPool({ workers: 1 });
    expect(() =>
      engine.server(serverSettings({ identity: { key: "no key", certificateChain: "nothing" } })),
    ).toThrow();
    expect(() => engine.server(serverSettings({ resumption: { ticketKeys: new Uint8Array(47) } }))).toThrow(
      RangeError,
    );
    expect(() => engine.server(serverSettings({ resumption: { lifetimeSeconds: 604_801 } }))).toThrow(
      RangeError,
    );
    expect(() => engine.server(serverSettings({ maxBytes: 100 }))).toThrow(RangeError);
    expect(() => createTlsWorkerPool({ workers: 0 })).toThrow(RangeError);
    await engine.close();
  });

  it("ends what waits when it is closed, or its endpoint or session is", async () => {
    const engine = createTlsWorkerPool({ workers: 1 });
    const servers = engine.server(serverSettings());
    const hello = await engine.client(clientSettings()).open().step(nothing);
    const one = servers.open();
    const first = one.step(hello);
    one.end();
    await expect(first).rejects.toMatchObject({ reason: "ended" });
    const second = servers.open().step(hello);
    servers.close();
    await expect(second).rejects.toMatchObject({ reason: "ended" });
    expect(() => servers.open()).toThrow(expect.objectContaining({ reason: "ended" }));
    const third = expect(engine.server(serverSettings()).open().step(hello)).rejects.toMatchObject({
      reason: "ended",
    });
    await engine.close();
    await third;
    expect(() => engine.server(serverSettings())).toThrow(expect.objectContaining({ reason: "ended" }));
  });
});
