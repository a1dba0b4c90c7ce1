import { mkdirSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { createNpsBench } from "@sallyport/testbench";
import { describe, expect, it, onTestFinished } from "vitest";
import { accountingWebhook, type Post } from "../src/index.ts";
import { temporaryFile } from "./temporary-file.ts";

/** An endpoint that answers as a test says, and remembers what it was asked. */
function endpoint() {
  const requests: {
    url: string;
    headers: Readonly<Record<string, string>>;
    records: { id: string; record: { received: string; attributes: Record<string, unknown> } }[];
    sessions: unknown[];
    ids: string[];
  }[] = [];
  let answer: () => number | Promise<number> = () => 204;
  const fetch: Post = async (url, { headers, body, signal }) => {
    const records: (typeof requests)[number]["records"] = JSON.parse(body);
    requests.push({
      url,
      headers,
      records,
      sessions: records.map(({ record }) => record.attributes["Acct-Session-Id"]),
      ids: records.map(({ id }) => id),
    });
    const aborted = new Promise<never>((_, reject) =>
      signal.addEventListener("abort", () => reject(signal.reason)),
    );
    const status = await Promise.race([answer(), aborted]);
    return { ok: status < 300, status, arrayBuffer: async () => new ArrayBuffer(0) };
  };
  return { requests, fetch, answers: (next: typeof answer) => (answer = next) };
}

function serverWith(settings: object, at = endpoint(), queue = temporaryFile()) {
  const bench = createNpsBench({
    extensions: {
      authorization: [
        {
          module: accountingWebhook({ fetch: at.fetch }),
          name: "webhook",
          settings: { url: "https://records.example/radius", queue, ...settings },
        },
      ],
    },
    accounts: [{ name: "alice", password: "wonderland" }],
  });
  onTestFinished(() => bench.stop());
  const account = (session: string) =>
    bench.accounting({ "User-Name": "alice", "Acct-Status-Type": "Start", "Acct-Session-Id": session });
  return { bench, at, queue, account };
}

/** The file is real: what comes of it takes a few turns of the event loop, and no time of the bench. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

/** How many records are in the file. */
function waiting(queue: string): number {
  const database = new DatabaseSync(queue, { readOnly: true });
  const row = database.prepare("SELECT count(*) AS size FROM waiting").get();
  database.close();
  return Number(row?.["size"]);
}

describe("the accounting webhook", () => {
  it("sends what was accounted, by name, with the headers of the settings", async () => {
    const { bench, at, queue } = serverWith({ headers: { Authorization: "Bearer hunter2" } });
    const answer = await bench.accounting({
      "User-Name": "alice",
      "Acct-Status-Type": "Stop",
      "Acct-Session-Id": "1",
      "Acct-Session-Time": 61,
      Class: ["a", "b"],
      "Proxy-State": "secret of the proxy",
    });
    expect(answer.codeName).toBe("Accounting-Response");
    await until(() => waiting(queue) === 0);
    expect(at.requests).toMatchObject([
      {
        url: "https://records.example/radius",
        headers: { Authorization: "Bearer hunter2", "Content-Type": "application/json" },
        sessions: ["1"],
      },
    ]);
    expect(at.requests[0]?.records).toEqual([
      {
        id: expect.stringMatching(/^[\da-f]{32}$/),
        record: {
          received: "2026-01-01T00:00:00.000Z",
          attributes: {
            "User-Name": "alice",
            "Acct-Status-Type": "Stop",
            "Acct-Session-Id": "1",
            "Acct-Session-Time": "61",
            Class: expect.any(Array),
          },
        },
      },
    ]);
    expect(JSON.stringify(bench.log.events)).not.toContain("hunter2");
  });

  it("acknowledges what it has kept while the endpoint is away, and tries again ever later, in order", async () => {
    const { bench, at, account } = serverWith({});
    at.answers(() => 503);
    for (const session of ["1", "2", "3"])
      expect((await account(session)).codeName).toBe("Accounting-Response");
    const tries = () => at.requests.length;
    await until(() => bench.clock.pending > 0 && bench.log.events.length > 0);
    expect(tries()).toBe(1);
    for (const seconds of [1, 2, 4, 8, 16, 32, 60, 60]) {
      const before = tries();
      await bench.clock.advanceAsync(seconds * 1000 - 1);
      expect(tries()).toBe(before);
      await bench.clock.advanceAsync(1);
      expect(tries()).toBe(before + 1);
    }
    at.answers(() => 200);
    await bench.clock.advanceAsync(60_000);
    await until(() => bench.log.events.length > 1);
    expect(at.requests.at(-1)?.sessions).toEqual(["1", "2", "3"]);
    expect(bench.log.events.map(({ severity, message }) => [severity, message])).toEqual([
      ["warning", "records wait: they cannot be delivered"],
      ["information", "records are delivered again"],
    ]);
  });

  it("gives an answer so much time, and no more", async () => {
    const { bench, at, account } = serverWith({});
    at.answers(() => new Promise(() => undefined));
    await account("1");
    await until(() => at.requests.length === 1);
    await bench.clock.advanceAsync(10_000);
    await until(() => bench.log.events.length > 0);
    expect(bench.log.events[0]).toMatchObject({ fields: { problem: "no answer in 10000 ms" } });
    at.answers(() => 200);
    await bench.clock.advanceAsync(1_000);
    expect(at.requests.map(({ sessions }) => sessions)).toEqual([["1"], ["1"]]);
    expect(at.requests[1]?.ids).toEqual(at.requests[0]?.ids);
  });

  it("acknowledges nothing at the bound, tells so once, and goes on when there is room", async () => {
    const { bench, at, queue, account } = serverWith({ limit: 2 });
    at.answers(() => 500);
    for (const session of ["1", "2"]) expect((await account(session)).codeName).toBe("Accounting-Response");
    for (const session of ["3", "4"]) expect((await account(session)).codeName).toBe("silence");
    const errors = () => bench.log.events.filter(({ severity }) => severity === "error");
    expect(errors().map(({ message }) => message)).toEqual([
      "accounting is not acknowledged: 2 records wait already",
    ]);
    at.answers(() => 200);
    await bench.clock.advanceAsync(60_000);
    await until(() => waiting(queue) === 0);
    expect((await account("3")).codeName).toBe("Accounting-Response");
    await until(() => at.requests.at(-1)?.sessions[0] === "3");
  });

  it("delivers after a restart what was acknowledged before it", async () => {
    const first = serverWith({});
    first.at.answers(() => new Promise(() => undefined));
    for (const session of ["1", "2"]) await first.account(session);
    await first.bench.stop();
    const second = serverWith({}, endpoint(), first.queue);
    await second.bench.start();
    await until(() => second.at.requests.length === 1);
    expect(second.at.requests[0]?.sessions).toEqual(["1", "2"]);
    expect(second.bench.log.events[0]).toMatchObject({ message: "2 records of earlier wait" });
  });

  it("acknowledges nothing that cannot be written", async () => {
    const { bench, account } = serverWith({});
    await bench.start();
    await bench.stop();
    expect((await account("1")).codeName).toBe("silence");
  });

  it("leaves log-ons alone", async () => {
    const { bench, at } = serverWith({});
    const answer = await bench.access({ "User-Name": "alice", "User-Password": "wonderland" });
    expect(answer.codeName).toBe("Access-Accept");
    expect(at.requests).toEqual([]);
  });

  it.each([
    [{ url: "http://records.example/" }, "settings.url"],
    [{ url: "https://" }, "settings.url"],
    [{ url: undefined }, "settings.url"],
    [{ limit: 0 }, "settings.limit is no whole number"],
    [{ limit: "all" }, "settings.limit is no whole number"],
    [{ queue: "" }, "settings.queue is no file name"],
    [{ headers: { Authorization: "hunter2\nX: y" } }, "settings.headers"],
  ])("prevents the start with settings it cannot read: %j", async (settings, words) => {
    const { bench } = serverWith(settings);
    await expect(bench.start()).rejects.toThrow("RadiusExtensionInit");
    const told = bench.log.events.map(({ message }) => message).join();
    expect(told).toContain(words);
    expect(told).not.toContain("hunter2");
  });

  it("prevents the start when its file is none", async () => {
    const folder = temporaryFile();
    mkdirSync(folder);
    const { bench } = serverWith({}, endpoint(), folder);
    await expect(bench.start()).rejects.toThrow("EISDIR");
  });
});
