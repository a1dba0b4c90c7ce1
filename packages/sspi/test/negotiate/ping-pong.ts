import { constantTimeEqual, hmacMd5 } from "@sallyport/crypto";
import {
  ASC_RET_INTEGRITY,
  type ContextRole,
  type ContextStep,
  ISC_RET_INTEGRITY,
  type NegotiateMechanism,
  type PackageContext,
  type PackageMessage,
  SEC_E_INVALID_TOKEN,
  SEC_E_MESSAGE_ALTERED,
  SEC_E_NO_CREDENTIALS,
  SEC_E_OK,
  SEC_I_CONTINUE_NEEDED,
  SECPKG_ATTR_NAMES,
  SECPKG_FLAG_CONNECTION,
  SECPKG_FLAG_INTEGRITY,
  type SecurityPackage,
  type StepAnswer,
} from "../../src/index.ts";

const text = new TextEncoder();
const words = new TextDecoder();

export interface PingPongOptions {
  /** How many tokens there are: 1 as Kerberos without mutual authentication, 2 with it, 3 as NTLM. */
  readonly legs: number;
  /** Whether its contexts sign. Default: yes. */
  readonly hasIntegrity?: boolean;
  /** What a side answers instead of its token, from the leg that is named on. */
  readonly fails?: { readonly role: ContextRole; readonly leg: number; readonly answer: number | StepAnswer };
  /** Answers come as promises. */
  readonly isSlow?: boolean;
  /** What the package is told of its contexts. */
  readonly told?: string[];
  readonly acquires?: number;
  readonly onlyAccepts?: boolean;
  readonly messageErrorsAreFatal?: boolean;
}

/** A mechanism whose tokens are its name, a colon, and their number. Its signatures are keyed by its name and numbered. */
export function pingPong(
  name: string,
  oids: readonly string[],
  options: PingPongOptions,
): NegotiateMechanism & { readonly package: SecurityPackage } {
  const { acquires, onlyAccepts = false, messageErrorsAreFatal = false } = options;
  return {
    package: {
      info: {
        name,
        comment: "A test mechanism",
        capabilities: SECPKG_FLAG_CONNECTION | SECPKG_FLAG_INTEGRITY,
        version: 1,
        rpcId: 0x7000,
        maxToken: 100,
      },
      maximumInputToken: 100,
      messageErrorsAreFatal,
      acquireCredentials({ authData }) {
        options.told?.push(`${name} acquires with ${JSON.stringify(authData)}`);
        if (acquires !== undefined) return acquires;
        if (authData === "none") return SEC_E_NO_CREDENTIALS;
        const accept = () => context(name, "accept", options);
        const free = () => void options.told?.push(`${name} frees`);
        return onlyAccepts
          ? { accept, free }
          : { initiate: () => context(name, "initiate", options), accept, free };
      },
      importContext: (state, role) => ({
        ...context(name, role, options),
        ...protection(name, role, { sent: state[0] ?? 0, received: state[1] ?? 0 }),
      }),
    },
    oids,
    recognizes: (token) => words.decode(token).startsWith(`${name}:`),
  };
}

function context(name: string, role: ContextRole, options: PingPongOptions): PackageContext {
  const { legs, hasIntegrity = true, fails, isSlow = false, told } = options;
  let leg = role === "initiate" ? -1 : 0; // the number of the token that came last
  const integrity = role === "initiate" ? ISC_RET_INTEGRITY : ASC_RET_INTEGRITY;
  const attributes = hasIntegrity ? integrity : 0;
  const advance = ({ token }: ContextStep): number | StepAnswer => {
    leg = Math.max(leg + (role === "initiate" && leg === -1 ? 1 : leg === 0 && role === "accept" ? 1 : 2), 0);
    const expected = leg === 0 ? "" : `${name}:${leg}`;
    if (words.decode(token) !== expected) return SEC_E_INVALID_TOKEN;
    if (fails?.role === role && leg + 1 >= fails.leg) return fails.answer;
    const done = { status: SEC_E_OK, attributes, expiry: Date.UTC(2030, 0, 1) };
    if (leg === legs) return done;
    const answer = text.encode(`${name}:${leg + 1}`);
    return leg + 1 === legs
      ? { ...done, token: answer }
      : { status: SEC_I_CONTINUE_NEEDED, token: answer, attributes };
  };
  return {
    step(step) {
      told?.push(`${name} ${role} ${words.decode(step.token)} ${step.contextReq.toString(16)}`);
      return isSlow ? Promise.resolve().then(() => advance(step)) : advance(step);
    },
    ...(hasIntegrity ? protection(name, role, { sent: 0, received: 0 }) : {}),
    mechanismListSigned: (direction) => void told?.push(`${name} ${role} list ${direction}`),
    query: (attribute) => (attribute === SECPKG_ATTR_NAMES ? { userName: `${name}\\alice` } : undefined),
    identity: () => ({ name: `${name}\\alice` }),
    delete: () => void told?.push(`${name} ${role} deleted`),
  };
}

function protection(
  name: string,
  role: ContextRole,
  counters: { sent: number; received: number },
): Pick<PackageContext, "sizes" | "sign" | "verify" | "seal" | "unseal" | "export"> {
  const peer = role === "initiate" ? "accept" : "initiate";
  const signature = (sender: ContextRole, number: number, { covered }: PackageMessage): Uint8Array =>
    hmacMd5(
      text.encode(`${name} ${sender} ${number}`),
      Uint8Array.from(covered.flatMap((part) => [...part])),
    );
  const sign = (message: PackageMessage): number => {
    message.token.set(signature(role, counters.sent++, message));
    message.tokenSize = 16;
    return SEC_E_OK;
  };
  const verify = (message: PackageMessage): number =>
    constantTimeEqual(message.token, signature(peer, counters.received++, message))
      ? SEC_E_OK
      : SEC_E_MESSAGE_ALTERED;
  return {
    sizes: { maxToken: 100, maxSignature: 16, blockSize: 1, securityTrailer: 16 },
    sign,
    verify,
    seal: sign,
    unseal: verify,
    export: () => Uint8Array.of(counters.sent, counters.received),
  };
}
