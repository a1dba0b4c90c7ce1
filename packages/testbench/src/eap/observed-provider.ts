import type { EapProvider, EapProviderRequest, EapProviderResult } from "@sallyport/eap";
import type { EapTranscript } from "./eap-transcript.ts";
import { observedCall } from "./observed-method.ts";
import type { Activity } from "./passing-time.ts";
import { statusWords } from "./status-words.ts";

/** The provider, with what it is asked and finds written down. */
export function observedProvider(
  provider: EapProvider,
  transcript: EapTranscript,
  activity: Activity,
): EapProvider {
  const asked =
    (what: "authenticate" | "authorize") =>
    (request: EapProviderRequest): EapProviderResult | PromiseLike<EapProviderResult> => {
      let found: EapProviderResult | undefined;
      const observer = { side: "authenticator", transcript, activity } as const;
      const call = `provider.${what}(${JSON.stringify(request.identity)})`;
      const status = observedCall(observer, call, statusWords, () => {
        const answer = provider[what](request);
        const noted = (given: EapProviderResult): number => {
          found = given;
          return given.result;
        };
        return "then" in answer ? answer.then(noted) : noted(answer);
      });
      const answer = (code: number): EapProviderResult => found ?? { result: code, attributes: [] };
      return typeof status === "number" ? answer(status) : status.then(answer);
    };
  return { authenticate: asked("authenticate"), authorize: asked("authorize") };
}
