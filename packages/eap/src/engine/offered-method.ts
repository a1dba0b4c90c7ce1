import type { EapType } from "../wire/eap-type.ts";

/** A method that an engine may begin. */
export interface OfferedMethod {
  readonly type: EapType;
}
