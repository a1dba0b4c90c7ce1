import * as codes from "@sallyport/errors/sspi";
import type { ContextRole } from "./security-package.ts";

/** What a context can do, in words that are the same on both sides; the numbers are not (E-16). */
export type ContextFeature =
  | "delegation"
  | "mutualAuthentication"
  | "replayDetection"
  | "sequenceDetection"
  | "confidentiality"
  | "integrity"
  | "identify"
  | "nullSession";

interface Flags {
  readonly request: number;
  readonly result: number;
}

const initiateFlags: Readonly<Record<ContextFeature, Flags>> = {
  delegation: { request: codes.ISC_REQ_DELEGATE, result: codes.ISC_RET_DELEGATE },
  mutualAuthentication: { request: codes.ISC_REQ_MUTUAL_AUTH, result: codes.ISC_RET_MUTUAL_AUTH },
  replayDetection: { request: codes.ISC_REQ_REPLAY_DETECT, result: codes.ISC_RET_REPLAY_DETECT },
  sequenceDetection: { request: codes.ISC_REQ_SEQUENCE_DETECT, result: codes.ISC_RET_SEQUENCE_DETECT },
  confidentiality: { request: codes.ISC_REQ_CONFIDENTIALITY, result: codes.ISC_RET_CONFIDENTIALITY },
  integrity: { request: codes.ISC_REQ_INTEGRITY, result: codes.ISC_RET_INTEGRITY },
  identify: { request: codes.ISC_REQ_IDENTIFY, result: codes.ISC_RET_IDENTIFY },
  nullSession: { request: codes.ISC_REQ_NULL_SESSION, result: codes.ISC_RET_NULL_SESSION },
};

const acceptFlags: Readonly<Record<ContextFeature, Flags>> = {
  delegation: { request: codes.ASC_REQ_DELEGATE, result: codes.ASC_RET_DELEGATE },
  mutualAuthentication: { request: codes.ASC_REQ_MUTUAL_AUTH, result: codes.ASC_RET_MUTUAL_AUTH },
  replayDetection: { request: codes.ASC_REQ_REPLAY_DETECT, result: codes.ASC_RET_REPLAY_DETECT },
  sequenceDetection: { request: codes.ASC_REQ_SEQUENCE_DETECT, result: codes.ASC_RET_SEQUENCE_DETECT },
  confidentiality: { request: codes.ASC_REQ_CONFIDENTIALITY, result: codes.ASC_RET_CONFIDENTIALITY },
  integrity: { request: codes.ASC_REQ_INTEGRITY, result: codes.ASC_RET_INTEGRITY },
  identify: { request: codes.ASC_REQ_IDENTIFY, result: codes.ASC_RET_IDENTIFY },
  nullSession: { request: codes.ASC_REQ_ALLOW_NULL_SESSION, result: codes.ASC_RET_NULL_SESSION },
};

function tableOf(role: ContextRole): Readonly<Record<ContextFeature, Flags>> {
  return role === "accept" ? acceptFlags : initiateFlags;
}

/** Every feature there is. */
const features = Object.keys(initiateFlags).filter(isFeature);

/** Whether a word is the name of a feature. */
export function isFeature(word: string): word is ContextFeature {
  return Object.hasOwn(initiateFlags, word);
}

/** The flags that ask for features: `ASC_REQ_...` or `ISC_REQ_...`. */
export function requestFlags(role: ContextRole, wanted: readonly ContextFeature[]): number {
  return wanted.reduce((flags, feature) => (flags | tableOf(role)[feature].request) >>> 0, 0);
}

/** The flags that say features are there: `ASC_RET_...` or `ISC_RET_...`. */
export function resultFlags(role: ContextRole, wanted: readonly ContextFeature[]): number {
  return wanted.reduce((flags, feature) => (flags | tableOf(role)[feature].result) >>> 0, 0);
}

/** The features that attributes tell of. */
export function featuresOf(role: ContextRole, attributes: number): readonly ContextFeature[] {
  return features.filter((feature) => (attributes & tableOf(role)[feature].result) !== 0);
}

/** The attributes of a context whose handshake goes on: only what cannot be withdrawn any more (SSPI-20). */
export function attributesInProgress(role: ContextRole, attributes: number): number {
  return (attributes & ~(role === "accept" ? acceptWithdrawable : initiateWithdrawable)) >>> 0;
}

const acceptWithdrawable = resultFlags("accept", features);
const initiateWithdrawable = resultFlags("initiate", features) | codes.ISC_RET_CONFIDENTIALITY_ONLY;

/** Which flags say that messages may be encrypted, and that they may be signed (SSPI-80). */
export const messageFlags: Readonly<Record<ContextRole, { readonly seal: number; readonly sign: number }>> = {
  initiate: {
    seal: resultFlags("initiate", ["confidentiality", "integrity"]),
    sign: resultFlags("initiate", ["integrity", "replayDetection", "sequenceDetection"]),
  },
  accept: {
    seal: resultFlags("accept", ["confidentiality", "integrity"]),
    sign: resultFlags("accept", ["integrity", "replayDetection", "sequenceDetection"]),
  },
};
