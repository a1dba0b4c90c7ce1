/**
 * A stream between two processes that nobody between them can read or change: a handshake by Negotiate, then every message
 * sealed. It runs over whatever carries bytes: a socket, a pipe, the standard streams of a child.
 */
import type { AccountSource } from "@sallyport/accounts";
import {
  acceptSecurityContext,
  acquireCredentials,
  createSspiProvider,
  initializeSecurityContext,
  negotiatePackage,
  ntlmMechanism,
  ntlmPackage,
  type SecurityContext,
} from "@sallyport/sspi";
import { frameOf, framesOf } from "./frames.ts";

/** What carries the bytes: a socket, or a readable and a writable stream of Node together. */
export interface Carrier {
  readonly readable: AsyncIterable<Uint8Array>;
  readonly writable: { write(bytes: Uint8Array): unknown; end(): unknown };
}

/** The pipe, seen from one end. */
export interface SealedPipe {
  /** Who is at the other end, as the server knows it; undefined for the client. */
  readonly peer: string | undefined;
  /** Seals a message of at most 64 KiB, and sends it. */
  send(message: Uint8Array): void;
  /** Messages as they come. Ends when the other end says so, and throws when the stream just stops. */
  messages(): AsyncGenerator<Uint8Array, void>;
  /** Says that nothing more comes. */
  end(): void;
  /** Deletes the keys. */
  close(): Promise<void>;
}

const required = { require: ["confidentiality", "integrity", "sequenceDetection"] } as const;

/** The end that has accounts, and finds out who is at the other one. */
export async function acceptPipe(
  carrier: Carrier,
  accounts: AccountSource,
  domain: string,
): Promise<SealedPipe> {
  const ntlm = ntlmPackage({ accounts, server: { domain } });
  const provider = createSspiProvider({
    packages: [negotiatePackage({ mechanisms: [ntlmMechanism(ntlm)] })],
  });
  const credentials = await acquireCredentials({ provider, package: "Negotiate", use: "inbound" });
  return open(carrier, acceptSecurityContext(credentials, required), () => provider.shutdown());
}

/** The end that has a name and a password. */
export async function initiatePipe(carrier: Carrier, user: string, password: string): Promise<SealedPipe> {
  const mechanisms = [ntlmMechanism(ntlmPackage())];
  const provider = createSspiProvider({ packages: [negotiatePackage({ mechanisms })] });
  const authData = { user, password };
  const credentials = await acquireCredentials({ provider, package: "Negotiate", use: "outbound", authData });
  return open(carrier, initializeSecurityContext(credentials, required), () => provider.shutdown());
}

/** What the first byte of a message says. */
const more = 0;
const last = 1;

async function open(
  carrier: Carrier,
  context: SecurityContext,
  close: () => Promise<void>,
): Promise<SealedPipe> {
  const { readable, writable } = carrier;
  const frames = framesOf(readable);
  try {
    await shakeHands(context, frames, writable);
  } catch (error) {
    writable.end();
    await close();
    throw error;
  }
  const seal = (mark: number, message: Uint8Array): void => {
    const marked = new Uint8Array(1 + message.length);
    marked[0] = mark;
    marked.set(message, 1);
    writable.write(frameOf(context.wrap(marked)));
  };
  return {
    peer: context.role === "accept" ? context.identity()?.name : undefined,
    send: (message) => seal(more, message),
    async *messages() {
      for await (const frame of frames) {
        const { data, encrypted } = context.unwrap(frame); // throws what was changed, repeated or left out
        if (!encrypted) throw new Error("a message came in clear");
        if (data[0] === last) return;
        yield data.subarray(1);
      }
      throw new Error("the stream stopped before its end");
    },
    end() {
      seal(last, new Uint8Array(0));
      writable.end();
    },
    close,
  };
}

/** Tokens go to and fro, the client's first, until this end has what it needs; whatever was written for the peer is sent. */
async function shakeHands(
  context: SecurityContext,
  frames: AsyncGenerator<Uint8Array, void>,
  writable: Carrier["writable"],
): Promise<void> {
  let token: Uint8Array | undefined;
  while (!context.established) {
    if (context.role === "accept" || token !== undefined) {
      const { value, done } = await frames.next();
      if (done) throw new Error("the other end broke off the handshake");
      token = value;
    }
    const result = await context.step(token);
    token ??= new Uint8Array(0);
    if (result.token.length > 0) writable.write(frameOf(result.token));
  }
}
