import type { TlsCertificate } from "../certificate.ts";
import type { TlsConnection, TlsProtocol } from "../connection.ts";
import { ParsedCertificate } from "./parsed-certificate.ts";

/** What is known of a connection, as plain data that pass between threads. */
export interface PlainConnection {
  readonly protocol: TlsProtocol;
  readonly cipher: string;
  readonly resumed: boolean;
  readonly certificates: readonly Uint8Array<ArrayBuffer>[];
  readonly authorized: boolean;
  readonly authorizationError: string | undefined;
  readonly serverName: string | undefined;
  readonly clientRandom: Uint8Array<ArrayBuffer> | undefined;
  readonly serverRandom: Uint8Array<ArrayBuffer> | undefined;
  readonly keyingMaterial: readonly (readonly [name: string, octets: Uint8Array<ArrayBuffer>])[];
  /** As a server: under which keys of the store this session will be found again, or was found. */
  readonly storeKeys: readonly string[];
}

/** A connection as callers see it. What is secret in it shows nowhere but through its methods. */
export class EstablishedConnection implements TlsConnection {
  readonly protocol: TlsProtocol;
  readonly cipher: string;
  readonly resumed: boolean;
  readonly peerCertificates: readonly TlsCertificate[];
  readonly authorized: boolean;
  readonly authorizationError: string | undefined;
  readonly serverName: string | undefined;
  readonly clientRandom: Uint8Array<ArrayBuffer> | undefined;
  readonly serverRandom: Uint8Array<ArrayBuffer> | undefined;
  readonly #remembered: Uint8Array<ArrayBuffer> | undefined;
  readonly #keyingMaterial: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

  constructor(plain: PlainConnection, remembered: Uint8Array | undefined) {
    this.protocol = plain.protocol;
    this.cipher = plain.cipher;
    this.resumed = plain.resumed;
    this.peerCertificates = plain.certificates.map((der) => new ParsedCertificate(der));
    this.authorized = plain.authorized;
    this.authorizationError = plain.authorizationError;
    this.serverName = plain.serverName;
    this.clientRandom = plain.clientRandom;
    this.serverRandom = plain.serverRandom;
    this.#remembered = remembered === undefined ? undefined : new Uint8Array(remembered);
    this.#keyingMaterial = new Map(plain.keyingMaterial);
  }

  get remembered(): Uint8Array<ArrayBuffer> | undefined {
    return this.#remembered?.slice();
  }

  keyingMaterial(name: string): Uint8Array<ArrayBuffer> | undefined {
    return this.#keyingMaterial.get(name)?.slice();
  }
}
