import { createNpsBench } from "@sallyport/testbench";
import { describe, expect, it } from "vitest";
import totp from "../src/index.ts";

const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

/** What the log says when the module prevents the start. */
async function mistakesIn(settings: unknown): Promise<string> {
  const bench = createNpsBench({
    extensions: { authentication: [{ module: totp, name: "totp", settings }] },
    accounts: [],
  });
  await expect(bench.start()).rejects.toThrow("RadiusExtensionInit");
  return bench.log.events.map(({ message }) => message).join();
}

describe("settings that hold a mistake prevent the start", () => {
  it.each([
    [undefined, 'settings.users names nobody; write { "alice": "a secret in Base32" }'],
    [{ users: {} }, 'settings.users names nobody; write { "alice": "a secret in Base32" }'],
    [{ users: { alice: 7 } }, 'settings.users["alice"] is no secret in Base32: it is shorter than 128 bits'],
    [
      { users: { alice: "GEZDGNBVGY3TQOJQGEZDGNBV" } },
      'settings.users["alice"] is no secret in Base32: it is shorter than 128 bits',
    ],
    [
      { users: { alice: "GEZDGNBVGY3TQOJ0" } },
      'settings.users["alice"] is no secret in Base32: character 16 is none of A to Z and 2 to 7',
    ],
    [
      { users: { alice: secret, Alice: secret } },
      'settings.users["Alice"] is there twice, in another spelling',
    ],
    [{ users: { alice: secret }, mode: "ask" }, 'settings.mode is neither "challenge" nor "append"'],
    [{ users: { alice: secret }, digits: 5 }, "settings.digits is no whole number from 6 to 8"],
    [{ users: { alice: secret }, digits: "6" }, "settings.digits is no whole number from 6 to 8"],
    [
      { users: { alice: secret }, periodSeconds: 0 },
      "settings.periodSeconds is no whole number from 1 to 3600",
    ],
    [{ users: { alice: secret }, windowSteps: 11 }, "settings.windowSteps is no whole number from 0 to 10"],
    [
      { users: { alice: secret }, whoHasNoSecret: true },
      'settings.whoHasNoSecret is neither "refuse" nor "admit"',
    ],
    [{ users: { alice: secret }, prompt: "" }, "settings.prompt is no text of 1 to 253 octets"],
    [{ users: { alice: secret }, prompt: "é".repeat(127) }, "settings.prompt is no text of 1 to 253 octets"],
    [
      { users: { alice: secret }, attempts: 5 },
      'settings.attempts is no object; write { "limit": 5, "seconds": 300 }',
    ],
    [
      { users: { alice: secret }, attempts: { limit: 0 } },
      "settings.attempts.limit is no whole number from 1 to 1000",
    ],
    [
      { users: { alice: secret }, attempts: { minutes: 5 } },
      "settings.attempts.minutes is not known; known are limit, seconds",
    ],
    [
      { users: { alice: secret }, period: 60 },
      "settings.period is not known; known are users, mode, digits, periodSeconds, windowSteps, whoHasNoSecret, prompt, attempts",
    ],
  ])("%j: %s", async (settings, mistake) => {
    const told = await mistakesIn(settings);
    expect(told).toContain(mistake);
    expect(told).not.toContain("; settings");
  });

  it("all mistakes are told at once, and no secret with them", async () => {
    const mistakes = await mistakesIn({
      users: { alice: "GEZDGNBV1", bob: secret.slice(0, 8) },
      digits: 9,
      mode: 1,
    });
    expect(mistakes.split("; settings")).toHaveLength(4);
    expect(mistakes).not.toContain("GEZDG");
  });
});

it("settings at their limits are taken", async () => {
  const bench = createNpsBench({
    extensions: {
      authentication: [
        {
          module: totp,
          name: "totp",
          settings: {
            users: { alice: "gezd gnbv gy3t qojq gezd gnbv ge", "CORP\\bob": secret },
            digits: 8,
            periodSeconds: 60,
            windowSteps: 0,
            prompt: "é".repeat(126),
            attempts: { seconds: 86_400 },
          },
        },
      ],
      authorization: [totp],
    },
    accounts: [],
  });
  await bench.start();
  expect(bench.log.events).toMatchObject([{ source: "totp", message: "users with a second factor: 2" }]);
});
