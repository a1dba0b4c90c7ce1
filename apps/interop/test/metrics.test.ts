import { createRadiusClient } from "@sallyport/radius/node";
import { expect, it } from "vitest";
import { labSettings, startSallyport } from "../src/sallyport.ts";

it("a collector reads the counters of a running server; probes need no token; a stop shows in the readiness", async () => {
  const token = "collector-0123456789";
  const slow =
    "export const RadiusExtensionProcess2 = (ecb) => ecb.getRequest().find(31) ? new Promise((done) => setTimeout(done, 1_000, 0)) : 0;";
  const server = await startSallyport(
    {
      ...labSettings,
      metrics: { token },
      extensions: { authentication: [{ module: "./slow.mjs", isolation: "worker" }] },
    },
    { files: { "slow.mjs": slow } },
  );
  const client = createRadiusClient({ server: server.auth, secret: "testing123" });
  const ask = (password: string, more: object = {}) =>
    client.accessRequest({ "User-Name": "alice", "User-Password": password, ...more });
  await ask("wonderland");
  await ask("wrong");
  const read = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${server.console}${path}`, { headers });
  expect((await read("/metrics")).status).toBe(401);
  const text = await (await read("/metrics", { authorization: `Bearer ${token}` })).text();
  for (const line of [
    'sallyport_requests_total{client="lab",answer="accept",reason="0"} 1',
    'sallyport_requests_total{client="lab",answer="reject",reason="16"} 1',
    'sallyport_datagrams_total{port="auth",event="received"} 2',
    "sallyport_request_duration_seconds_count 2",
    'sallyport_extension_worker_up{extension="./slow.mjs"} 1',
  ])
    expect(text).toContain(`${line}\n`);
  expect((await read("/health/live")).status).toBe(200);
  expect((await read("/health/ready")).status).toBe(200);
  const pending = ask("wonderland", { "Calling-Station-Id": "slow" });
  await new Promise((resolve) => setTimeout(resolve, 200));
  const stopped = server.stop();
  await new Promise((resolve) => setTimeout(resolve, 100));
  const ready = await read("/health/ready");
  expect([ready.status, await ready.json()]).toEqual([
    503,
    { status: "not ready", reasons: ["the server is stopping"] },
  ]);
  expect((await pending).codeName).toBe("Access-Accept");
  expect((await stopped).status).toBe(0);
  await client.close();
});
