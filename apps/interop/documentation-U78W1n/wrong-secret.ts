// apps/docs/guides/sspi.md:304
import {
  acceptSecurityContext,
  acquireCredentials,
  createSspiProvider,
  initializeSecurityContext,
  SEC_E_LOGON_DENIED,
  SspiError,
} from "@sallyport/sspi";
import { sharedSecret } from "./shared-secret.ts";

const provider = createSspiProvider({ packages: [sharedSecret] });
const wish = { provider, package: "SharedSecret", use: "both" } as const;
await using right = await acquireCredentials({ ...wish, authData: "open sesame" });
await using wrong = await acquireCredentials({ ...wish, authData: "open barley" });
await using client = initializeSecurityContext(wrong);
await using server = acceptSecurityContext(right);

const { token: challenge } = await server.step((await client.step()).token);
const { token: answer } = await client.step(challenge);
try {
  await server.step(answer);
} catch (error) {
  if (!(error instanceof SspiError) || error.code !== SEC_E_LOGON_DENIED) throw error;
  console.log(error.message, error.token.length); // SEC_E_LOGON_DENIED (0x8009030C) 0: this package sends none
}

export {};
