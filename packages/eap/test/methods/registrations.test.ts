import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EapQuestion, EapUserWindow } from "../../src/contract/eap-module.ts";
import type { Out, PppEapInfo } from "../../src/contract/ppp-eap.ts";
import type { EapMethodRegistration } from "../../src/contract/registration.ts";
import { genericTokenCard } from "../../src/methods/generic-token-card/generic-token-card.ts";
import { md5Challenge } from "../../src/methods/md5-challenge/md5-challenge.ts";
import { msChapV2 } from "../../src/methods/ms-chap-v2/ms-chap-v2.ts";
import { oneTimePasswordMethod } from "../../src/methods/one-time-password/one-time-password-method.ts";
import { decodeUserQuestion } from "../../src/methods/user-question.ts";
import { text } from "./conversation.ts";

const infoOf = (eapTypeId: number): PppEapInfo => ({
  sizeInBytes: 40,
  eapTypeId,
  eapType: eapTypeId,
  initialize: null,
  begin: null,
  makeMessage: null,
  end: null,
});

describe.each<[string, EapMethodRegistration, number, boolean]>([
  ["MD5-Challenge", md5Challenge(), 4, false],
  ["One-Time Password", oneTimePasswordMethod(), 5, false],
  ["Generic Token Card", genericTokenCard(), 6, false],
  ["MS-CHAPv2", msChapV2(), 26, true],
])("%s", (name, registration, type, keys) => {
  it("EAP-85 says what it is, and whether it yields keys", () => {
    const { friendlyName, mppeEncryptionSupported } = registration;
    expect([registration.type, friendlyName, mppeEncryptionSupported]).toEqual([type, name, keys]);
  });

  it("EAP-02 serves its own type alone", () => {
    const info = infoOf(type);
    expect(registration.module.RasEapGetInfo(type, info)).toBe(0);
    expect([info.begin, info.makeMessage, info.end].every((entry) => typeof entry === "function")).toBe(true);
    const other = infoOf(99);
    expect(registration.module.RasEapGetInfo(99, other)).toBe(50);
    expect(other).toEqual(infoOf(99));
  });
});

describe("the dialog of the methods", () => {
  const ask = md5Challenge().interactiveUI?.RasEapInvokeInteractiveUI;
  const question = { purpose: "password", text: "Password:", echo: false };
  const windowThatAnswers = (answers: (string | null)[], asked: EapQuestion[] = []): EapUserWindow => ({
    signal: new AbortController().signal,
    ask(one) {
      asked.push(one);
      return Promise.resolve(answers.shift() ?? null);
    },
    show: () => {},
  });
  const context = (value: unknown) => text(JSON.stringify(value));

  it("EAP-69 without a window the user cannot be asked", async () => {
    expect(await ask?.(4, null, context(question), { value: null })).toBe(703);
  });

  it.each([
    null,
    text(""),
    text("{"),
    text("7"),
    text("null"),
    context({ ...question, echo: 1 }),
    context({ text: "x" }),
  ])("what is no question is not supported", async (contextData) => {
    const asked: EapQuestion[] = [];
    expect(await ask?.(4, windowThatAnswers(["x"], asked), contextData, { value: null })).toBe(50);
    expect(asked).toEqual([]);
    expect(decodeUserQuestion(contextData)).toBeUndefined();
  });

  it.each([true, false])("what is typed is seen or not: echo %s", async (echo) => {
    const asked: EapQuestion[] = [];
    const out: Out<Uint8Array | null> = { value: null };
    expect(await ask?.(4, windowThatAnswers(["пароль"], asked), context({ ...question, echo }), out)).toBe(0);
    expect(asked).toEqual([{ text: "Password:", echo }]);
    expect(out.value).toEqual(text("пароль"));
  });

  it("EAP-74 a dialog that is closed gives nothing, also while a new password is repeated", async () => {
    for (const answers of [[null], ["Looking-Glass", null]]) {
      const out: Out<Uint8Array | null> = { value: null };
      const purpose = answers.length === 1 ? "password" : "new-password";
      expect(await ask?.(4, windowThatAnswers(answers), context({ ...question, purpose }), out)).toBe(0);
      expect(out.value).toBeNull();
    }
  });

  it("any octets are a question or none", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (octets) => void decodeUserQuestion(octets)));
  });
});
