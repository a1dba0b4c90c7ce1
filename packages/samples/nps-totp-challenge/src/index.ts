/**
 * A second factor: the codes of an authenticator app (RFC 6238), asked for when the password is right, or appended to
 * the password. To be listed at both extension points.
 */
import {
  accept,
  challenge,
  type Decided,
  type Decision,
  defineNpsExtension,
  type ExtensionRequest,
  type NpsExtensionModule,
  reject,
} from "@sallyport/nps";
import type { SecondFactor } from "./second-factor.ts";
import { type Configuration, configurationOf, type TotpSettings } from "./settings.ts";

export type { TotpSettings };

/** What is kept for the answer to a challenge: whose code was asked for, and whether the right one came. */
class Question {
  readonly factor: SecondFactor;
  answered = false;

  constructor(factor: SecondFactor) {
    this.factor = factor;
  }
}

let configuration: Configuration | undefined;

const totpChallenge: NpsExtensionModule = defineNpsExtension({
  async initialize({ settings, log, clock }) {
    configuration = await configurationOf(settings, clock);
    log.information(`users with a second factor: ${configuration.factors.size}`);
  },

  /** Forgets the secrets. */
  terminate() {
    configuration = undefined;
  },

  /** Before the password is checked: the answer to a question, or a password with the code behind it. */
  authentication(request) {
    // What another extension decided stands; looking at the code would only use it up.
    if (request.decided !== undefined) return undefined;
    const question = request.answered?.data;
    if (question instanceof Question) return answer(request, question);
    return ready().appended ? takeOff(request) : undefined;
  },

  /** The password was right and the policies are met: what is missing is the code. */
  authorization(request, response) {
    const { appended, prompt } = ready();
    const question = request.answered?.data;
    if (response.disposition !== "accept" || appended) return undefined;
    if (question instanceof Question && question.answered) return undefined;
    const factor = factorOf(request);
    if (factor === undefined) return withoutSecret(request);
    return challenge({ message: prompt, data: new Question(factor) });
  },
});

export default totpChallenge;

/** Accepting here, before the policies, is what puts the network policy's attributes on the answer (NPS-64). */
async function answer(request: ExtensionRequest, question: Question): Promise<Decision> {
  const { factor } = question;
  const code = request.password?.trim();
  if (code === undefined || factor !== factorOf(request)) return refused;
  question.answered = await isRight(request, factor, code);
  return question.answered ? accept() : refused;
}

/** Takes the code off the password, and leaves the password to the server. */
async function takeOff(request: ExtensionRequest): Promise<Decided> {
  const { digits } = ready();
  const factor = factorOf(request);
  if (factor === undefined) return withoutSecret(request);
  const both = request.octets("User-Password");
  if (both === undefined || both.length < digits) return refused;
  const end = both.length - digits;
  const code = new TextDecoder("latin1").decode(both.subarray(end));
  if (!(await isRight(request, factor, code))) return refused;
  request.set({ "User-Password": both.subarray(0, end) });
}

/** As a wrong password is refused: nobody learns which of the two was wrong. */
const refused = reject({ reason: "authentication-failure" });

async function isRight(request: ExtensionRequest, factor: SecondFactor, code: string): Promise<boolean> {
  const verdict = await factor.check(code);
  if (verdict === "too many attempts")
    request.log.warning("too many wrong codes: none is looked at", { user: request.account });
  return verdict === "right";
}

function withoutSecret(request: ExtensionRequest): Decision | undefined {
  if (ready().admitsWithoutSecret) return undefined;
  request.log.warning("refused: the user has no second factor", { user: request.account });
  return reject();
}

function factorOf(request: ExtensionRequest): SecondFactor | undefined {
  return ready().factors.of(request.account ?? "");
}

/** A throw discards the request: without settings nobody is let in. */
function ready(): Configuration {
  if (configuration === undefined) throw new Error("the settings are not read");
  return configuration;
}
