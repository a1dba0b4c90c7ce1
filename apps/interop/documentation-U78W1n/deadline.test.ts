// apps/docs/guides/sspi.md:375
import assert from "node:assert/strict";
import { test } from "node:test";
import { acceptSecurityContext, acquireCredentials } from "@sallyport/sspi";
import { createSspiBench, never, scriptedPackage } from "@sallyport/testbench";

test("a domain controller that never answers ends the step after half a minute", async () => {
  const { provider, clock } = createSspiBench({ packages: [scriptedPackage({ accept: [never()] })] });
  const credentials = await acquireCredentials({ provider, package: "Scripted", use: "inbound" });
  const context = acceptSecurityContext(credentials);
  const refused = assert.rejects(context.step(Uint8Array.of(1), { timeoutMs: 30_000 }), {
    symbol: "SEC_E_NO_AUTHENTICATING_AUTHORITY",
  });
  await clock.advanceAsync(30_000);
  await refused;
  await context.close();
  await credentials.close();
  assert.deepEqual(provider.objects(), { asyncContexts: 0, pendingCalls: 0, contexts: 0, credentials: 0 });
});

export {};
