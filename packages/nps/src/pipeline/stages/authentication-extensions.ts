import { repAuthentication } from "../../contract/constants.ts";
import { extensionChain } from "../extension-chain.ts";
import type { Stage } from "../stage.ts";

/** Offers the request to the authentication extensions (ExtensionDLLs) in list order (NPS-16 to NPS-31). */
export const authenticationExtensions: Stage = (request, context) =>
  extensionChain({ point: repAuthentication, stage: "Authentication extensions" }, request, context);
