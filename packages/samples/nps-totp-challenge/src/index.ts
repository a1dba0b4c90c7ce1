/**
 * A second factor: the codes of an authenticator app (RFC 6238), asked for when the password is right, or appended to
 * the password. To be listed at both extension points.
 *
 * The entry points are those of a Windows NPS extension DLL, so that a ported one can be read beside it.
 */
import {
  attributeText,
  type ExtensionEnvironment,
  type RadiusExtensionControlBlock,
  radiusAttribute,
  ratRejectReasonCode,
  ratReplyMessage,
  ratState,
  ratStrippedUserName,
  ratUserPassword,
  rcAccessAccept,
  rcAccessChallenge,
  rcAccessReject,
  rcAccessRequest,
  repAuthentication,
  rrrcAuthenticationFailure,
} from "@sallyport/nps";
import type { SecondFactor } from "./second-factor.ts";
import { type Configuration, configurationOf, type TotpSettings } from "./settings.ts";

export type { TotpSettings };

const NO_ERROR = 0;
/** ERROR_NOT_READY of winerror.h: nothing is answered before the settings are read. */
const ERROR_NOT_READY = 21;
/** ERROR_INVALID_PARAMETER of winerror.h: the settings cannot be used, so the server must not start. */
const ERROR_INVALID_PARAMETER = 87;

/** What is kept for the answer to a challenge: whose code was asked for, and whether the right one came. */
class Question {
  readonly factor: SecondFactor;
  answered = false;

  constructor(factor: SecondFactor) {
    this.factor = factor;
  }
}

let configuration: Configuration | undefined;

/** Takes the secrets from the module's settings; the server does not start with settings that hold a mistake. */
export async function RadiusExtensionInit({ settings, log, clock }: ExtensionEnvironment): Promise<number> {
  const { configuration: read, mistakes } = await configurationOf(settings, clock);
  for (const mistake of mistakes) log.error(mistake);
  if (mistakes.length > 0) return ERROR_INVALID_PARAMETER;
  configuration = read;
  log.information(`users with a second factor: ${read.factors.size}`);
  return NO_ERROR;
}

/** Forgets the secrets. */
export function RadiusExtensionTerm(): void {
  configuration = undefined;
}

/** Checks codes before the password is checked, and asks for them after it. */
export function RadiusExtensionProcess2(ecb: RadiusExtensionControlBlock): number | Promise<number> {
  if (ecb.requestType !== rcAccessRequest) return NO_ERROR;
  // What another extension rejected or asked for stands; looking at the code would only use it up.
  const open = ecb.point === repAuthentication && ecb.responseType === 0;
  if (!open && ecb.responseType !== rcAccessAccept) return NO_ERROR;
  if (configuration === undefined) return ERROR_NOT_READY;
  const user = ecb.getRequest().find(ratStrippedUserName);
  const factor = user && configuration.factors.of(attributeText(user));
  const question = ecb.answeredChallenge?.data;
  if (ecb.point === repAuthentication) {
    if (question instanceof Question) return checkAnswer(ecb, question, factor);
    return configuration.appended ? checkAppended(ecb, configuration, factor) : NO_ERROR;
  }
  if (configuration.appended || (question instanceof Question && question.answered)) return NO_ERROR;
  return factor === undefined ? withoutSecret(ecb, configuration) : ask(ecb, configuration, factor);
}

/** The password was right and the policies are met: what is missing is the code. */
function ask(ecb: RadiusExtensionControlBlock, { prompt }: Configuration, factor: SecondFactor): number {
  const challenge = ecb.getResponse(rcAccessChallenge);
  challenge?.add(radiusAttribute(ratState, ecb.issueState(new Question(factor))));
  challenge?.add(radiusAttribute(ratReplyMessage, prompt));
  return ecb.setResponseType(rcAccessChallenge);
}

/** Accepting here, before the policies, is what puts the network policy's attributes on the answer (NPS-64). */
async function checkAnswer(
  ecb: RadiusExtensionControlBlock,
  question: Question,
  factor: SecondFactor | undefined,
): Promise<number> {
  const code = ecb.getRequest().find(ratUserPassword);
  if (code === undefined || factor !== question.factor) return refuse(ecb);
  question.answered = await isRight(ecb, factor, attributeText(code).trim());
  return question.answered ? ecb.setResponseType(rcAccessAccept) : refuse(ecb);
}

/** Takes the code off the password, and leaves the password to the server. */
async function checkAppended(
  ecb: RadiusExtensionControlBlock,
  settings: Configuration,
  factor: SecondFactor | undefined,
): Promise<number> {
  if (factor === undefined) return withoutSecret(ecb, settings);
  const request = ecb.getRequest();
  const index = [...request].findIndex(({ attrType }) => attrType === ratUserPassword);
  const both = request.attributeAt(index)?.value;
  if (!(both instanceof Uint8Array) || both.length < settings.digits) return refuse(ecb);
  const end = both.length - settings.digits;
  const code = new TextDecoder("latin1").decode(both.subarray(end));
  if (!(await isRight(ecb, factor, code))) return refuse(ecb);
  return request.setAt(index, radiusAttribute(ratUserPassword, both.subarray(0, end)));
}

async function isRight(
  ecb: RadiusExtensionControlBlock,
  factor: SecondFactor,
  code: string,
): Promise<boolean> {
  const verdict = await factor.check(code);
  if (verdict === "too many attempts") ecb.log.warning("too many wrong codes: none is looked at", who(ecb));
  return verdict === "right";
}

function withoutSecret(ecb: RadiusExtensionControlBlock, { admitsWithoutSecret }: Configuration): number {
  if (admitsWithoutSecret) return NO_ERROR;
  ecb.log.warning("refused: the user has no second factor", who(ecb));
  return ecb.setResponseType(rcAccessReject);
}

/** As a wrong password is refused: nobody learns which of the two was wrong. */
function refuse(ecb: RadiusExtensionControlBlock): number {
  ecb.getResponse(rcAccessReject)?.add(radiusAttribute(ratRejectReasonCode, rrrcAuthenticationFailure));
  return ecb.setResponseType(rcAccessReject);
}

function who(ecb: RadiusExtensionControlBlock): { user: string } {
  const user = ecb.getRequest().find(ratStrippedUserName);
  return { user: user === undefined ? "" : attributeText(user) };
}
