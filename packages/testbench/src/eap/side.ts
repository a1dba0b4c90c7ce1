/** One of the two ends of the line. */
export type EapSide = "peer" | "authenticator";
