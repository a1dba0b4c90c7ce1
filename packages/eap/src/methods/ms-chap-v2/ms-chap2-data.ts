import { MethodPacketError } from "../method-packet-error.ts";

/** Operations (draft-kamath-pppext-eap-mschapv2-02 section 2). */
const opChallenge = 1;
const opResponse = 2;
const opSuccess = 3;
const opFailure = 4;
const opChangePassword = 7;

/** What an authenticator sends. Byte arrays view the bytes they were read from. */
export type MsChap2Request =
  /** `challenge` has 16 octets; `name` is the authenticator's. */
  | {
      readonly op: "challenge";
      readonly identifier: number;
      readonly challenge: Uint8Array;
      readonly name: Uint8Array;
    }
  /** The message of RFC 2759 section 5 or 6, see `ms-chap2-message`. */
  | { readonly op: "success" | "failure"; readonly identifier: number; readonly message: Uint8Array };

/** What a peer sends. Byte arrays view the bytes they were read from. */
export type MsChap2Response =
  | ({ readonly op: "response"; readonly name: Uint8Array } & MsChap2Proof)
  | ({
      readonly op: "change-password";
      /** 516 octets (RFC 2759 section 7). */
      readonly encryptedPassword: Uint8Array;
      /** 16 octets. */
      readonly encryptedHash: Uint8Array;
    } & MsChap2Proof)
  /** Acknowledges the Success or the Failure: nothing but the operation. */
  | { readonly op: "success" }
  | { readonly op: "failure" };

interface MsChap2Proof {
  readonly identifier: number;
  /** 16 octets. */
  readonly peerChallenge: Uint8Array;
  /** 24 octets. */
  readonly ntResponse: Uint8Array;
}

/** OpCode, MS-CHAPv2-ID, and MS-Length, which counts from the OpCode. */
const headerSize = 4;
const challengeSize = 16;
/** Peer-Challenge (16), Reserved (8), NT-Response (24), Flags (1). */
const responseSize = 49;
/** Encrypted-Password (516), Encrypted-Hash (16), Peer-Challenge (16), Reserved (8), NT-Response (24), Flags (2). */
const changePasswordSize = 582;

/**
 * Reads what follows the type in a request of EAP-MSCHAPv2.
 *
 * @throws {MethodPacketError} `truncated`, `bad-length` or `unknown-op-code`
 */
export function decodeMsChap2Request(typeData: Uint8Array): MsChap2Request {
  const opCode = typeData[0];
  if (opCode === undefined) throw new MethodPacketError("truncated", 0);
  if (opCode !== opChallenge && opCode !== opSuccess && opCode !== opFailure) {
    throw new MethodPacketError("unknown-op-code", 0);
  }
  const identifier = decodeHeader(typeData);
  if (opCode !== opChallenge) {
    return {
      op: opCode === opSuccess ? "success" : "failure",
      identifier,
      message: typeData.subarray(headerSize),
    };
  }
  checkValueSize(typeData, challengeSize);
  const nameAt = headerSize + 1 + challengeSize;
  return {
    op: "challenge",
    identifier,
    challenge: typeData.subarray(headerSize + 1, nameAt),
    name: typeData.subarray(nameAt),
  };
}

/**
 * Reads what follows the type in a response of EAP-MSCHAPv2. Octets after the operation of an acknowledgement are
 * ignored: some peers send the whole header.
 *
 * @throws {MethodPacketError} `truncated`, `bad-length` or `unknown-op-code`
 */
export function decodeMsChap2Response(typeData: Uint8Array): MsChap2Response {
  const opCode = typeData[0];
  if (opCode === undefined) throw new MethodPacketError("truncated", 0);
  if (opCode === opSuccess) return { op: "success" };
  if (opCode === opFailure) return { op: "failure" };
  if (opCode !== opResponse && opCode !== opChangePassword) throw new MethodPacketError("unknown-op-code", 0);
  const identifier = decodeHeader(typeData);
  if (opCode === opResponse) {
    checkValueSize(typeData, responseSize);
    const at = headerSize + 1;
    return {
      op: "response",
      identifier,
      peerChallenge: typeData.subarray(at, at + 16),
      ntResponse: typeData.subarray(at + 24, at + 48),
      name: typeData.subarray(at + responseSize),
    };
  }
  if (typeData.length !== headerSize + changePasswordSize) throw new MethodPacketError("bad-length", 2);
  const at = headerSize;
  return {
    op: "change-password",
    identifier,
    encryptedPassword: typeData.subarray(at, at + 516),
    encryptedHash: typeData.subarray(at + 516, at + 532),
    peerChallenge: typeData.subarray(at + 532, at + 548),
    ntResponse: typeData.subarray(at + 556, at + 580),
  };
}

function decodeHeader(typeData: Uint8Array): number {
  if (typeData.length < headerSize) throw new MethodPacketError("truncated", typeData.length);
  const length = ((typeData[2] as number) << 8) | (typeData[3] as number);
  if (length !== typeData.length) throw new MethodPacketError("bad-length", 2);
  return typeData[1] as number;
}

function checkValueSize(typeData: Uint8Array, size: number): void {
  if (typeData.length < headerSize + 1 + size) throw new MethodPacketError("truncated", typeData.length);
  if (typeData[headerSize] !== size) throw new MethodPacketError("bad-length", headerSize);
}

/**
 * Writes what {@link decodeMsChap2Request} reads, at the beginning of `target`.
 *
 * @returns the number of octets written
 * @throws {RangeError} when a field has not its length, or `target` is too short
 */
export function encodeMsChap2Request(target: Uint8Array, request: MsChap2Request): number {
  if (request.op !== "challenge") {
    const opCode = request.op === "success" ? opSuccess : opFailure;
    const length = writeHeader(target, opCode, request.identifier, request.message.length);
    target.set(request.message, headerSize);
    return length;
  }
  const { challenge, name } = request;
  const length = writeHeader(target, opChallenge, request.identifier, 1 + challengeSize + name.length);
  target[headerSize] = challengeSize;
  put(target, headerSize + 1, challenge, challengeSize);
  target.set(name, headerSize + 1 + challengeSize);
  return length;
}

/** Writes what {@link decodeMsChap2Response} reads; as {@link encodeMsChap2Request}. */
export function encodeMsChap2Response(target: Uint8Array, response: MsChap2Response): number {
  switch (response.op) {
    case "success":
    case "failure":
      if (target.length < 1) throw new RangeError("target must have 1 octet, not 0");
      target[0] = response.op === "success" ? opSuccess : opFailure;
      return 1;
    case "response": {
      const { identifier, name } = response;
      const length = writeHeader(target, opResponse, identifier, 1 + responseSize + name.length);
      const at = headerSize + 1;
      target[headerSize] = responseSize;
      put(target, at, response.peerChallenge, 16);
      target.fill(0, at + 16, at + 24);
      put(target, at + 24, response.ntResponse, 24);
      target[at + 48] = 0;
      target.set(name, at + responseSize);
      return length;
    }
    case "change-password": {
      const length = writeHeader(target, opChangePassword, response.identifier, changePasswordSize);
      const at = headerSize;
      put(target, at, response.encryptedPassword, 516);
      put(target, at + 516, response.encryptedHash, 16);
      put(target, at + 532, response.peerChallenge, 16);
      target.fill(0, at + 548, at + 556);
      put(target, at + 556, response.ntResponse, 24);
      target.fill(0, at + 580, at + 582);
      return length;
    }
  }
}

function writeHeader(target: Uint8Array, opCode: number, identifier: number, dataLength: number): number {
  const length = headerSize + dataLength;
  if (length > target.length) throw new RangeError(`target must have ${length} octets, not ${target.length}`);
  target[0] = opCode;
  target[1] = identifier;
  target[2] = length >> 8;
  target[3] = length;
  return length;
}

function put(target: Uint8Array, at: number, field: Uint8Array, size: number): void {
  if (field.length !== size) throw new RangeError(`a field must have ${size} octets, not ${field.length}`);
  target.set(field, at);
}
