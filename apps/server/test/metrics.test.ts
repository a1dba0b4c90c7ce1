import { Secret } from "@sallyport/crypto";
import { RequestTrace } from "@sallyport/nps";
import { decodeRadiusPacket, encodeRadiusPacket } from "@sallyport/radius";
import { createVirtualClock } from "@sallyport/runtime";
import { describe, expect, it } from "vitest";
import { type ConsoleOptions, consoleApi } from "../src/console/api.ts";
import { exposition } from "../src/metrics/exposition.ts";
import { metricsText } from "../src/metrics/metrics.ts";
import { RequestTally } from "../src/metrics/request-tally.ts";
import { TraceRing } from "../src/trace-ring.ts";

/** Traces of finished requests, made as the pipeline makes them. */
function traces() {
  const clock = createVirtualClock();
  const packet = decodeRadiusPacket(
    encodeRadiusPacket({ code: 1, identifier: 1, authenticator: new Uint8Array(16), attributes: [] }),
  );
  return (client: string, code: number, reason: number, milliseconds: number): RequestTrace => {
    const received = {
      packet,
      client: { name: client, address: "192.0.2.7", secret: new Secret("s") },
      source: { address: "192.0.2.7", port: 1 },
      receivedAt: clock.now(),
      port: "authentication" as const,
    };
    const trace = new RequestTrace(1, received, clock);
    clock.advance(milliseconds);
    trace.finish(code === 0 ? undefined : { code, attributes: [] }, reason);
    return trace;
  };
}

describe("metrics", () => {
  it("the text format: help, type, labels with what must be escaped, cumulative buckets", () => {
    const text = exposition([
      {
        name: "a_total",
        help: "Of a\\b\nc.",
        type: "counter",
        samples: [{ value: 1 }, { labels: { client: 'q"u\\o\nte', reason: "9" }, value: 2.5 }],
      },
      {
        name: "d",
        help: "D.",
        type: "histogram",
        histogram: { limits: [0.1, 1], counts: [2, 0, 3], sum: 9.5 },
      },
    ]);
    expect(text).toBe(
      [
        "# HELP a_total Of a\\\\b\\nc.",
        "# TYPE a_total counter",
        "a_total 1",
        'a_total{client="q\\"u\\\\o\\nte",reason="9"} 2.5',
        "# HELP d D.",
        "# TYPE d histogram",
        'd_bucket{le="0.1"} 2',
        'd_bucket{le="1"} 2',
        'd_bucket{le="+Inf"} 5',
        "d_sum 9.5",
        "d_count 5",
        "",
      ].join("\n"),
    );
  });

  it("requests are counted by client, answer and reason, and by how long they took", () => {
    const trace = traces();
    const tally = new RequestTally();
    tally.add(trace("lab", 2, 0, 0.05));
    tally.add(trace("lab", 2, 0, 3));
    tally.add(trace("lab", 3, 16, 40_000));
    tally.add(trace("vpn", 0, 10, 1));
    tally.add(trace("vpn", 11, 0, 1));
    tally.add(trace("vpn", 5, 0, 1));
    expect(tally.samples()).toEqual([
      { labels: { client: "lab", answer: "accept", reason: "0" }, value: 2 },
      { labels: { client: "lab", answer: "reject", reason: "16" }, value: 1 },
      { labels: { client: "vpn", answer: "none", reason: "10" }, value: 1 },
      { labels: { client: "vpn", answer: "challenge", reason: "0" }, value: 1 },
      { labels: { client: "vpn", answer: "accounting", reason: "0" }, value: 1 },
    ]);
    const { limits, counts, sum } = tally.durations();
    expect(sum).toBeCloseTo(40.00605);
    expect(Array.from(counts).reduce((total, count) => total + count, 0)).toBe(6);
    expect(counts[0]).toBe(1);
    expect(counts[limits.indexOf(0.001)]).toBe(3);
    expect(counts[limits.indexOf(0.005)]).toBe(1);
    expect(counts[limits.length]).toBe(1);
  });

  it("ten thousand clients make two thousand series; the others are counted together", () => {
    const trace = traces();
    const tally = new RequestTally();
    for (let client = 0; client < 10_000; client++) tally.add(trace(`client-${client}`, 2, 0, 1));
    tally.add(trace("client-9999", 3, 16, 1));
    const samples = tally.samples();
    expect(samples).toHaveLength(2_002);
    expect(samples.filter(({ labels }) => labels?.["client"] === "(other)")).toEqual([
      { labels: { client: "(other)", answer: "accept", reason: "0" }, value: 8_000 },
      { labels: { client: "(other)", answer: "reject", reason: "16" }, value: 1 },
    ]);
  });

  it("the names of the metrics are those of the guide", () => {
    const counters = { received: 3, answered: 2 } as never;
    const text = metricsText({
      receivers: { auth: { counters, inProgress: 1 }, acct: { counters, inProgress: 0 } },
      requests: new RequestTally(),
      workers: () => [{ extension: "./a.ts", serving: false, restarts: 4 }],
      reloads: { applied: 1, refused: 2 },
      startedAt: 1_500,
      version: "1.2.3",
      residentMemory: () => 7,
    });
    expect(text.match(/(?<=# TYPE )\S+ \S+/g)).toEqual([
      "sallyport_requests_total counter",
      "sallyport_request_duration_seconds histogram",
      "sallyport_datagrams_total counter",
      "sallyport_requests_in_progress gauge",
      "sallyport_extension_worker_up gauge",
      "sallyport_extension_worker_restarts_total counter",
      "sallyport_reloads_total counter",
      "sallyport_info gauge",
      "process_start_time_seconds gauge",
      "process_resident_memory_bytes gauge",
    ]);
    for (const line of [
      'sallyport_datagrams_total{port="auth",event="received"} 3',
      'sallyport_requests_in_progress{port="auth"} 1',
      'sallyport_extension_worker_up{extension="./a.ts"} 0',
      'sallyport_extension_worker_restarts_total{extension="./a.ts"} 4',
      'sallyport_reloads_total{result="refused"} 2',
      "process_start_time_seconds 1.5",
    ])
      expect(text).toContain(`${line}\n`);
  });
});

describe("the console's listener", () => {
  const api = (options: Partial<ConsoleOptions> = {}) =>
    consoleApi({
      token: "console-token",
      traces: new TraceRing(1),
      status: () => ({}),
      reload: () => Promise.resolve({ kind: "applied", needsRestart: [] }),
      metrics: () => "a 1\n",
      metricsToken: undefined,
      notReady: () => [],
      ...options,
    });
  const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

  it("liveness and readiness need no token, and tell why the server is not ready", async () => {
    expect((await api().request("/health/live")).status).toBe(200);
    expect((await api().request("http://10.1.2.3:4180/health/ready")).status).toBe(200);
    const stopping = await api({ notReady: () => ["the server is stopping"] }).request("/health/ready");
    expect(stopping.status).toBe(503);
    expect(await stopping.json()).toEqual({ status: "not ready", reasons: ["the server is stopping"] });
  });

  it("metrics want the console's token or their own, which opens nothing else", async () => {
    const app = api({ metricsToken: "collector-token-1" });
    for (const token of ["console-token", "collector-token-1"]) {
      const answer = await app.request("http://server.example:4180/metrics", bearer(token));
      expect([answer.status, await answer.text()]).toEqual([200, "a 1\n"]);
      expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    }
    expect((await app.request("/metrics")).status).toBe(401);
    expect((await app.request("/metrics", bearer("collector-token-2"))).status).toBe(401);
    expect((await api().request("/metrics", bearer("undefined"))).status).toBe(401);
    const host = { authorization: "Bearer collector-token-1", host: "localhost" };
    expect((await app.request("/api/status", { headers: host })).status).toBe(401);
  });

  it("a reload wants the console's token, the right host, and POST", async () => {
    const headers = { authorization: "Bearer console-token", host: "127.0.0.1:1" };
    const app = api();
    expect(await (await app.request("/api/reload", { method: "POST", headers })).json()).toEqual({
      kind: "applied",
      needsRestart: [],
    });
    expect((await app.request("/api/reload", { headers })).status).toBe(404);
    const foreign = { ...headers, origin: "http://evil.example" };
    expect((await app.request("/api/reload", { method: "POST", headers: foreign })).status).toBe(403);
    expect(
      (await app.request("/api/reload", { method: "POST", headers: { host: "127.0.0.1" } })).status,
    ).toBe(401);
  });
});
