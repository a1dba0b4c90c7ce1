// packages/radius/README.md:24
import { Secret } from "@sallyport/crypto";
import { attributesFromNames, RadiusCode, RadiusReceiver, revealUserPassword } from "@sallyport/radius";
import { listenRadius } from "@sallyport/radius/node";
import { systemClock } from "@sallyport/runtime";

const receiver = new RadiusReceiver({
  port: "authentication",
  clients: [{ name: "lab", address: "127.0.0.1", secret: new Secret("testing123") }],
  clock: systemClock,
  handler({ packet, client }) {
    const hidden = packet.first(2);
    const password = hidden && revealUserPassword(hidden, client.secret.reveal(), packet.authenticator);
    const right = new TextDecoder().decode(password) === "wonderland";
    return right
      ? { code: RadiusCode.AccessAccept, attributes: attributesFromNames({ "Tunnel-Type:1": "VLAN" }) }
      : { code: RadiusCode.AccessReject, attributes: attributesFromNames({ "Reply-Message": "No." }) };
  },
});
await listenRadius({ address: "127.0.0.1", port: 1812, receiver });

export {};
