import type { SignedOnUser } from "./signed-on-user.ts";

/**
 * A connection of a client, as `node:net` and `node:tls` have it: `request.socket`. The functions that are left out here and
 * there belong to TLS.
 */
export interface SignOnConnection {
  readonly remoteAddress?: string | undefined;
  readonly encrypted?: boolean;
  once(event: "close", listener: () => void): unknown;
  getCertificate?(): object | null;
  getProtocol?(): string | null;
  getFinished?(): Uint8Array | undefined;
  getPeerFinished?(): Uint8Array | undefined;
  isSessionReused?(): boolean;
  exportKeyingMaterial?(length: number, label: string, context: Uint8Array): Uint8Array;
}

/** A request, as far as the sign-on looks at it. */
export interface SignOnRequest {
  /** The connection itself: authentication is bound to this object. */
  readonly connection: SignOnConnection;
  /** 1, or 2 for HTTP/2. */
  readonly httpVersionMajor: number;
  /** A header by its name in lower case; several lines joined as HTTP does it. */
  header(name: string): string | undefined;
}

/** What becomes of a request. */
export type SignOnOutcome =
  | {
      readonly kind: "admitted";
      readonly user: SignedOnUser;
      /** For the answer, whatever the handler makes of it: the last token of a handshake, the session cookie. */
      readonly headers: readonly SignOnHeader[];
    }
  | {
      readonly kind: "answered";
      readonly status: number;
      /** The same name may stand there twice. */
      readonly headers: readonly SignOnHeader[];
      readonly body: string;
      /** Whether the handshake goes on, over this connection and no other: it must be kept. */
      readonly goesOn: boolean;
    }
  /** End the stream with HTTP_1_1_REQUIRED (RFC 9113 section 7): the client comes again over HTTP/1.1. */
  | { readonly kind: "http-1.1-required" };

/** A header's name, in lower case, and its value. */
export type SignOnHeader = readonly [name: string, value: string];
