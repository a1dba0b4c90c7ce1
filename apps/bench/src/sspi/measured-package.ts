import {
  type ContextStep,
  SECPKG_FLAG_CONNECTION,
  SECPKG_ID_NONE,
  type SecurityPackage,
  type StepAnswer,
} from "@sallyport/sspi";

/** A security package that does nothing but answer, so that what is measured is the machine around it. */
export function measuredPackage(
  step: (given: ContextStep) => StepAnswer | PromiseLike<StepAnswer>,
): SecurityPackage {
  return {
    info: {
      name: "Measured",
      comment: "",
      capabilities: SECPKG_FLAG_CONNECTION,
      version: 1,
      rpcId: SECPKG_ID_NONE,
      maxToken: 64,
    },
    acquireCredentials: () => ({ accept: () => ({ step }), initiate: () => ({ step }) }),
  };
}
