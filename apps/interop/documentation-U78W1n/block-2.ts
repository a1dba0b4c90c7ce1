// apps/server/README.md:33
import { defineSettings } from "@sallyport/server";

export default defineSettings({
  radius: { clients: [{ name: "vpn", address: "192.0.2.7", secret: process.env["VPN_SECRET"] ?? "" }] },
  accounts: [{ name: "alice", password: "wonderland" }],
  extensions: { authentication: ["./my-extension.ts"] },
});

export {};
