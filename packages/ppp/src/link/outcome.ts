import {
  ERROR_PPP_NO_RESPONSE,
  ERROR_PPP_REMOTE_TERMINATED,
  ERROR_REMOTE_DISCONNECTION,
} from "@sallyport/errors/ras";

/** How a link ended. */
export interface PppOutcome {
  /** Of raserror.h: 0 only where this side closed it in order. */
  readonly code: number;
  /** For people. Holds no secret. */
  readonly reason: string;
  /** Who ended it. */
  readonly by: "this side" | "other side" | "line";
  /** Who was at the other end, or said to be; empty where nobody said so. */
  readonly userName: string;
  /** Whether the network was up. */
  readonly wasUp: boolean;
}

/** Why a link ends. */
export type Ending = Pick<PppOutcome, "code" | "reason" | "by">;

/** Nobody answered LCP. */
export const noResponse: Ending = {
  code: ERROR_PPP_NO_RESPONSE,
  reason: "the other side does not answer",
  by: "line",
};

/** Nobody answers Echo-Requests. */
export const noEcho: Ending = {
  code: ERROR_PPP_NO_RESPONSE,
  reason: "the other side does not answer any more",
  by: "line",
};

/** A Terminate-Request came. */
export const farewell: Ending = {
  code: ERROR_PPP_REMOTE_TERMINATED,
  reason: "the other side ended the link",
  by: "other side",
};

export const lineLoss: Ending = {
  code: ERROR_REMOTE_DISCONNECTION,
  reason: "the line was lost",
  by: "line",
};
