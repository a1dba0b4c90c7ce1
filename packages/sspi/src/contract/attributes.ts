import type * as codes from "@sallyport/errors/sspi";
import type { TimeStamp } from "../time-stamp.ts";

/** What is known of a security package (sspi.h: `SecPkgInfo`). */
export interface SecPkgInfo {
  /** sspi.h: `fCapabilities`: `SECPKG_FLAG_...`. */
  readonly capabilities: number;
  /** sspi.h: `wVersion`: 1. */
  readonly version: number;
  /** sspi.h: `wRPCID`; SECPKG_ID_NONE where it has none. */
  readonly rpcId: number;
  /** sspi.h: `cbMaxToken`: bytes. */
  readonly maxToken: number;
  /** sspi.h: `Name`. */
  readonly name: string;
  /** sspi.h: `Comment`. */
  readonly comment: string;
}

/** How much room messages need (sspi.h: `SecPkgContext_Sizes`), in bytes. */
export interface SecPkgContextSizes {
  readonly maxToken: number;
  readonly maxSignature: number;
  readonly blockSize: number;
  readonly securityTrailer: number;
}

/** How a stream is cut (sspi.h: `SecPkgContext_StreamSizes`), in bytes. */
export interface SecPkgContextStreamSizes {
  readonly header: number;
  readonly trailer: number;
  readonly maximumMessage: number;
  readonly buffers: number;
  readonly blockSize: number;
}

/** Who the client of an accepted context is. Packages add what they know, such as the data of a PAC. */
export interface PeerIdentity {
  /** As SECPKG_ATTR_NAMES has it: `DOMAIN\user` or `user@REALM`. */
  readonly name: string;
  /** Names or SIDs of groups, where the package knows them. */
  readonly groups?: readonly string[];
  readonly [fact: string]: unknown;
}

/** The attributes whose values this package knows the shape of; those of a package are `unknown`. */
export interface ContextAttributes {
  readonly [codes.SECPKG_ATTR_SIZES]: SecPkgContextSizes;
  readonly [codes.SECPKG_ATTR_NAMES]: { readonly userName: string };
  readonly [codes.SECPKG_ATTR_LIFESPAN]: { readonly start: TimeStamp; readonly expiry: TimeStamp };
  readonly [codes.SECPKG_ATTR_STREAM_SIZES]: SecPkgContextStreamSizes;
  readonly [codes.SECPKG_ATTR_SESSION_KEY]: { readonly sessionKey: Uint8Array };
  readonly [codes.SECPKG_ATTR_PACKAGE_INFO]: { readonly packageInfo: SecPkgInfo };
  readonly [codes.SECPKG_ATTR_NEGOTIATION_INFO]: {
    readonly packageInfo: SecPkgInfo;
    /** `SECPKG_NEGOTIATION_...`. */
    readonly negotiationState: number;
  };
  readonly [codes.SECPKG_ATTR_FLAGS]: { readonly flags: number };
  readonly [codes.SECPKG_ATTR_TARGET]: { readonly target: string };
  readonly [codes.SECPKG_ATTR_CLIENT_SPECIFIED_TARGET]: { readonly targetName: string };
  readonly [codes.SECPKG_ATTR_NATIVE_NAMES]: { readonly clientName: string; readonly serverName: string };
  readonly [codes.SECPKG_ATTR_PASSWORD_EXPIRY]: { readonly passwordExpires: TimeStamp };
  readonly [codes.SECPKG_ATTR_LAST_CLIENT_TOKEN_STATUS]: { readonly status: number };
  readonly [codes.SECPKG_ATTR_IS_LOOPBACK]: { readonly isLoopback: boolean };
}

/** The value of an attribute, where its shape is known. */
export type ContextAttribute<Attribute extends number> = Attribute extends keyof ContextAttributes
  ? ContextAttributes[Attribute]
  : unknown;
