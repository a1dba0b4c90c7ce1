import { createRadiusClient } from "@sallyport/radius/node";
import { expect, it } from "vitest";
import { labSettings, startSallyport } from "../src/sallyport.ts";

it("NPS-89 a JSON log has a line with all fields for each request that was granted or denied", async () => {
  const server = await startSallyport({ ...labSettings, log: { format: "json" } });
  const client = createRadiusClient({ server: server.auth, secret: "testing123" });
  for (const password of ["wonderland", "wrong"])
    await client.accessRequest({
      "User-Name": "alice",
      "User-Password": password,
      "NAS-Port-Type": "Virtual",
    });
  await client.close();
  const ended = await server.stop();
  const events = ended.stderr
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const who = {
    source: "NPS",
    SubjectUserName: "alice",
    ClientName: "lab",
    NASPortType: "Virtual",
    AuthenticationType: "PAP",
  };
  expect(events.filter(({ id }) => id === 6_272)).toMatchObject([{ ...who, severity: "audit-success" }]);
  expect(events.filter(({ id }) => id === 6_273)).toMatchObject([
    { ...who, severity: "audit-failure", ReasonCode: 16, AuthenticationServer: expect.any(String) },
  ]);
  expect(ended.stderr).not.toContain("wonderland");
});
