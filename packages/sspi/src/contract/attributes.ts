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
  /** sspi.h: `cbMaxToken`. */
  readonly maxToken: number;
  /** sspi.h: `cbMaxSignature`. */
  readonly maxSignature: number;
  /** sspi.h: `cbBlockSize`: what messages are padded to; 1 without padding. */
  readonly blockSize: number;
  /** sspi.h: `cbSecurityTrailer`: the room of SECBUFFER_TOKEN. */
  readonly securityTrailer: number;
}

/** How a stream is cut (sspi.h: `SecPkgContext_StreamSizes`), in bytes. */
export interface SecPkgContextStreamSizes {
  /** sspi.h: `cbHeader`. */
  readonly header: number;
  /** sspi.h: `cbTrailer`. */
  readonly trailer: number;
  /** sspi.h: `cbMaximumMessage`: of data, without header and trailer. */
  readonly maximumMessage: number;
  /** sspi.h: `cBuffers`: how many a message is described by. */
  readonly buffers: number;
  /** sspi.h: `cbBlockSize`. */
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
  /** sspi.h: `SecPkgContext_Names`. */
  readonly [codes.SECPKG_ATTR_NAMES]: {
    /** sspi.h: `sUserName`. */
    readonly userName: string;
  };
  /** sspi.h: `SecPkgContext_Lifespan`. */
  readonly [codes.SECPKG_ATTR_LIFESPAN]: {
    /** sspi.h: `tsStart`. */
    readonly start: TimeStamp;
    /** sspi.h: `tsExpiry`. */
    readonly expiry: TimeStamp;
  };
  readonly [codes.SECPKG_ATTR_STREAM_SIZES]: SecPkgContextStreamSizes;
  /** sspi.h: `SecPkgContext_SessionKey`. */
  readonly [codes.SECPKG_ATTR_SESSION_KEY]: {
    /** sspi.h: `SessionKey`, and `SessionKeyLength` as its length. */
    readonly sessionKey: Uint8Array;
  };
  /** sspi.h: `SecPkgContext_PackageInfo`. */
  readonly [codes.SECPKG_ATTR_PACKAGE_INFO]: {
    /** sspi.h: `PackageInfo`. */
    readonly packageInfo: SecPkgInfo;
  };
  /** sspi.h: `SecPkgContext_NegotiationInfo`. */
  readonly [codes.SECPKG_ATTR_NEGOTIATION_INFO]: {
    /** sspi.h: `PackageInfo`. */
    readonly packageInfo: SecPkgInfo;
    /** sspi.h: `NegotiationState`: `SECPKG_NEGOTIATION_...`. */
    readonly negotiationState: number;
  };
  /** sspi.h: `SecPkgContext_Flags`. */
  readonly [codes.SECPKG_ATTR_FLAGS]: {
    /** sspi.h: `Flags`. */
    readonly flags: number;
  };
  /** sspi.h: `SecPkgContext_Target`. */
  readonly [codes.SECPKG_ATTR_TARGET]: {
    /** sspi.h: `Target`, and `TargetLength` as its length. */
    readonly target: string;
  };
  /** sspi.h: `SecPkgContext_ClientSpecifiedTarget`. */
  readonly [codes.SECPKG_ATTR_CLIENT_SPECIFIED_TARGET]: {
    /** sspi.h: `sTargetName`. */
    readonly targetName: string;
  };
  /** sspi.h: `SecPkgContext_NativeNames`. */
  readonly [codes.SECPKG_ATTR_NATIVE_NAMES]: {
    /** sspi.h: `sClientName`. */
    readonly clientName: string;
    /** sspi.h: `sServerName`. */
    readonly serverName: string;
  };
  /** sspi.h: `SecPkgContext_PasswordExpiry`. */
  readonly [codes.SECPKG_ATTR_PASSWORD_EXPIRY]: {
    /** sspi.h: `tsPasswordExpires`. */
    readonly passwordExpires: TimeStamp;
  };
  /** sspi.h: `SecPkgContext_LastClientTokenStatus`. */
  readonly [codes.SECPKG_ATTR_LAST_CLIENT_TOKEN_STATUS]: {
    /** sspi.h: `LastClientTokenStatus`. */
    readonly status: number;
  };
  readonly [codes.SECPKG_ATTR_IS_LOOPBACK]: { readonly isLoopback: boolean };
}

/** The value of an attribute, where its shape is known. */
export type ContextAttribute<Attribute extends number> = Attribute extends keyof ContextAttributes
  ? ContextAttributes[Attribute]
  : unknown;
