import { type Clock, createSeededRandom } from "@sallyport/runtime";
import {
  acquireCredentials,
  type ContextStep,
  createSspiProvider,
  type PackageContext,
  SEC_E_INVALID_TOKEN,
  SEC_E_LOGON_DENIED,
  SEC_E_OK,
  SEC_I_CONTINUE_NEEDED,
  SECPKG_FLAG_CONNECTION,
  SECPKG_ID_NONE,
  type SecurityCredentials,
  type SecurityPackage,
  type SspiProvider,
} from "../../src/index.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The start of a message, in the shape of NTLM's: a signature and a type. */
export function message(type: number, rest: Uint8Array | string = ""): Uint8Array<ArrayBuffer> {
  const body = typeof rest === "string" ? encoder.encode(rest) : rest;
  const bytes = new Uint8Array(12 + body.length);
  bytes.set(encoder.encode("NTLMSSP\0"));
  bytes[8] = type;
  bytes.set(body, 12);
  return bytes;
}

/** The third message: the challenge, a user and a password in clear. */
export function proof(challenge: Uint8Array, user: string, password: string): Uint8Array<ArrayBuffer> {
  return message(3, `${Buffer.from(challenge.subarray(12)).toString("hex")} ${user} ${password}`);
}

interface PackageParts {
  readonly name: string;
  readonly users: Readonly<Record<string, string>>;
  /** Called for every step of the accepting side, before it; what it returns replaces the answer. */
  readonly onAccept?: (step: ContextStep) => number | undefined | Promise<number | undefined>;
  /** A last token from the server. */
  readonly lastWord?: string;
  /** What the last step says besides. */
  readonly established?: { readonly attributes?: number; readonly expiry?: number };
}

/** A package of three messages, as NTLM has them: hello, a random challenge, the challenge with a password. */
function proofPackage({ name, users, onAccept, lastWord, established }: PackageParts): SecurityPackage {
  const accept = (): PackageContext => {
    let challenge: Uint8Array | undefined;
    let user = "";
    const answer = (step: ContextStep) => {
      const { token, random } = step;
      if (challenge === undefined) {
        if (token[8] !== 1) return SEC_E_INVALID_TOKEN;
        challenge = message(2, random(8));
        return { status: SEC_I_CONTINUE_NEEDED, token: challenge };
      }
      if (token[8] !== 3) return SEC_E_INVALID_TOKEN;
      const [echo, who = "", password] = decoder.decode(token.subarray(12)).split(" ");
      const isFresh = echo === Buffer.from(challenge.subarray(12)).toString("hex");
      if (!isFresh || users[who] === undefined || users[who] !== password) return SEC_E_LOGON_DENIED;
      user = who;
      return {
        status: SEC_E_OK,
        ...established,
        ...(lastWord !== undefined && { token: encoder.encode(lastWord) }),
      };
    };
    return {
      step(step) {
        const replaced = onAccept?.(step);
        if (replaced === undefined) return answer(step);
        return typeof replaced === "number" ? replaced : replaced.then((status) => status ?? answer(step));
      },
      identity: () => ({ name: `TEST\\${user}`, groups: ["staff"], secretOfThePackage: "s3cr3t" }),
    };
  };
  const initiate = (user: string, password: string): PackageContext => {
    let step = 0;
    return {
      step({ token }) {
        step += 1;
        if (step === 1) return { status: SEC_I_CONTINUE_NEEDED, token: message(1) };
        if (token[8] !== 2) return SEC_E_INVALID_TOKEN;
        return { status: SEC_E_OK, token: proof(token, user, password) };
      },
    };
  };
  return {
    info: {
      name,
      comment: "Three messages",
      capabilities: SECPKG_FLAG_CONNECTION,
      version: 1,
      rpcId: SECPKG_ID_NONE,
      maxToken: 4096,
    },
    acquireCredentials({ principal, authData }) {
      return { accept, initiate: () => initiate(principal ?? "", String(authData)) };
    },
  };
}

/** A provider with the package under both names, and credentials of each. */
export async function proofCredentials(
  parts: Partial<Omit<PackageParts, "name">> & { readonly clock?: Clock } = {},
): Promise<{
  readonly provider: SspiProvider;
  readonly ntlm: SecurityCredentials;
  readonly negotiate: SecurityCredentials;
}> {
  const { clock, users = { alice: "wonderland" }, ...rest } = parts;
  const provider = createSspiProvider({
    packages: [
      proofPackage({ name: "NTLM", users, ...rest }),
      proofPackage({ name: "Negotiate", users, ...rest }),
    ],
    random: createSeededRandom(7),
    ...(clock && { clock }),
  });
  const ntlm = await acquireCredentials({ provider, package: "NTLM", use: "inbound" });
  const negotiate = await acquireCredentials({ provider, package: "Negotiate", use: "inbound" });
  return { provider, ntlm, negotiate };
}
