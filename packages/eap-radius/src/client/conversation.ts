import type { EapType } from "@sallyport/eap";
import type { Milliseconds } from "@sallyport/runtime";

/** What was said between a peer and a RADIUS server, and how it ended. Holds no secret and no packet content. */
export interface EapConversationLog {
  /** The User-Name. */
  readonly user: string;
  /** What the server is called: its address, mostly. */
  readonly server: string;
  readonly entries: readonly EapConversationEntry[];
  readonly result: EapConversationResult;
}

/** One RADIUS packet of a conversation. */
export interface EapConversationEntry {
  /** Seen from the peer: to the server, or from it. */
  readonly direction: "sent" | "received";
  /** Since the first packet. */
  readonly at: Milliseconds;
  readonly radius: {
    readonly code: number;
    /** "Access-Request". */
    readonly name: string;
    /** Octets of the packet; of one sent, as the attributes make it. */
    readonly length: number;
    /** How often it was sent. */
    readonly tries?: number;
  };
  /** Whether it carries a State. */
  readonly state: boolean;
  /** The EAP packet in it; `"start"` is an empty EAP-Message; undefined where there is none. */
  readonly eap: EapPacketFacts | "start" | undefined;
  /** What else is worth knowing, in words: "Session-Timeout 60 s". */
  readonly notes: readonly string[];
}

/** An EAP packet without its content. */
export interface EapPacketFacts {
  /** 1 Request, 2 Response, 3 Success, 4 Failure. */
  readonly code: number;
  /** "Request"; of octets that are no EAP packet "malformed" and why. */
  readonly codeName: string;
  readonly identifier: number;
  readonly type: EapType | undefined;
  /** "MD5-Challenge"; of a Success or Failure undefined. */
  readonly typeName: string | undefined;
  /** Octets. */
  readonly length: number;
  /** How many EAP-Message attributes it took. */
  readonly parts: number;
}

/** How a conversation ended. */
export interface EapConversationResult {
  /** `accepted` needs both: Access-Accept, and a method that succeeded on this side too. */
  readonly kind: "accepted" | "rejected" | "failed";
  /** In words, for people. */
  readonly explanation: string;
  /** The method that ran last. */
  readonly method: { readonly type: EapType; readonly name: string } | undefined;
  /** Access-Requests sent, resends not counted. */
  readonly rounds: number;
  readonly duration: Milliseconds;
  /** The peer's own result: 0 is success, otherwise a Windows status code. */
  readonly peerResult: number | undefined;
  /** MS-MPPE-Send-Key and MS-MPPE-Recv-Key of the server against the keys of the method on this side. */
  readonly keys: EapKeyComparison;
}

/** What a comparison of the server's keys with the method's came to. */
export type EapKeyComparison =
  /** Neither side has keys. */
  | "none"
  /** Both are the same. */
  | "match"
  | "differ"
  /** The method has keys, but the server sent none. */
  | "missing"
  /** The server sent keys of a method that has none here. */
  | "unexpected";
