import { constantTimeEqual, hmacMd5, rc4 } from "@sallyport/crypto";
import {
  ASC_RET_CONFIDENTIALITY,
  ASC_RET_INTEGRITY,
  ASC_RET_MUTUAL_AUTH,
  ASC_RET_SEQUENCE_DETECT,
  ISC_RET_CONFIDENTIALITY,
  ISC_RET_INTEGRITY,
  ISC_RET_MUTUAL_AUTH,
  ISC_RET_SEQUENCE_DETECT,
  type PackageContext,
  type PackageMessage,
  SEC_E_INVALID_TOKEN,
  SEC_E_LOGON_DENIED,
  SEC_E_MESSAGE_ALTERED,
  SEC_E_NO_CREDENTIALS,
  SEC_E_OK,
  SEC_E_OUT_OF_SEQUENCE,
  SEC_E_UNKNOWN_CREDENTIALS,
  SEC_I_CONTINUE_NEEDED,
  SECPKG_ATTR_NAMES,
  SECPKG_FLAG_CONNECTION,
  SECQOP_WRAP_NO_ENCRYPT,
  type SecurityPackage,
  type StepAnswer,
} from "../src/index.ts";

const text = new TextEncoder();
const acceptAll = ASC_RET_CONFIDENTIALITY | ASC_RET_INTEGRITY | ASC_RET_MUTUAL_AUTH | ASC_RET_SEQUENCE_DETECT;
const initiateAll =
  ISC_RET_CONFIDENTIALITY | ISC_RET_INTEGRITY | ISC_RET_MUTUAL_AUTH | ISC_RET_SEQUENCE_DETECT;

/**
 * A complete protocol of three legs, for tests: hello, challenge, proof; then the server answers with a proof of its own.
 * Messages are sealed with RC4 and signed with HMAC-MD5, numbered in each direction.
 */
export function threefold(options: { readonly attributes?: number } = {}): SecurityPackage {
  return {
    info: {
      name: "Threefold",
      comment: "A test protocol",
      capabilities: SECPKG_FLAG_CONNECTION,
      version: 1,
      rpcId: 0x7f00,
      maxToken: 64,
    },
    aliases: ["3fold"],
    maximumInputToken: 64,
    maximumSizes: { maxToken: 64, maxSignature: 16, blockSize: 1, securityTrailer: 16 },
    acquireCredentials({ authData, principal }) {
      if (authData === null) return SEC_E_NO_CREDENTIALS;
      if (typeof authData !== "string") return SEC_E_UNKNOWN_CREDENTIALS;
      const secret = text.encode(authData);
      const name = principal ?? "alice";
      return {
        initiate: () => initiator(secret, name, options.attributes ?? initiateAll),
        accept: () => acceptor(secret, options.attributes ?? acceptAll),
        query: (attribute) => (attribute === SECPKG_ATTR_NAMES ? { userName: name } : undefined),
        free: () => secret.fill(0),
      };
    },
    importContext: (state, role) => {
      const [sent = 0, received = 0] = state;
      return protection(state.slice(2), role === "initiate" ? 0 : 1, { sent, received });
    },
  };
}

function initiator(secret: Uint8Array, name: string, attributes: number): PackageContext {
  let key: Uint8Array = new Uint8Array(0);
  const context: PackageContext = {
    step({ token }): StepAnswer {
      if (token.length === 0)
        return { status: SEC_I_CONTINUE_NEEDED, token: text.encode(`hello ${name}`), attributes };
      if (token.length === 8) {
        key = hmacMd5(secret, token);
        Object.assign(context, protection(key, 0, { sent: 0, received: 0 }), { step: context.step });
        return { status: SEC_I_CONTINUE_NEEDED, token: hmacMd5(key, text.encode("client")), attributes };
      }
      const isRight = constantTimeEqual(token, hmacMd5(key, text.encode("server")));
      return isRight ? { status: SEC_E_OK, attributes } : { status: SEC_E_LOGON_DENIED };
    },
  };
  return context;
}

function acceptor(secret: Uint8Array, attributes: number): PackageContext {
  let challenge: Uint8Array | undefined;
  let name = "";
  const context: PackageContext = {
    step({ token, random }): StepAnswer {
      if (challenge === undefined) {
        const hello = new TextDecoder().decode(token);
        if (!hello.startsWith("hello ")) return { status: SEC_E_INVALID_TOKEN };
        name = hello.slice(6);
        challenge = random(8);
        return { status: SEC_I_CONTINUE_NEEDED, token: challenge, attributes };
      }
      const key = hmacMd5(secret, challenge);
      if (!constantTimeEqual(token, hmacMd5(key, text.encode("client"))))
        return { status: SEC_E_LOGON_DENIED };
      Object.assign(context, protection(key, 1, { sent: 0, received: 0 }), { step: context.step });
      return { status: SEC_E_OK, token: hmacMd5(key, text.encode("server")), attributes };
    },
    identity: () => ({ name, groups: ["staff"] }),
  };
  return context;
}

interface Counters {
  sent: number;
  received: number;
}

function protection(key: Uint8Array, side: 0 | 1, counters: Counters): PackageContext {
  const keyOf = (direction: number, sequence: number): Uint8Array =>
    hmacMd5(key, Uint8Array.of(direction, sequence));
  const signature = (direction: number, sequence: number, covered: readonly Uint8Array[]): Uint8Array => {
    const whole = Uint8Array.from(covered.flatMap((part) => [...part]));
    const mac = hmacMd5(keyOf(direction, sequence), whole);
    mac[15] = sequence;
    return mac;
  };
  const crypt = (direction: number, sequence: number, { data }: PackageMessage): void => {
    const length = data.reduce((sum, part) => sum + part.length, 0);
    const stream = rc4(keyOf(direction, sequence), new Uint8Array(length));
    let at = 0;
    for (const part of data) {
      for (let index = 0; index < part.length; index += 1)
        part[index] = (part[index] ?? 0) ^ (stream[at++] ?? 0);
    }
  };
  const expected = (found: Uint8Array, wanted: Uint8Array): number => {
    if (found[15] !== wanted[15]) return SEC_E_OUT_OF_SEQUENCE;
    return constantTimeEqual(found, wanted) ? SEC_E_OK : SEC_E_MESSAGE_ALTERED;
  };
  return {
    step: () => SEC_E_INVALID_TOKEN,
    sizes: { maxToken: 64, maxSignature: 16, blockSize: 1, securityTrailer: 16 },
    query: (attribute) => (attribute === SECPKG_ATTR_NAMES ? { userName: "alice" } : undefined),
    seal(message) {
      const sequence = counters.sent++;
      message.token.set(signature(side, sequence, message.covered));
      message.tokenSize = 16;
      if (message.quality === 0) crypt(side, sequence, message);
      else message.token[14] = 1;
      return SEC_E_OK;
    },
    unseal(message) {
      const sequence = counters.received;
      if (message.stream !== undefined) {
        const body = message.stream.subarray(16);
        const whole = {
          ...message,
          token: message.stream.subarray(0, 16),
          data: [body],
          covered: [body],
          stream: undefined,
        };
        const status = this.unseal?.(whole) ?? SEC_E_OK;
        message.plaintext = body;
        message.quality = whole.quality;
        return status;
      }
      const isPlain = message.token[14] === 1;
      if (!isPlain) crypt(1 - side, sequence, message);
      else message.quality = SECQOP_WRAP_NO_ENCRYPT;
      const wanted = signature(1 - side, sequence, message.covered);
      if (isPlain) wanted[14] = 1;
      const status = expected(message.token, wanted);
      if (status === SEC_E_OK) counters.received += 1;
      return status;
    },
    sign(message) {
      message.token.set(signature(side, counters.sent++, message.covered));
      message.tokenSize = 16;
      return SEC_E_OK;
    },
    verify(message) {
      const status = expected(message.token, signature(1 - side, counters.received, message.covered));
      if (status === SEC_E_OK) counters.received += 1;
      return status;
    },
    export: ({ resetSequence }) =>
      Uint8Array.of(resetSequence ? 0 : counters.sent, resetSequence ? 0 : counters.received, ...key),
    delete: () => key.fill(0),
  };
}
