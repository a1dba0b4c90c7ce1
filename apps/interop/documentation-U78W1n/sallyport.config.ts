// apps/docs/guides/from-nps.md:10
import { defineSettings } from "@sallyport/server";

export default defineSettings({
  timeZone: "Europe/Vienna",
  defaultDomain: "CORP",
  radius: {
    clients: [
      { name: "access points", address: "10.1.0.0/16", secret: "a long secret", requireMessageAuthenticator: "always" },
      { name: "vpn", address: "192.0.2.7", secret: "another long secret" },
    ],
  },
  accounts: [{ name: "alice", password: "wonderland", groups: ["staff"] }],
  policies: {
    connectionRequest: [
      {
        name: "Everybody is authenticated here",
        realmRules: [{ find: "@old\\.example$", replace: "@corp.example" }],
      },
    ],
    network: [
      {
        name: "Staff on Wi-Fi",
        conditions: { groups: ["staff"], attributes: { "NAS-Port-Type": "Wireless-802.11" } },
        access: "grant",
        constraints: { authenticationMethods: ["EAP"], eapMethods: ["mschapv2"], sessionTimeout: 28800 },
        settings: { vlan: 20 },
      },
      {
        name: "Staff on the VPN",
        conditions: { groups: ["staff"], clients: ["vpn"], dayAndTime: "Mo-Fr 06:00-22:00" },
        access: "grant",
        constraints: { authenticationMethods: ["MS-CHAPv2"] },
        settings: { encryption: ["strongest"], attributes: { "Filter-Id": "staff" } },
      },
      { name: "Nobody else", access: "deny" },
    ],
  },
});

export {};
