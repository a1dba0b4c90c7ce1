// apps/docs/guides/sspi.md:245
import {
  acceptSecurityContext,
  acquireCredentials,
  createSspiProvider,
  initializeSecurityContext,
} from "@sallyport/sspi";
import { sharedSecret } from "./shared-secret.ts";

const provider = createSspiProvider({ packages: [sharedSecret] });
await using credentials = await acquireCredentials({
  provider,
  package: "SharedSecret",
  use: "both",
  principal: "alice",
  authData: "open sesame",
});
await using client = initializeSecurityContext(credentials, { target: "host/server.example" });
await using server = acceptSecurityContext(credentials, { require: ["mutualAuthentication"] });

let token: Uint8Array | undefined;
while (!client.established) {
  const fromClient = await client.step(token);
  console.log("client:", fromClient.symbol);
  if (client.established) break;
  const fromServer = await server.step(fromClient.token);
  console.log("server:", fromServer.symbol);
  token = fromServer.token;
}
console.log(`hello ${server.identity()?.name}`);

export {};
