import { encodeEapPacket, type PppEapBeginInput } from "@sallyport/eap";
import { describe, expect, it } from "vitest";
import type { EapInnerMethods, EapOutcome } from "../src/index.ts";
import { begun, createLab, type Lab, text } from "./support.ts";

const identity = {
  "User-Name": "alice",
  "EAP-Message": encodeEapPacket({ code: 2, identifier: 1, type: 1, data: text("alice") }),
};

async function begin(lab: Lab, innerMethods?: readonly EapInnerMethods[]): Promise<EapOutcome> {
  const opening = lab.server.open(lab.received(identity));
  if (opening.kind !== "round") throw new Error("no round");
  return opening.round.proceed({ types: undefined, innerMethods });
}

const input = (): PppEapBeginInput => {
  const [first] = begun;
  if (first === undefined) throw new Error("no method was begun");
  return first;
};

/** Answers the first request of a conversation; the method reports in between. */
async function reported(report: (input: PppEapBeginInput) => void): Promise<EapOutcome> {
  const lab = await createLab();
  const opening = lab.server.open(lab.received(identity));
  if (opening.kind !== "round") throw new Error("no round");
  const first = await opening.round.proceed({ types: undefined });
  if (first.kind !== "challenge") throw new Error(`no challenge but ${first.kind}`);
  expect(first.method).toEqual({ type: 255, name: "method-255" });
  report(input());
  const attribute = (wanted: number): Uint8Array =>
    first.attributes.find(({ type }) => type === wanted)?.value ?? new Uint8Array();
  opening.round.settle({ code: 11, attributes: [] });
  const identifier = attribute(79)[1] ?? 0;
  const next = lab.server.open(
    lab.received([
      { type: 1, value: text("alice") },
      { type: 79, value: encodeEapPacket({ code: 2, identifier, type: 255, data: text("ok") }) },
      { type: 24, value: attribute(24) },
    ]),
  );
  if (next.kind !== "round") throw new Error("no round");
  return next.round.proceed({ types: undefined });
}

describe("what a method reports of its session", () => {
  it("comes with the outcome: the method inside by itself, everything else as details", async () => {
    const outcome = await reported((method) => {
      method.report?.({ inner: "gtc", cipher: "old", resumed: "no" });
      method.report?.({ cipher: "TLS_AES_128_GCM_SHA256" });
    });
    expect(outcome).toMatchObject({
      kind: "success",
      method: { inner: "gtc", details: { cipher: "TLS_AES_128_GCM_SHA256", resumed: "no" } },
    });
  });

  it("is bounded, and what is no text is left out", async () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`fact ${index}`, "x"]));
    const outcome = await reported((method) => method.report?.({ odd: 7 as unknown as string, ...many }));
    const details = outcome.kind === "success" ? outcome.method?.details : undefined;
    expect(Object.keys(details ?? {})).toHaveLength(32);
    expect(details).not.toHaveProperty("odd");
  });
});

describe("what a policy allows inside of a method", () => {
  it("goes to the method's settings; undefined where the policy does not say it", async () => {
    const seen: unknown[] = [];
    const connectionData = (_: unknown, inner: readonly string[] | undefined): Uint8Array => {
      seen.push(inner);
      return text(inner?.join(" ") ?? "everything");
    };
    const lab = await createLab([{ type: 25 }], { connectionData });
    await begin(lab, [
      { type: 21, methods: ["pap"] },
      { type: 25, methods: ["mschapv2", "gtc"] },
    ]);
    expect(new TextDecoder().decode(input().connectionData ?? undefined)).toBe("mschapv2 gtc");
    await begin(await createLab([{ type: 25 }], { connectionData }), [{ type: 21, methods: ["pap"] }]);
    expect(seen).toEqual([["mschapv2", "gtc"], undefined]);
  });
});
