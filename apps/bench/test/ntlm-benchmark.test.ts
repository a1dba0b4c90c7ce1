import { existsSync } from "node:fs";
import { expect, it } from "vitest";
import { ntlmText, runNtlmBenchmark } from "../src/ntlm/ntlm-benchmark.ts";
import { inScope } from "../src/scope.ts";

const isInstalled =
  existsSync("/usr/include/gssapi/gssapi.h") && existsSync("/etc/gss/mech.d/mech.ntlmssp.conf");

it.skipIf(!isInstalled && process.env["CI"] !== "true")(
  "measures NTLM beside gss-ntlmssp, turns and refusals (needs libkrb5-dev and gss-ntlmssp)",
  { timeout: 60_000 },
  async () => {
    const lines: string[] = [];
    const size = {
      rounds: 2,
      contexts: 100,
      mebibytes: 1,
      seconds: 0.1,
      concurrent: 10,
      handshakes: 100,
      attempts: 50,
    };
    let text = "";
    const status = await inScope(async (scope) => {
      const results = await runNtlmBenchmark(scope, size, (line) => lines.push(line));
      for (const row of [
        results.accept,
        results.seal64,
        results.seal1024,
        results.seal65536,
        results.wrap65536,
      ]) {
        expect(row.ours.min).toBeGreaterThan(0);
        expect(row.theirs.min).toBeGreaterThan(0);
        expect(row.factor.min).toBeLessThanOrEqual(row.factor.max);
      }
      expect(results.turns.p999).toBeGreaterThanOrEqual(results.turns.p50);
      for (const { p10, p90 } of Object.values(results.refusals)) expect(p10).toBeLessThanOrEqual(p90);
      text = ntlmText(results);
      return 0;
    });
    expect(status).toBe(0);
    expect(lines).toHaveLength(3);
    expect(text).toMatch(/accept, both steps +\d+\.\d\d us +\d+\.\d\d us +\d/);
    expect(text).toContain("promise: 5 times the accepts of gss-ntlmssp: ");
  },
);
