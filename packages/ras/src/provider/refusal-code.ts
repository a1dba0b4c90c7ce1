import { msChapErrorCode, type Refusal } from "@sallyport/accounts";

/** The RAS error of a refusal. All that must not be told apart is 691. */
export function refusalCode({ reason }: Refusal): number {
  return msChapErrorCode(reason);
}
