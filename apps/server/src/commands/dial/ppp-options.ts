import {
  type EapMethod,
  genericTokenCard,
  md5Challenge,
  msChapV2,
  oneTimePasswordMethod,
  openEapMethods,
} from "@sallyport/eap";
import type { PppAuthenticationProtocol, PppCallerCredentials } from "@sallyport/ppp";
import { silentLog } from "@sallyport/runtime";
import { pppProtocolNames } from "../../settings/ppp-schema.ts";
import { UsageError } from "../command-line.ts";
import { type PasswordOptions, passwordOf } from "../radius-target.ts";

/** The options with which `ras dial --ppp` is told who the caller is. */
export interface DialPppOptions extends PasswordOptions {
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
  return {
    userName: options.user,
    password: await passwordOf(options.user, options, undefined),
    protocols: chosen,
    ...(chosen.includes("EAP") && { eap: { methods: await peerMethods() } }),
  };
}

async function peerMethods(): Promise<readonly EapMethod[]> {
  const methods = [msChapV2(), md5Challenge(), genericTokenCard(), oneTimePasswordMethod()];
  const registry = await openEapMethods(methods, { log: silentLog });
  return registry.usable({ role: "peer" });
}
