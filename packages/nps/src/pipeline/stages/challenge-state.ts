import { isThenable } from "@sallyport/runtime";
import { ratProxyState, ratState } from "../../contract/attribute-types.ts";
import { Reason } from "../../reason.ts";
import type { NpsRequest } from "../../request.ts";
import { answerNow, type Disposition, next, type Stage } from "../stage.ts";

const stage = "Challenge";
/** RFC 3579 section 3.2; different in every packet. */
const messageAuthenticator = 80;

/**
 * Recognizes the answer to a challenge by its State: right once, for the user and client it was sent to. An identical
 * resend gets the same answer for ten seconds; everybody else who shows a used, altered or expired State is rejected.
 */
export const challengeState: Stage = (request, context) => {
  const state = request.attributes.first(ratState);
  if (!request.isAccess || state === undefined) return next;
  const binding = { client: request.received.client.name, user: request.userName ?? "" };
  const verdict = context.challenges.redeem(state.bytes, binding, () => fingerprint(request));
  switch (verdict.kind) {
    case "foreign":
      return next;
    case "refused":
      request.trace.step(stage, `the State is refused: ${verdict.why}`);
      request.reject(Reason.UnexpectedRequest);
      return answerNow;
    case "repeated": {
      request.trace.step(stage, "the same answer once more");
      const { answer } = verdict;
      const repeat = (settled: Awaited<typeof answer>): Disposition =>
        settled === null
          ? { kind: "discard", reason: Reason.ExtensionFailed }
          : { kind: "repeat", answer: settled };
      return isThenable(answer) ? answer.then(repeat) : repeat(answer);
    }
    case "valid":
      request.trace.step(stage, "answers a challenge", { extension: verdict.use.payload.extension });
      request.challenge = verdict.use;
      return next;
  }
};

/** What makes two requests the same beside their authenticators and the way they took. */
function fingerprint(request: NpsRequest): Uint8Array {
  const octets: number[] = [];
  for (const { attrType, bytes } of request.attributes) {
    if (attrType > 255 || attrType === ratProxyState || attrType === messageAuthenticator) continue;
    octets.push(attrType, bytes.length, ...bytes);
  }
  return Uint8Array.from(octets);
}
