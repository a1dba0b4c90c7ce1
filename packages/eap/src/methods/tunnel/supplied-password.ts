import type { PppEapBeginInput } from "../../contract/ppp-eap.ts";

/**
 * The password that a module of the server brought for the user inside of a tunnel (NPS-66). The module has seen the name
 * outside: a password that it brought for one user must not open the account of another, whom the peer names inside.
 */
export function suppliedPasswordFor(input: PppEapBeginInput, identity: string): Uint8Array | undefined {
  return identity === input.identity ? input.suppliedPassword?.() : undefined;
}
