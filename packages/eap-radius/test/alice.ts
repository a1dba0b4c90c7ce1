import {
  authenticatorResponse,
  challengeHash,
  challengeResponse,
  constantTimeEqual,
  mppeKeys,
  ntHash,
  Secret,
} from "@sallyport/crypto";
import type { MsChap2Accounts } from "@sallyport/eap";

/** One account: everybody is called alice and knows "wonderland". */
export const verifyAlice: MsChap2Accounts = {
  verify({ userName, authenticatorChallenge, peerChallenge, ntResponse }) {
    const hash = ntHash("wonderland");
    const challenge = challengeHash(peerChallenge, authenticatorChallenge, userName);
    if (!constantTimeEqual(challengeResponse(challenge, hash), ntResponse))
      return { kind: "refused", code: 691 };
    const { send, receive } = mppeKeys(hash, ntResponse);
    return {
      kind: "verified",
      authenticatorResponse: authenticatorResponse(hash, ntResponse, challenge),
      keys: { send: new Secret(send), receive: new Secret(receive) },
    };
  },
};
