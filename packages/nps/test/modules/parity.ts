// Modules of all three forms; the user's name says what they do. The same file runs inline and in a worker.
import { inspect } from "node:util";
import { WindowsError } from "@sallyport/errors";
import {
  attributeText,
  defineNpsExtension,
  findAttribute,
  type NpsExtensionModule,
  type RadiusAction,
  type RadiusAttributeInput,
  type RadiusAttributes,
  type RadiusExtensionControlBlock,
  raAccept,
  radiusAttribute,
  raReject,
  ratExtensionState,
  ratFramedIPAddress,
  ratNASIPAddress,
  ratRejectReasonCode,
  ratReplyMessage,
  ratState,
  ratStrippedUserName,
  ratUserName,
  ratUserPassword,
  rcAccessAccept,
  rcAccessChallenge,
  rcAccessReject,
  rcAccountingResponse,
  rcDiscard,
  reject,
  repAuthentication,
} from "../../src/index.ts";

type Status = number | PromiseLike<number>;
type Decide = (attributes: RadiusAttributes, setAction: (action: number) => void) => Status;

const later = async <Result>(result: Result): Promise<Result> => {
  await new Promise((resolve) => setImmediate(resolve));
  return result;
};

/** What first- and second-form modules do. */
export const decisions: Readonly<Record<string, Decide>> = {
  continue: () => 0,
  accept: (_, setAction) => (setAction(raAccept), 0),
  reject: (_, setAction) => (setAction(raReject), 0),
  "reject-later": (_, setAction) => (setAction(raReject), later(0)),
  "bad-action": (_, setAction) => (setAction(7), 0),
  "no-action": (_, setAction) => (setAction(undefined as unknown as number), 0),
  "error-code": () => 1317,
  "error-code-later": () => later(5),
  "no-status": () => undefined as unknown as number,
  "text-status": () => "0" as unknown as number,
  "object-status": () => ({}) as unknown as number,
  throws: () => {
    throw new Error("boom");
  },
  "throws-code": () => {
    throw new WindowsError(1326, { space: "win32" });
  },
  "throws-text": () => {
    throw "boom";
  },
  rejects: () => Promise.reject(new RangeError("boom")),
  "writes-frozen": (attributes) => {
    (attributes as unknown[]).push(0);
    return 0;
  },
};

/** What second-form modules return besides. */
export const returns: Readonly<Record<string, unknown>> = {
  nothing: null,
  empty: [],
  message: [radiusAttribute(ratReplyMessage, "hello")],
  several: [
    radiusAttribute(ratReplyMessage, "one"),
    radiusAttribute(ratFramedIPAddress, "10.0.0.7"),
    radiusAttribute(ratReplyMessage, "two"),
  ],
  terminated: [
    radiusAttribute(ratReplyMessage, "seen"),
    { attrType: 0, dataType: 0, value: new Uint8Array(0) },
    radiusAttribute(ratReplyMessage, "unseen"),
  ],
  internal: [radiusAttribute(ratStrippedUserName, "X\\y"), radiusAttribute(ratExtensionState, "kept")],
  junk: [radiusAttribute(ratReplyMessage, "first"), { attrType: "x" }],
  hole: [null],
  "no-array": { length: 1 },
  "too-long": [radiusAttribute(ratReplyMessage, "x".repeat(254))],
  "free-throws": [radiusAttribute(ratReplyMessage, "freed")],
};

const text = (attrType: number, value: string): RadiusAttributeInput => ({ attrType, dataType: 1, value });

/** What third-form modules do. */
export const edits: Readonly<Record<string, (ecb: RadiusExtensionControlBlock) => Status>> = {
  returns: () => 0,
  accepts: (ecb) => ecb.setResponseType(rcAccessAccept),
  rejects3: (ecb) => ecb.setResponseType(rcAccessReject),
  discards: (ecb) => ecb.setResponseType(rcDiscard),
  "discards-later": async (ecb) => later(ecb.setResponseType(rcDiscard)),
  "changes-its-mind": (ecb) => {
    ecb.setResponseType(rcAccessReject);
    return ecb.setResponseType(rcAccessAccept);
  },
  invalid: (ecb) => ecb.setResponseType(rcAccountingResponse),
  "rejects-with-reason": (ecb) => {
    ecb.getResponse(rcAccessReject)?.add(radiusAttribute(ratRejectReasonCode, 2));
    ecb.getResponse(rcAccessReject)?.add(text(ratReplyMessage, "no"));
    return ecb.setResponseType(rcAccessReject);
  },
  "loser-and-winner": (ecb) => {
    ecb.getResponse(rcAccessReject)?.add(text(ratReplyMessage, "loser"));
    ecb.getResponse(rcAccessAccept)?.add(text(ratReplyMessage, "winner"));
    return 0;
  },
  "edits-response": (ecb) => {
    const response = ecb.getResponse(rcAccessAccept);
    for (const value of ["a", "b", "c"]) response?.insertAt(0, text(ratReplyMessage, value));
    response?.setAt(1, text(ratReplyMessage, "changed"));
    response?.removeAt(0);
    return 0;
  },
  "edits-request": (ecb) => {
    const request = ecb.getRequest();
    request.add(text(25, "class"));
    request.add(text(ratExtensionState, "from the first point"));
    for (let index = request.getSize() - 1; index >= 0; index--) {
      if (request.attributeAt(index)?.attrType === ratUserPassword)
        request.setAt(index, text(ratUserPassword, "wonderland"));
      if (request.attributeAt(index)?.attrType === 5) request.removeAt(index);
    }
    return 0;
  },
  /** Every status that an array gives, told in the answer. */
  statuses: (ecb) => {
    const request = ecb.getRequest();
    const codes = [
      request.add(text(ratUserName, "second")),
      request.add(radiusAttribute(262, 1)),
      request.insertAt(-1, text(25, "x")),
      request.insertAt(1.5, text(25, "x")),
      request.insertAt(request.getSize() + 1, text(25, "x")),
      request.removeAt(request.getSize()),
      request.setAt(0, text(25, "x".repeat(254))),
      request.setAt(0, { attrType: 4, dataType: 3, value: "no number" } as unknown as RadiusAttributeInput),
      ecb.getResponse(rcAccessAccept)?.add(null as unknown as RadiusAttributeInput),
      ecb.setResponseType(99 as typeof rcDiscard),
      Number(ecb.getResponse(rcAccountingResponse) === null),
      Number(Object.isFrozen(request.attributeAt(0))),
    ];
    const list = ecb.requestType === 1 ? rcAccessAccept : rcAccountingResponse;
    ecb.getResponse(list)?.add(text(ratReplyMessage, codes.join(" ")));
    return 0;
  },
  /** What the module sees, told in the log: types, texts, the disposition. */
  looks: (ecb) => {
    const seen = Array.from(
      ecb.getRequest(),
      (attribute) => `${attribute.attrType}=${attributeText(attribute)}`,
    );
    ecb.log.information("seen", {
      seen: seen.filter((line) => !line.startsWith("264=")),
      address: ecb.getRequest().find(ratNASIPAddress)?.value,
      disposition: ecb.responseType,
      type: ecb.requestType,
      point: ecb.point,
      version: ecb.version,
    });
    return 0;
  },
  "logs-secrets": (ecb) => {
    const password = ecb.getRequest().find(ratUserPassword);
    ecb.log.warning("an attribute", { password, inspected: inspect(password) });
    ecb.log.error("an error", { error: new Error("told") });
    return 0;
  },
  challenges: (ecb) => {
    if (ecb.point !== repAuthentication) return 0;
    const answered = ecb.answeredChallenge;
    if (answered !== undefined) {
      ecb.getResponse(rcAccessAccept)?.add(text(ratReplyMessage, JSON.stringify(answered.data)));
      return ecb.setResponseType(rcAccessAccept);
    }
    const state = ecb.issueState({ asked: "code", tries: [1, 2] });
    ecb.getResponse(rcAccessChallenge)?.add({ attrType: ratState, dataType: 1, value: state });
    return ecb.setResponseType(rcAccessChallenge);
  },
};

const run = (
  table: typeof decisions,
  fallback: Decide,
  attributes: RadiusAttributes,
  set: (to: number) => void,
) => {
  const name = nameOf(attributes);
  return (table[name] ?? fallback)(attributes, set);
};

/** `DOMAIN\name` is among the internal attributes at both points. */
function nameOf(attributes: Iterable<RadiusAttributes[number]>): string {
  const qualified = findAttribute(Array.from(attributes), ratStrippedUserName);
  return qualified === undefined ? "" : attributeText(qualified).replace(/^.*\\/, "");
}

const freed: unknown[] = [];

export const modules: Readonly<Record<string, NpsExtensionModule>> = {
  first: {
    RadiusExtensionProcess: (attributes, action) =>
      run(
        decisions,
        () => 0,
        attributes,
        (to) => {
          if (action !== null) action.value = to as RadiusAction;
        },
      ),
  },
  second: {
    RadiusExtensionProcessEx(attributes, out, action, call) {
      call.log.debug("freed so far", { freed: freed.length });
      const name = nameOf(attributes);
      out.value = (returns[name] ?? null) as typeof out.value;
      return run(
        decisions,
        () => 0,
        attributes,
        (to) => {
          if (action !== null) action.value = to as RadiusAction;
        },
      );
    },
    RadiusExtensionFreeAttributes(attributes) {
      if (attributes === returns["free-throws"]) throw new Error("double free");
      freed.push(attributes);
    },
  },
  third: {
    RadiusExtensionInit({ name, settings, readings, log }) {
      log.information("initialized", { name, settings, readings });
      return 0;
    },
    RadiusExtensionTerm() {},
    RadiusExtensionProcess2: (ecb) => edits[nameOf(ecb.getRequest())]?.(ecb) ?? 0,
  },
  defined: defineNpsExtension({
    authentication(request) {
      if (request.userName === "returns") return reject({ message: "not today", reason: "account-disabled" });
      return undefined;
    },
    authorization(_request, response) {
      response.set({ "Filter-Id": response.disposition });
    },
  }),
};

export const importExtension = async (name: string): Promise<unknown> => modules[name];
