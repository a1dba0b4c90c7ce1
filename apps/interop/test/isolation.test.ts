import { createRadiusClient, type RadiusClient } from "@sallyport/radius/node";
import type { SettingsInput } from "@sallyport/server";
import { expect, it, onTestFinished } from "vitest";
import { labSettings, startSallyport } from "../src/sallyport.ts";

/** Does what the Calling-Station-Id says. */
const faulty = `
import { type RadiusExtensionControlBlock, attributeText, ratCallingStationId, ratFilterId, rcAccessAccept, rdtString } from "@sallyport/nps";
export function RadiusExtensionProcess2(ecb: RadiusExtensionControlBlock): number | Promise<number> {
  const fault = ecb.getRequest().find(ratCallingStationId);
  switch (fault && attributeText(fault)) {
    case "exit": process.exit(3);
    case "loop": for (;;);
    case "throw": throw new Error("boom");
    case "later": setTimeout(() => { throw new Error("nobody catches this") }, 1); return new Promise(() => {});
  }
  ecb.getResponse(rcAccessAccept)?.add({ attrType: ratFilterId, dataType: rdtString, value: "isolated" });
  return 0;
}
export function RadiusExtensionTerm() { console.log("terminated in its worker"); }`;

const inOther = `export function RadiusExtensionProcess2() { return 0; }`;

const settings = (isolation: object): SettingsInput => ({
  ...labSettings,
  extensions: {
    authentication: [
      {
        module: "./faulty.ts",
        isolation: "worker",
        scope: { attributes: { "NAS-Identifier": "isolated" } },
        ...isolation,
      },
      "./other.mjs",
    ],
    timeoutMs: 1_500,
  },
});

const files = { "faulty.ts": faulty, "other.mjs": inOther };

function asking(server: string): (attributes?: object) => Promise<string> {
  const client: RadiusClient = createRadiusClient({
    server,
    secret: "testing123",
    tries: 1,
    timeout: 4_000,
  });
  onTestFinished(() => client.close());
  return async (attributes = {}) => {
    try {
      const answer = await client.accessRequest({
        "User-Name": "alice",
        "User-Password": "wonderland",
        ...attributes,
      });
      return answer.codeName;
    } catch {
      return "silence";
    }
  };
}

it.each(["exit", "loop", "throw", "later"])(
  "%s in an isolated extension: everybody else is answered meanwhile, and then its own requests again",
  { timeout: 60_000 },
  async (fault) => {
    const server = await startSallyport(settings({}), { files });
    const ask = asking(server.auth);
    const isolated = { "NAS-Identifier": "isolated" };
    expect(await ask(isolated)).toBe("Access-Accept");
    const failing = ask({ ...isolated, "Calling-Station-Id": fault });
    for (let count = 0; count < 20; count++) expect(await ask()).toBe("Access-Accept");
    expect(await failing).toBe("silence");
    if (fault !== "throw") await server.logged("its worker was started again");
    expect(await ask(isolated)).toBe("Access-Accept");
    const ended = await server.stop();
    expect(ended.status).toBe(0);
    expect(ended.stderr).toContain("terminated in its worker");
    expect(ended.stdout.match(/\n/g)).toHaveLength(1);
  },
);

it("NPS-82 onCrash reject: the access server is told at once", { timeout: 60_000 }, async () => {
  const server = await startSallyport(settings({ onCrash: "reject" }), { files });
  const ask = asking(server.auth);
  expect(await ask({ "NAS-Identifier": "isolated", "Calling-Station-Id": "exit" })).toBe("Access-Reject");
  await server.logged("reason 10");
});

it("what is said about a worker is a mistake for a module that has none", async () => {
  await expect(
    startSallyport(settings({ isolation: "inline", onCrash: "reject", memoryLimitMb: 128 }), { files }),
  ).rejects.toThrow(/onCrash[\s\S]*has no meaning for a module that runs inline[\s\S]*memoryLimitMb/);
});
