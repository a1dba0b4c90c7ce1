import { expect, it } from "vitest";
import { settingsSchema } from "../src/settings/schema.ts";
import { settingsOf } from "../src/settings/settings.ts";

const addresses = { pool: "10.99.0.2-10.99.0.254", local: "10.99.0.1" };
const port = (name: string, more: object = {}) => ({ name, listen: "127.0.0.1:0", handOver: "ppp", ...more });

const found = (ras: object) => settingsOf(settingsSchema.parse({ ras }), "/srv");
const mistakesOf = (ras: object) =>
  found(ras).mistakes.map(({ keys, problem }) => `${keys.join(".")}: ${problem}`);

it("what is left out has a default, and ports without addresses of their own share a pool", () => {
  const { settings, mistakes } = found({
    ports: [port("one"), port("two", { ppp: { authentication: ["pap"] } })],
    ppp: { addresses },
  });
  expect(mistakes).toEqual([]);
  const [one, two] = (settings.ras?.ports ?? []).map(({ handOver }) =>
    handOver.kind === "ppp" ? handOver.ppp : undefined,
  );
  expect(one).toMatchObject({ protocols: ["EAP", "MS-CHAPv2"], provider: "windows", interimMs: undefined });
  expect(two).toMatchObject({ protocols: ["PAP"] });
  expect(two?.addresses).toBe(one?.addresses);
});

it("every mistake is told at once, with its place", () => {
  expect(
    mistakesOf({
      ports: [
        port("one", {
          ppp: { authentication: ["eap", "eap"], addresses: { ...addresses, pool: "10.99.0.200-10.99.1.9" } },
        }),
        port("two"),
        { name: "three", listen: "127.0.0.1:0", ppp: {} },
      ],
      ppp: { addresses },
    }),
  ).toEqual([
    "ras.ports.0.ppp.authentication.1: eap is there twice",
    "ras.ports.2.ppp: is for ports that hand over to PPP",
    "ras.ports.0.ppp.addresses.pool: has addresses of the pool 10.99.0.2-10.99.0.254, too",
  ]);
  expect(mistakesOf({ ports: [port("one")] })).toEqual([
    'ras.ports.0.handOver: is "ppp", and nothing says which addresses callers get',
  ]);
  expect(mistakesOf({ ports: [port("one")], ppp: {} })).toEqual(["ras.ppp.addresses: is missing"]);
  expect(mistakesOf({ ports: [{ name: "one", listen: "127.0.0.1:0" }], ppp: { addresses } })).toEqual([
    "ras.ppp: is for ports that hand over to PPP",
  ]);
  expect(mistakesOf({ ports: [port("one")], ppp: { addresses }, adminModules: ["./none.ts"] })[0]).toContain(
    "ras.adminModules.0: the module file",
  );
});

it.each([
  [{ authentication: [] }, "authentication"],
  [{ authentication: ["mschap"] }, "mschapv2"],
  [{ addresses: { ...addresses, pool: "10.99.0.9-10.99.0.2" } }, "no range"],
  [{ addresses: { ...addresses, local: "10.99" } }, "no IPv4 address"],
  [{ addresses: { ...addresses, dns: ["10.0.0.1", "10.0.0.2", "10.0.0.3"] } }, "two"],
  [{ provider: { radius: [] } }, "at least one server"],
  [{ provider: "ldap" }, "provider"],
  [{ limits: { mru: 100 } }, "576"],
  [{ interimSeconds: 5 }, "60"],
])("the schema refuses %j", (ppp, said) => {
  const parsed = settingsSchema.safeParse({ ras: { ports: [port("one")], ppp: { addresses, ...ppp } } });
  expect(parsed.success).toBe(false);
  expect(JSON.stringify(parsed.error?.issues)).toContain(said);
});
