import { createHash, randomBytes } from "node:crypto";
import { authenticatorResponse, challengeHash, challengeResponse, mppeKeys, ntHash } from "@sallyport/crypto";
import {
  type Answer,
  hideSaltEncrypted,
  joinVendorSpecific,
  type RawAttribute,
  type ReceivedRequest,
} from "@sallyport/radius";
import { account, type EapMethod, secret } from "../src/cases.ts";

/** What the authenticator does otherwise than it should. */
export type Mischief =
  | "wrong proof"
  | "no proof"
  | "no keys"
  | "wrong key"
  | "no EAP-Success"
  | "EAP-Success of another"
  | "no State"
  | "no EAP-Request"
  | "challenge after challenge"
  | "the method that was refused";

const types: Readonly<Record<EapMethod, number>> = { md5: 4, mschapv2: 26 };
const accept = 2;
const reject = 3;
const challenge = 11;
const userName = 1;
const stateType = 24;
const vendorSpecific = 26;
const eapMessage = 79;

interface Login {
  method: EapMethod;
  identifier: number;
  readonly challenge: Buffer;
  response: Uint8Array | undefined;
}

/** An EAP server of the test's own: it verifies what the generator sends, and misbehaves where it is told to. */
export class EapAuthenticator {
  /** Finished logins, by their method. */
  readonly accepted: EapMethod[] = [];
  /** User names and types of the responses, in order. */
  readonly seen: string[] = [];
  readonly #offers: EapMethod;
  readonly #mischief: Mischief | undefined;
  readonly #limit: number;
  /** By State, the oldest first. */
  readonly #logins = new Map<string, Login>();

  constructor(options: { offers: EapMethod; mischief?: Mischief; limit?: number }) {
    this.#offers = options.offers;
    this.#mischief = options.mischief;
    this.#limit = options.limit ?? 1_000;
  }

  readonly handle = (request: ReceivedRequest): Answer => {
    const { packet } = request;
    const eap = Buffer.from(packet.first(eapMessage) ?? []);
    const user = Buffer.from(packet.first(userName) ?? []).toString();
    this.seen.push(`${user} ${eap[4]}`);
    if (eap[0] !== 2 || eap.readUInt16BE(2) !== eap.length) return this.#refuse(eap);
    const state = packet.first(stateType);
    if (state === undefined) {
      if (eap[4] !== 1 || eap.toString("utf8", 5) !== user) return this.#refuse(eap);
      const login = { method: this.#offers, identifier: (eap[1] ?? 0) + 1, challenge: randomBytes(16) };
      return this.#offer({ ...login, response: undefined });
    }
    const key = Buffer.from(state).toString("hex");
    const login = this.#logins.get(key);
    this.#logins.delete(key);
    if (login === undefined || eap[1] !== (login.identifier & 255)) return this.#refuse(eap);
    if (eap[4] === 3) {
      const wanted = (["md5", "mschapv2"] as const).find((method) => types[method] === eap[5]);
      if (wanted === undefined) return this.#refuse(eap);
      if (this.#mischief !== "the method that was refused") login.method = wanted;
      login.identifier++;
      return this.#offer(login);
    }
    if (this.#mischief === "challenge after challenge") {
      login.identifier++;
      return this.#offer(login);
    }
    return login.method === "md5" ? this.#md5(login, eap) : this.#msChap2(login, eap, request);
  };

  #offer(login: Login): Answer {
    const data =
      login.method === "md5"
        ? [Buffer.of(16), login.challenge, Buffer.from("test")]
        : [Buffer.of(1, login.identifier, 0, 25, 16), login.challenge, Buffer.from("test")];
    return this.#request(login, Buffer.concat(data));
  }

  #md5(login: Login, eap: Buffer): Answer {
    const expected = createHash("md5")
      .update(Buffer.of(login.identifier))
      .update(account.password)
      .update(login.challenge)
      .digest();
    return eap.subarray(6, 22).equals(expected) && eap[5] === 16
      ? this.#accept(login, [])
      : this.#refuse(eap);
  }

  #msChap2(login: Login, eap: Buffer, request: ReceivedRequest): Answer {
    const hash = ntHash(account.password);
    if (login.response !== undefined)
      return eap[5] === 3 ? this.#accept(login, this.#keys(login.response, request)) : this.#refuse(eap);
    const peerChallenge = eap.subarray(10, 26);
    const eight = challengeHash(peerChallenge, login.challenge, eap.toString("utf8", 59));
    const response = eap.subarray(34, 58);
    const right = response.equals(challengeResponse(eight, hash)) && eap.readUInt16BE(7) === eap.length - 5;
    if (!right || eap[5] !== 2 || eap[9] !== 49) return this.#refuse(eap);
    login.response = Uint8Array.from(response);
    if (this.#mischief === "no proof") return this.#accept(login, this.#keys(response, request));
    const proof = authenticatorResponse(hash, response, eight);
    const said =
      this.#mischief === "wrong proof" ? proof.replace(/.$/, (digit) => (digit === "0" ? "1" : "0")) : proof;
    const text = Buffer.from(`${said} M=welcome`);
    login.identifier++;
    return this.#request(login, Buffer.concat([Buffer.of(3, 0, 0, 4 + text.length), text]));
  }

  #keys(response: Uint8Array, { packet }: ReceivedRequest): RawAttribute[] {
    if (this.#mischief === "no keys") return [];
    const { send, receive } = mppeKeys(ntHash(account.password), response);
    if (this.#mischief === "wrong key") receive[15] = (receive[15] ?? 0) ^ 1;
    return [[16, send] as const, [17, receive] as const].map(([type, key]) => {
      const options = {
        secret: Buffer.from(secret),
        requestAuthenticator: packet.authenticator,
        salt: Uint8Array.of(0x80, type),
      };
      return { type: vendorSpecific, value: joinVendorSpecific(311, type, hideSaltEncrypted(key, options)) };
    });
  }

  #request(login: Login, data: Uint8Array): Answer {
    const state = randomBytes(16);
    this.#logins.set(state.toString("hex"), login);
    for (const oldest of this.#logins.keys()) {
      if (this.#logins.size <= this.#limit) break;
      this.#logins.delete(oldest);
    }
    const length = 5 + data.length;
    const header = Buffer.of(1, login.identifier, 0, length, types[login.method]);
    return {
      code: challenge,
      attributes: [
        ...(this.#mischief === "no EAP-Request"
          ? []
          : [{ type: eapMessage, value: Buffer.concat([header, data]) }]),
        ...(this.#mischief === "no State" ? [] : [{ type: stateType, value: state }]),
      ],
    };
  }

  #accept({ method, identifier }: Login, keys: readonly RawAttribute[]): Answer {
    this.accepted.push(method);
    const of = this.#mischief === "EAP-Success of another" ? identifier + 7 : identifier;
    const success = { type: eapMessage, value: Buffer.of(3, of, 0, 4) };
    return { code: accept, attributes: this.#mischief === "no EAP-Success" ? keys : [success, ...keys] };
  }

  #refuse(eap: Buffer): Answer {
    return { code: reject, attributes: [{ type: eapMessage, value: Buffer.of(4, eap[1] ?? 0, 0, 4) }] };
  }
}
