import {
  type EapMethod,
  type EapMethodRegistration,
  genericTokenCard,
  md5Challenge,
  msChapV2,
  oneTimePasswordMethod,
  openEapMethods,
} from "@sallyport/eap";
import type { PppAuthenticationProtocol, PppCallerCredentials } from "@sallyport/ppp";
import { silentLog } from "@sallyport/runtime";
import { type PeerMethodOptions, peerMethod } from "../../eap/peer-method.ts";
import { pppProtocolNames } from "../../settings/ppp-schema.ts";
import { UsageError } from "../command-line.ts";
import { type PasswordOptions, passwordOf } from "../radius-target.ts";

/** The options with which `ras dial --ppp` is told who the caller is. */
export interface DialPppOptions extends PasswordOptions, Omit<PeerMethodOptions, "method" | "inner"> {
  readonly user?: string;
  readonly auth: string;
}

const protocols: Readonly<Record<string, PppAuthenticationProtocol>> = {
  eap: "EAP",
  mschapv2: "MS-CHAPv2",
  chap: "CHAP",
  pap: "PAP",
};

/** Who the caller is, and how he proves it; undefined without --user: then he refuses to say. */
export async function credentialsOf(options: DialPppOptions): Promise<PppCallerCredentials | undefined> {
  if (options.user === undefined) return undefined;
  const chosen = options.auth.split(",").map((name) => {
    const protocol = protocols[name.trim()];
    if (protocol !== undefined) return protocol;
    throw new UsageError(
      `--auth ${options.auth} names no protocol`,
      `write one or more of ${pppProtocolNames.join(",")}`,
    );
  });
  const certificate = await certificateMethod(options, chosen);
  return {
    userName: options.user,
    password: certificate === undefined ? await passwordOf(options.user, options, undefined) : "",
    protocols: certificate === undefined ? chosen : ["EAP"],
    ...(chosen.includes("EAP") && {
      eap: { methods: await peerMethods(certificate === undefined ? withPassword() : [certificate]) },
    }),
  };
}

/** EAP-TLS, where the caller has a certificate: then there is no password. */
async function certificateMethod(
  options: DialPppOptions,
  chosen: readonly PppAuthenticationProtocol[],
): Promise<EapMethodRegistration | undefined> {
  const { cert, user = "" } = options;
  if (cert === undefined) return undefined;
  if (!chosen.includes("EAP"))
    throw new UsageError(`--auth ${options.auth} has no use for a certificate`, "add eap to --auth");
  const { registration } = await peerMethod({ ...options, method: "tls" }, user);
  return registration;
}

function withPassword(): readonly EapMethodRegistration[] {
  return [msChapV2(), md5Challenge(), genericTokenCard(), oneTimePasswordMethod()];
}

async function peerMethods(methods: readonly EapMethodRegistration[]): Promise<readonly EapMethod[]> {
  const registry = await openEapMethods(methods, { log: silentLog });
  return registry.usable({ role: "peer" });
}
