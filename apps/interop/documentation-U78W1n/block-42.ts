// packages/sspi/README.md:11
import {
  acceptSecurityContext,
  acquireCredentials,
  createSspiProvider,
  initializeSecurityContext,
  SEC_E_LOGON_DENIED,
  SEC_E_OK,
  SECPKG_FLAG_CONNECTION,
  SECPKG_ID_NONE,
  type SecurityPackage,
} from "@sallyport/sspi";

// A security package: the client says a password, the server knows it or not. Real ones need more than one step.
const password: SecurityPackage = {
  info: {
    name: "Password",
    comment: "For a README only",
    capabilities: SECPKG_FLAG_CONNECTION,
    version: 1,
    rpcId: SECPKG_ID_NONE,
    maxToken: 64,
  },
  maximumInputToken: 64,
  acquireCredentials: ({ authData }) => ({
    initiate: () => ({ step: () => ({ status: SEC_E_OK, token: new TextEncoder().encode(String(authData)) }) }),
    accept: () => ({
      step: ({ token }) => (new TextDecoder().decode(token) === authData ? SEC_E_OK : SEC_E_LOGON_DENIED),
    }),
  }),
};

const provider = createSspiProvider({ packages: [password] });
await using credentials = await acquireCredentials({ provider, package: "Password", use: "both", authData: "xyzzy" });
await using client = initializeSecurityContext(credentials);
await using server = acceptSecurityContext(credentials);

const { token } = await client.step();
const { established } = await server.step(token);
console.log(established); // true

export {};
