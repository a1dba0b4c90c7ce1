import { repAuthorization } from "../../contract/constants.ts";
import { extensionChain } from "../extension-chain.ts";
import type { Stage } from "../stage.ts";

/** Offers the request to the authorization extensions (AuthorizationDLLs) in list order (NPS-40 to NPS-46). */
export const authorizationExtensions: Stage = (request, context) =>
  extensionChain({ point: repAuthorization, stage: "Authorization extensions" }, request, context);
