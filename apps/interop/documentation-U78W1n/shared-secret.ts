// apps/docs/guides/sspi.md:19
import { createHmac, timingSafeEqual } from "node:crypto";
import {
  ASC_RET_MUTUAL_AUTH,
  ISC_RET_MUTUAL_AUTH,
  type PackageContext,
  SEC_E_INVALID_TOKEN,
  SEC_E_LOGON_DENIED,
  SEC_E_OK,
  SEC_E_UNKNOWN_CREDENTIALS,
  SEC_I_CONTINUE_NEEDED,
  SECPKG_FLAG_CONNECTION,
  SECPKG_FLAG_MUTUAL_AUTH,
  SECPKG_ID_NONE,
  type SecurityPackage,
} from "@sallyport/sspi";

export const sharedSecret: SecurityPackage = {
  info: {
    name: "SharedSecret",
    comment: "Both sides prove that they know a secret",
    capabilities: SECPKG_FLAG_CONNECTION | SECPKG_FLAG_MUTUAL_AUTH,
    version: 1,
    rpcId: SECPKG_ID_NONE,
    maxToken: 64,
  },
  maximumInputToken: 64, // a longer one never gets here
  acquireCredentials({ authData, principal }) {
    if (typeof authData !== "string") return SEC_E_UNKNOWN_CREDENTIALS;
    const secret = new TextEncoder().encode(authData);
    return {
      initiate: () => client(secret, principal ?? "anonymous"),
      accept: () => server(secret),
      free: () => secret.fill(0), // when the handle is freed and no context needs it
    };
  },
};

const proof = (secret: Uint8Array, side: string, challenge: Uint8Array): Uint8Array =>
  createHmac("sha256", secret).update(side).update(challenge).digest();

const isEqual = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && timingSafeEqual(a, b);

function client(secret: Uint8Array, name: string): PackageContext {
  let challenge: Uint8Array | undefined;
  let isGreeted = false;
  return {
    step({ token }) {
      if (!isGreeted) {
        isGreeted = true;
        return { status: SEC_I_CONTINUE_NEEDED, token: new TextEncoder().encode(name) };
      }
      if (challenge === undefined) {
        challenge = token.slice(); // the token is the caller's memory: copy what is kept
        return { status: SEC_I_CONTINUE_NEEDED, token: proof(secret, "client", challenge) };
      }
      return isEqual(token, proof(secret, "server", challenge))
        ? { status: SEC_E_OK, attributes: ISC_RET_MUTUAL_AUTH }
        : SEC_E_LOGON_DENIED;
    },
  };
}

function server(secret: Uint8Array): PackageContext {
  let name: string | undefined;
  let challenge: Uint8Array = new Uint8Array(0);
  return {
    step({ token, random }) {
      if (name === undefined) {
        if (token.length === 0) return SEC_E_INVALID_TOKEN;
        name = new TextDecoder().decode(token);
        challenge = random(16); // never from the system: a provider with a seed repeats itself
        return { status: SEC_I_CONTINUE_NEEDED, token: challenge };
      }
      return isEqual(token, proof(secret, "client", challenge))
        ? { status: SEC_E_OK, token: proof(secret, "server", challenge), attributes: ASC_RET_MUTUAL_AUTH }
        : SEC_E_LOGON_DENIED;
    },
    identity: () => (name === undefined ? undefined : { name }),
  };
}

export {};
