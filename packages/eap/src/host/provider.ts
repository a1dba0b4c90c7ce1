import type { RasAuthAttribute } from "../contract/auth-attribute.ts";

/** Who verifies credentials for methods that ask for it with `EAPACTION_Authenticate` (EAP-50): Windows or RADIUS there. */
export interface EapProvider {
  /** Verifies a clear password or an MD5-challenge answer (EAP-53). */
  authenticate(request: EapProviderRequest): EapProviderResult | PromiseLike<EapProviderResult>;
  /** Takes the user as authentic and tells what the user may do (EAP-52). */
  authorize(request: EapProviderRequest): EapProviderResult | PromiseLike<EapProviderResult>;
}

/** What a provider is asked. */
export interface EapProviderRequest {
  /** The identity that the method was begun with. */
  readonly identity: string;
  /** What the method gave; never what stands in `sessionAttributes` already (EAP-54). */
  readonly attributes: readonly RasAuthAttribute[];
  /** What the host knows of the session. */
  readonly sessionAttributes: readonly RasAuthAttribute[];
}

/** What a provider found. */
export interface EapProviderResult {
  /** 0 is success; otherwise a status code: 691, 647 ... */
  readonly result: number;
  /** Authorizations, for example Filter-Id and Session-Timeout. */
  readonly attributes: readonly RasAuthAttribute[];
}
