import { isThenable } from "@sallyport/runtime";
import { Reason } from "../../reason.ts";
import { eapMessage } from "../../wire-numbers.ts";
import { answerNow, type Disposition, next, type Stage } from "../stage.ts";

const stage = "EAP conversation";

/**
 * Finds the EAP conversation that a request belongs to, by its State. An identical resend gets the same answer for ten
 * seconds; everybody else who shows a used, altered or expired State is rejected.
 */
export const eapConversation: Stage = (request, context) => {
  if (context.eap === undefined || request.received.packet.offsetOf(eapMessage) < 0) return next;
  const opening = context.eap.open(request.received);
  switch (opening.kind) {
    case "refused":
      request.trace.step(stage, `refused: ${opening.why}`);
      request.eap = { round: opening.round };
      request.reject(Reason.UnexpectedRequest);
      return answerNow;
    case "repeated": {
      request.trace.step(stage, "the same answer once more");
      const { answer } = opening;
      const repeat = (settled: Awaited<typeof answer>): Disposition =>
        settled === null
          ? { kind: "discard", reason: Reason.ExtensionFailed }
          : { kind: "repeat", answer: settled };
      return isThenable(answer) ? answer.then(repeat) : repeat(answer);
    }
    case "round":
      request.trace.step(stage, opening.round.begins ? "begins" : "goes on");
      request.eap = { round: opening.round };
      return next;
  }
};
