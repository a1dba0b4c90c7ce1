import type { EapMethodRegistration } from "@sallyport/eap";
import type { TunnelName } from "../eap-methods.ts";
export function tunnelMethod(_name: TunnelName, _needs: unknown): EapMethodRegistration {
  throw new Error("later");
}
