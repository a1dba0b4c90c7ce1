// apps/docs/guides/sspi.md:346
import { acceptSecurityContext, acquireCredentials, initializeSecurityContext, SspiError } from "@sallyport/sspi";
import { createSspiBench, scriptedPackage } from "@sallyport/testbench";

const negotiate = scriptedPackage({
  info: { name: "Negotiate" },
  initiate: [{ status: 0, token: Uint8Array.of(1), attributes: 0x10010 }], // SEC_E_OK with integrity and confidentiality
  accept: [{ status: 0, attributes: 0x20010 }],
});
const { provider } = createSspiBench({ packages: [negotiate] });
await using credentials = await acquireCredentials({ provider, package: "Negotiate", use: "both" });
await using client = initializeSecurityContext(credentials, { require: ["integrity"] });
await using server = acceptSecurityContext(credentials, { require: ["integrity", "confidentiality"] });
await server.step((await client.step()).token);

const wrapped = client.wrap(new TextEncoder().encode("the plans"));
console.log(new TextDecoder().decode(server.unwrap(wrapped).data)); // the plans
try {
  server.unwrap(wrapped); // once more
} catch (error) {
  if (error instanceof SspiError) console.log(error.symbol); // SEC_E_OUT_OF_SEQUENCE
}

export {};
