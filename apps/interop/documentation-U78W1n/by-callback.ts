// apps/docs/guides/sspi.md:110
import {
  bufferBytes,
  createSecHandle,
  createSspiProvider,
  out,
  type PeerIdentity,
  SEC_E_OK,
  SEC_I_CONTINUE_NEEDED,
  SECBUFFER_TOKEN,
  SECPKG_CRED_BOTH,
  SECURITY_NETWORK_DREP,
  type SecBufferDesc,
  type SspiAsyncContext,
  secBuffer,
  secBufferDesc,
  statusName,
} from "@sallyport/sspi";
import { sharedSecret } from "./shared-secret.ts";

const sspi = createSspiProvider({ packages: [sharedSecret] });
const credential = createSecHandle();
const client = createSecHandle();
const server = createSecHandle();
let toServer = secBufferDesc();
let toClient = secBufferDesc();
let isFirst = true;

const room = (): SecBufferDesc => secBufferDesc(secBuffer(SECBUFFER_TOKEN, 64));
const received = ({ buffers: [token] }: SecBufferDesc): SecBufferDesc =>
  secBufferDesc(secBuffer(SECBUFFER_TOKEN, token && bufferBytes(token)));

function acquired(async: SspiAsyncContext): void {
  if (sspi.SspiGetAsyncCallStatus(async) === SEC_E_OK) initialize(async);
  else finish(async, "acquire");
}

function initialize(async: SspiAsyncContext): void {
  sspi.SspiReinitAsyncContext(async);
  sspi.SspiSetAsyncNotifyCallback(async, initialized, null);
  const pInput = isFirst ? null : received(toClient);
  toServer = room();
  sspi.SspiInitializeSecurityContextAsyncW(
    async,
    credential,
    isFirst ? null : client, // phContext: null on the first call
    "host/server.example", // pszTargetName
    0, // fContextReq
    0, // Reserved1
    SECURITY_NETWORK_DREP,
    pInput,
    0, // Reserved2
    client, // phNewContext: may be the same object
    toServer,
    null, // pfContextAttr
    null, // ptsExpiry
  );
}

function initialized(async: SspiAsyncContext): void {
  const status = sspi.SspiGetAsyncCallStatus(async);
  console.log("client:", statusName(status));
  if (status !== SEC_I_CONTINUE_NEEDED) return finish(async, "initialize");
  sspi.SspiReinitAsyncContext(async);
  sspi.SspiSetAsyncNotifyCallback(async, accepted, null);
  toClient = room();
  const phContext = isFirst ? null : server;
  isFirst = false;
  sspi.SspiAcceptSecurityContextAsync(
    async,
    credential,
    phContext,
    received(toServer),
    0, // fContextReq
    SECURITY_NETWORK_DREP,
    server,
    toClient,
    null,
    null,
  );
}

function accepted(async: SspiAsyncContext): void {
  const status = sspi.SspiGetAsyncCallStatus(async);
  console.log("server:", statusName(status));
  if (status === SEC_E_OK || status === SEC_I_CONTINUE_NEEDED) initialize(async);
  else finish(async, "accept");
}

function finish(async: SspiAsyncContext, last: string): void {
  const identity = out<PeerIdentity | undefined>(undefined);
  const isKnown = sspi.QuerySecurityContextToken(server, identity) === SEC_E_OK;
  console.log(isKnown ? `hello ${identity.value?.name}` : `${last} failed`);
  sspi.DeleteSecurityContext(client);
  sspi.DeleteSecurityContext(server);
  sspi.FreeCredentialsHandle(credential);
  sspi.SspiFreeAsyncContext(async);
}

const async = sspi.SspiCreateAsyncContext();
if (async === null) throw new Error("the limit of async contexts is reached");
sspi.SspiSetAsyncNotifyCallback(async, acquired, null);
sspi.SspiAcquireCredentialsHandleAsyncW(
  async,
  "alice", // pszPrincipal
  "SharedSecret", // pszPackage
  SECPKG_CRED_BOTH,
  null, // pvLogonId
  "open sesame", // pAuthData: what the package wants
  null, // pGetKeyFn
  null, // pvGetKeyArgument
  credential,
  null, // ptsExpiry
);

export {};
