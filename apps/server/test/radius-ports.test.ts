import { expect, it } from "vitest";
import { settingsOf } from "../src/settings/settings.ts";

const clients = [{ name: "lab", address: "127.0.0.1", secret: "s" }];

it("NPS-98 RADIUS is served on 1812 and 1813, on loopback, unless the settings say otherwise", () => {
  const { settings } = settingsOf({ radius: { clients } }, "/srv");
  expect(settings.auth).toEqual([{ address: "127.0.0.1", port: 1812 }]);
  expect(settings.acct).toEqual([{ address: "127.0.0.1", port: 1813 }]);
});

it("NPS-98 the older ports 1645 and 1646 are served where the settings list them", () => {
  const auth = ["0.0.0.0:1812", "0.0.0.0:1645"];
  const acct = ["0.0.0.0:1813", "0.0.0.0:1646"];
  const { settings, mistakes } = settingsOf({ radius: { auth, acct, clients } }, "/srv");
  expect(mistakes).toEqual([]);
  expect(settings.auth.map(({ port }) => port)).toEqual([1812, 1645]);
  expect(settings.acct.map(({ port }) => port)).toEqual([1813, 1646]);
});
