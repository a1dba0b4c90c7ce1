import { inspect } from "node:util";
import { createSeededRandom } from "@sallyport/runtime";
import { describe, expect, it } from "vitest";
import { RAS_EAP_FLAG_NON_INTERACTIVE } from "../../src/contract/constants.ts";
import { msChapV2 } from "../../src/methods/ms-chap-v2/ms-chap-v2.ts";
import { fromHex, hex, Side, text } from "./conversation.ts";
import { challenge, failure, keysOf, peer, response, rfc2759, success } from "./rfc2759.ts";

const newChallenge = "00112233445566778899AABBCCDDEEFF";

describe("MS-CHAPv2, peer", () => {
  it("RFC 2759 section 9.2: the answer, the authenticator's proof, and EAP-84 the keys the other way round", () => {
    const side = peer();
    const answer = side.call(challenge);
    expect([answer.did, hex(answer.packet ?? text(""))]).toEqual(["Send", hex(response)]);
    const believed = side.call(success("08"));
    expect([believed.did, hex(believed.packet ?? text(""))]).toEqual(["Send", "020800061a03"]);
    const ended = side.call(fromHex("03080004"));
    expect(ended.did).toBe("Done 0");
    expect(keysOf(ended)?.receive).toBe(rfc2759.sendKey);
    expect(keysOf(ended)?.send).not.toBe(rfc2759.sendKey);
  });

  it("EAP-34 duplicates get the same answer, with the same challenge of the peer", () => {
    const side = new Side(msChapV2(), {
      identity: "User",
      password: "clientPass",
      random: createSeededRandom(3),
    });
    const answer = side.call(challenge);
    expect(side.call(challenge)).toEqual(answer);
  });

  it.each([
    ["another proof", "S=407A5589115FD0D6209F510FE9C04566932CDA57"],
    ["digits in lower case", "S=407a5589115fd0d6209f510fe9c04566932cda56"],
    ["too few digits", "S=407A5589115FD0D6209F510FE9C04566932CDA5"],
    ["no proof", "M=Welcome"],
    ["nothing", ""],
  ])("RFC 2759 section 5: %s ends the session", (_, proof) => {
    const side = peer();
    side.call(challenge);
    expect(side.call(success("08", proof)).did).toBe("Done 1397");
  });

  it("EAP-49 neither a Success nor the network phase counts before the proof", () => {
    const side = peer();
    expect(side.call(fromHex("03070004")).did).toBe("722");
    side.call(challenge);
    expect(side.call(fromHex("03070004")).did).toBe("722");
    expect(side.call(null, { successPacketReceived: true }).did).toBe("Done 1397");
  });

  it("EAP-48 after the proof the network phase counts, with the keys", () => {
    const side = peer();
    side.call(challenge);
    side.call(success("08"));
    const ended = side.call(null, { successPacketReceived: true });
    expect([ended.did, keysOf(ended)?.receive]).toEqual(["Done 0", rfc2759.sendKey]);
  });

  it("a Failure ends the session at any time", () => {
    expect(peer().call(fromHex("04070004")).did).toBe("Done 691");
    const side = peer();
    side.call(challenge);
    side.call(success("08"));
    expect(side.call(fromHex("04080004")).did).toBe("Done 691");
  });

  it.each([
    ["R=0", 0, `E=647 R=0 C=${newChallenge} V=3 M=Disabled.`, 647],
    ["no dialog", RAS_EAP_FLAG_NON_INTERACTIVE, `E=691 R=1 C=${newChallenge} V=3 M=`, 691],
    ["no dialog for a new password", RAS_EAP_FLAG_NON_INTERACTIVE, `E=648 R=0 C=${newChallenge} V=3 M=`, 648],
    ["no challenge for a new password", 0, "E=648 R=0 V=3", 648],
    ["an old version of changing passwords", 0, `E=648 R=0 C=${newChallenge} V=2 M=`, 648],
    ["E alone", 0, "E=691", 691],
    ["a code of ten digits", 0, "E=4294967295 R=0", 4294967295],
    ["0, which is no refusal", 0, "E=0 R=0", 691],
  ])("EAP-44 a Failure that is final is acknowledged, and its code told: %s", (_, flags, message, code) => {
    const side = peer("clientPass", flags);
    side.call(challenge);
    const step = side.call(failure("08", message));
    expect([step.did, hex(step.packet ?? text(""))]).toEqual(["Send", "020800061a04"]);
    expect(side.call(fromHex("04080004")).did).toBe(`Done ${code}`);
  });

  it.each([
    "",
    "E=",
    "E=12345678901",
    "R=0 E=691",
    "E=691 R=2",
    "E=691 C=00",
    `E=691 R=1 C=${"0".repeat(31)}G V=3`,
    "E=691R=1",
    "welcome",
  ])("EAP-22 the Failure %j is discarded", (message) => {
    const side = peer();
    side.call(challenge);
    expect(side.call(failure("08", message)).did).toBe("722");
    expect(side.call(success("08")).did).toBe("Send");
  });

  it.each([
    ["another type", 4, 4],
    ["an unknown operation", 5, 9],
    ["a response", 5, 2],
    ["a Success before the answer", 5, 3],
    ["a Failure before the answer", 5, 4],
    ["an MS-Length that is too long", 8, 0x19],
    ["an MS-Length that is too short", 8, 0x17],
    ["a Value-Size of 15", 9, 15],
    ["a Value-Size of 17", 9, 17],
    ["a Length beyond the end", 3, 0x1e],
    ["a Length before the end", 3, 0x10],
  ])("EAP-22 %s is discarded", (_, at, octet) => {
    const side = peer();
    const bad = Uint8Array.from(challenge);
    bad[at] = octet;
    expect(side.call(bad).did).toBe("722");
    expect(side.call(challenge).did).toBe("Send");
  });

  it("a second challenge after the answer is discarded: the peer answers nobody's oracle", () => {
    const side = peer();
    side.call(challenge);
    const other = Uint8Array.from(challenge);
    other[1] = 8;
    expect(side.call(other).did).toBe("722");
  });

  it("EAP-70 EAP-69 without a password and without a dialog it ends with 703", () => {
    expect(peer(null, RAS_EAP_FLAG_NON_INTERACTIVE).call(challenge).did).toBe("703");
  });

  it("EAP-66 a dialog that is closed leaves the challenge, and acknowledges a Failure", () => {
    const left = { dataReceivedFromInteractiveUI: true, dataFromInteractiveUI: null };
    const first = peer(null);
    first.call(challenge);
    expect(first.call(null, left).did).toBe("Done 691");

    const second = peer();
    second.call(challenge);
    expect(second.call(failure("08", `E=691 R=1 C=${newChallenge} V=3`)).did).toBe("NoAction");
    expect(hex(second.call(null, left).packet ?? text(""))).toBe("020800061a04");
    expect(second.call(fromHex("04080004")).did).toBe("Done 691");
  });

  it("a Failure without a challenge of its own leaves the former one", () => {
    const side = peer("wrong");
    side.call(challenge);
    side.call(failure("08", "E=691 R=1"));
    const typed = { dataReceivedFromInteractiveUI: true, dataFromInteractiveUI: text("clientPass") };
    const step = side.call(null, typed);
    // One more than the MS-CHAPv2-ID of the Failure; the rest is the answer of RFC 2759.
    expect(hex(step.packet ?? text(""))).toBe(hex(response).replace("0207003f1a0207", "0208003f1a0208"));
  });

  it("EAP-92 neither password nor keys are to be seen in the work buffer", () => {
    const side = peer("hunter2hunter2");
    side.call(challenge);
    expect(inspect(side.workBuffer, { depth: 9, showHidden: true })).not.toContain("hunter2");
  });

  it("an identity that does not fit into a packet does not begin", () => {
    expect(new Side(msChapV2(), { identity: "a".repeat(300) }).beginStatus).toBe(0);
    expect(new Side(msChapV2(), { identity: "a".repeat(980) }).beginStatus).toBe(645);
  });
});
