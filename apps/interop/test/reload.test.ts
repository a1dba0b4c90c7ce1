import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createRadiusClient } from "@sallyport/radius/node";
import type { SettingsInput } from "@sallyport/server";
import { expect, it, onTestFinished } from "vitest";
import { labSettings, type Sallyport, startSallyport } from "../src/sallyport.ts";

const says = (words: string, body = "") => `
import { radiusAttribute, ratReplyMessage, rcAccessAccept } from "@sallyport/nps";
${body}
export async function RadiusExtensionProcess2(ecb) {
  if (ecb.getRequest().find(31) !== undefined) await new Promise((resolve) => setTimeout(resolve, 1_500));
  ecb.getResponse(rcAccessAccept)?.add(radiusAttribute(ratReplyMessage, "${words}"));
  return 0;
}`;

const settings = (more: object = {}, module: object = { isolation: "worker" }): SettingsInput => ({
  ...labSettings,
  extensions: { authentication: [{ module: "./says.mjs", ...module }] },
  ...more,
});

function rewrite({ configFile }: Sallyport, wanted: unknown): void {
  writeFileSync(configFile, typeof wanted === "string" ? wanted : JSON.stringify(wanted));
}

async function ask(server: Sallyport, attributes: object = {}, secret = "testing123"): Promise<string> {
  const client = createRadiusClient({ server: server.auth, secret, tries: 1, timeout: 3_000 });
  onTestFinished(() => client.close());
  try {
    const answer = await client.accessRequest({
      "User-Name": "alice",
      "User-Password": "wonderland",
      ...attributes,
    });
    return `${answer.codeName} ${answer.attributes.find(({ type }) => type === 18)?.value ?? ""}`.trim();
  } catch {
    return "silence";
  }
}

const message = (words: string) => `Access-Accept ${new TextEncoder().encode(words)}`;

it("a reload takes accounts, clients and the new code of isolated modules; what is in flight is finished under the old", {
  timeout: 60_000,
}, async () => {
  const server = await startSallyport(settings(), { files: { "says.mjs": says("old") } });
  expect(await ask(server)).toBe(message("old"));
  const inFlight = ask(server, { "Calling-Station-Id": "slow" });
  await new Promise((resolve) => setTimeout(resolve, 300));
  writeFileSync(join(server.folder, "says.mjs"), says("new"));
  rewrite(server, settings({ accounts: [{ name: "bob", password: "builder" }] }));
  const reloaded = await server.command("reload");
  expect(reloaded).toMatchObject({ status: 0, stderr: "" });
  expect(reloaded.stdout).toMatch(/sallyport\.config\.json is in force\n$/);
  expect(await ask(server, { "User-Name": "bob", "User-Password": "builder" })).toBe(message("new"));
  expect(await ask(server)).toMatch(/^Access-Reject/);
  expect(await inFlight).toBe(message("old"));
  rewrite(server, {
    ...settings(),
    radius: {
      ...labSettings.radius,
      clients: [{ name: "lab", address: "127.0.0.1", secret: "changed-secret" }],
    },
  });
  expect((await server.command("reload")).status).toBe(0);
  expect(await ask(server, {}, "changed-secret")).toBe(message("new"));
});

it("SIGHUP does the same", { timeout: 60_000 }, async () => {
  const server = await startSallyport(settings({ console: false }), { files: { "says.mjs": says("old") } });
  rewrite(server, settings({ console: false, accounts: [] }));
  server.process.kill("SIGHUP");
  await server.logged("the settings were reloaded");
  expect(await ask(server)).toMatch(/^Access-Reject/);
  rewrite(server, settings({ console: false }));
  expect((await server.command("reload")).stdout).toContain("was told to reload");
  await server.logged(/reloaded[\s\S]*reloaded/);
  expect(await ask(server)).toBe(message("old"));
});

it.each([
  ["text that is no JSON", "{ not json", "this is not JSON"],
  ["a mistake", { ...settings(), loging: {} }, "is an unknown key"],
  ["a module that is not there", settings({}, { module: "./gone.mjs" }), "does not exist"],
])("%s changes nothing and says why", { timeout: 60_000 }, async (_, wanted, words) => {
  const server = await startSallyport(settings(), { files: { "says.mjs": says("old") } });
  rewrite(server, wanted);
  server.process.kill("SIGHUP");
  await server.logged("the settings were not reloaded, everything stays as it was");
  expect(server.log()).toContain(words);
  expect(await ask(server)).toBe(message("old"));
});

it.each([
  ["does not load", "throw new Error('broken at load');", "broken at load"],
  ["refuses to start", "export const RadiusExtensionInit = () => 5;", "returned error 5"],
])("a module that %s changes nothing, the old worker stays", { timeout: 60_000 }, async (_, body, words) => {
  const server = await startSallyport(settings(), { files: { "says.mjs": says("old") } });
  writeFileSync(join(server.folder, "says.mjs"), says("new", body));
  const refused = await server.command("reload");
  expect(refused.status).toBe(1);
  expect(refused.stdout).toContain(words);
  expect(await ask(server)).toBe(message("old"));
});

it("what only a restart changes is said: addresses, and inline modules whose file or settings changed", {
  timeout: 60_000,
}, async () => {
  const server = await startSallyport(settings({}, { settings: { a: 1 } }), {
    files: { "says.mjs": says("old") },
  });
  writeFileSync(join(server.folder, "says.mjs"), says("new"));
  rewrite(server, { ...settings({ defaultDomain: "CORP" }, { settings: { a: 2 } }) });
  const reloaded = await server.command("reload", "--json");
  expect(JSON.parse(reloaded.stdout)).toEqual({
    kind: "applied",
    needsRestart: [
      "defaultDomain",
      "the file of extension ./says.mjs, which runs inline",
      "the settings of extension ./says.mjs, which runs inline",
    ],
  });
  expect(server.log()).toContain("only a restart changes defaultDomain");
  expect(await ask(server)).toBe(message("old"));
  expect(readFileSync(server.configFile, "utf8")).toContain("CORP");
});
