import { inspect } from "node:util";
import { createSeededRandom } from "@sallyport/runtime";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { raatClass, raatUserName } from "../../src/contract/auth-attribute-types.ts";
import { RAS_EAP_FLAG_NON_INTERACTIVE } from "../../src/contract/constants.ts";
import { findMppeKeys } from "../../src/contract/mppe-key-attributes.ts";
import { msChapV2 } from "../../src/methods/ms-chap-v2/ms-chap-v2.ts";
import type { MsChap2Accounts } from "../../src/methods/ms-chap-v2/ms-chap2-accounts.ts";
import { attributeText, converse, fromHex, hex, Side, type Step, text } from "./conversation.ts";
import { PasswordBook } from "./password-book.ts";

/** RFC 2759 section 9.2, RFC 3079 section 3.5.3. */
const rfc2759 = {
  authenticatorChallenge: "5b5d7c7d7b3f2f3e3c2c602132262628",
  peerChallenge: "21402324255e262a28295f2b3a337c7e",
  ntResponse: "82309ecd8d708b5ea08faa3981cd83544233114a3d85d6df",
  authenticatorResponse: "S=407A5589115FD0D6209F510FE9C04566932CDA56",
  sendKey: "8b7cdc149b993a1ba118cb153f56dccb",
};
const user = hex(text("User"));
const challenge = fromHex(`0107001d1a0107001810${rfc2759.authenticatorChallenge}${hex(text("nas"))}`);
const response = fromHex(
  `0207003f1a0207003a31${rfc2759.peerChallenge}0000000000000000${rfc2759.ntResponse}00${user}`,
);
const success = (id: string, proof = rfc2759.authenticatorResponse, message = "") => {
  const data = text(`${proof}${message}`);
  const length = (offset: number) => (offset + data.length).toString(16).padStart(4, "0");
  return fromHex(`01${id}${length(9)}1a0307${length(4)}${hex(data)}`);
};
const failure = (id: string, message: string) => {
  const data = text(message);
  const length = (offset: number) => (offset + data.length).toString(16).padStart(4, "0");
  return fromHex(`01${id}${length(9)}1a0407${length(4)}${hex(data)}`);
};
const acknowledged = (id: string, op: 3 | 4) => fromHex(`02${id}00061a0${op}`);
const newChallenge = "00112233445566778899AABBCCDDEEFF";

const accounts = () => new PasswordBook({ User: "clientPass" });
const fixed = (digits: string) => () => fromHex(digits);
const authenticator = (book: MsChap2Accounts = accounts(), retries = 2) =>
  new Side(msChapV2({ accounts: book, name: "nas", retries }), {
    authenticator: true,
    identity: "User",
    initialId: 7,
    random: fixed(rfc2759.authenticatorChallenge),
  });
const peer = (password: string | null = "clientPass", flags = 0) =>
  new Side(msChapV2(), { identity: "User", password, flags, random: fixed(rfc2759.peerChallenge) });
const keysOf = (step: Step | undefined) => {
  const keys = findMppeKeys(step?.attributes ?? []);
  return keys && { send: hex(keys.send), receive: hex(keys.receive) };
};
const messageOf = (step: Step) => new TextDecoder().decode(step.packet?.subarray(9));

describe("MS-CHAPv2, authenticator", () => {
  it("RFC 2759 section 9.2: challenge, proof, and EAP-84 the keys of the access server", () => {
    const side = authenticator();
    const asked = side.call(null);
    expect([asked.did, hex(asked.packet ?? text(""))]).toEqual(["SendWithTimeout", hex(challenge)]);
    const proof = side.call(response);
    expect([proof.did, hex(proof.packet ?? text(""))]).toEqual([
      "SendWithTimeout",
      hex(success("08", rfc2759.authenticatorResponse, " M=Welcome")),
    ]);
    const granted = side.call(acknowledged("08", 3));
    expect([granted.did, hex(granted.packet ?? text(""))]).toEqual(["SendAndDone 0", "03080004"]);
    expect(attributeText(granted, raatUserName)).toBe("User");
    expect(keysOf(granted)?.send).toBe(rfc2759.sendKey);
    // Vendor 311, type 16, length 36, no salt, 16 octets of key, padding: RFC 2548 section 2.4.2 before encryption.
    const [, send] = granted.attributes;
    expect(hex(send?.value as Uint8Array)).toBe(`000001371024000010${rfc2759.sendKey}${"00".repeat(15)}`);
  });

  it("EAP-16 EAP-30 every request is sent again as it was, with its action", () => {
    const side = authenticator(new PasswordBook({}));
    const steps = [side.call(null)];
    expect(side.call(null)).toEqual(steps[0]);
    const refused = side.call(response);
    expect(refused.did).toBe("SendWithTimeoutInteractive");
    expect(side.call(null)).toEqual(refused);
    expect(side.call(null, {})).toEqual(refused);
  });

  it("EAP-29 a wrong password may be tried again, with a new challenge, while the user has all the time", () => {
    const challenges = [rfc2759.authenticatorChallenge, "aa".repeat(16), rfc2759.authenticatorChallenge];
    const side = new Side(msChapV2({ accounts: accounts(), retries: 2 }), {
      authenticator: true,
      identity: "User",
      initialId: 7,
      random: () => fromHex(challenges.shift() ?? ""),
    });
    side.call(null);
    const wrong = Uint8Array.from(response);
    wrong[40] = 0;
    const first = side.call(wrong);
    expect(first.did).toBe("SendWithTimeoutInteractive");
    expect(messageOf(first)).toBe(
      `E=691 R=1 C=${"AA".repeat(16)} V=3 M=Unknown user name or wrong password (691).`,
    );
    // The right answer to the former challenge is none to this one.
    const again = Uint8Array.from(response);
    again[1] = 8;
    again[6] = 8;
    const second = side.call(again);
    expect(messageOf(second)).toMatch(/^E=691 R=1 /);
    again[1] = 9;
    again[6] = 7;
    expect(side.call(again).did).toBe("SendWithTimeout");
    expect(keysOf(side.call(acknowledged("0a", 3)))?.send).toBe(rfc2759.sendKey);
  });

  it.each([0, 1, 3])("after %i retries R is 0, and the session ends with the acknowledgement", (retries) => {
    const side = authenticator(new PasswordBook({}), retries);
    side.call(null);
    const answer = Uint8Array.from(response);
    const flags: (string | undefined)[] = [];
    for (let at = 0; at <= retries; at += 1) {
      answer[1] = 7 + at;
      flags.push(/R=(.)/.exec(messageOf(side.call(answer)))?.[1]);
    }
    expect(flags).toEqual([...Array.from({ length: retries }, () => "1"), "0"]);
    answer[1] = 8 + retries;
    expect(side.call(answer).did).toBe("722");
    const identifier = (8 + retries).toString(16).padStart(2, "0");
    expect(side.call(acknowledged(identifier, 4)).did).toBe("SendAndDone 691");
  });

  it.each([646, 647, 649, 12345])("EAP-44 %i is told, without another try", (code) => {
    const book = accounts();
    book.restrictions.set("User", code);
    const side = authenticator(book);
    side.call(null);
    const step = side.call(response);
    expect([step.did, messageOf(step)]).toEqual([
      "SendWithTimeout",
      expect.stringMatching(`^E=${code} R=0 C=[0-9A-F]{32} V=3 M=.`),
    ]);
    const ended = side.call(acknowledged("08", 4));
    expect([ended.did, hex(ended.packet ?? text(""))]).toEqual([`SendAndDone ${code}`, "04080004"]);
  });

  it("648 without a way to change the password is the end", () => {
    const side = authenticator({ verify: () => ({ kind: "refused", code: 648, message: "Too old." }) });
    side.call(null);
    const step = side.call(response);
    expect([step.did, messageOf(step)]).toEqual([
      "SendWithTimeout",
      expect.stringMatching(/^E=648 R=0 .* M=Too old\.$/),
    ]);
  });

  it("648 with a way: a peer that does not want to ends with 648", () => {
    const book = accounts();
    book.restrictions.set("User", 648);
    const side = authenticator(book);
    side.call(null);
    expect(side.call(response).did).toBe("SendWithTimeoutInteractive");
    const again = Uint8Array.from(response);
    again[1] = 8;
    expect(side.call(again).did).toBe("722");
    expect(side.call(acknowledged("08", 4)).did).toBe("SendAndDone 648");
  });

  it("a refusal with 0, and an endless message, are made sense of", () => {
    const side = authenticator(
      { verify: () => ({ kind: "refused", code: 0, message: "€".repeat(9000) }) },
      0,
    );
    side.call(null);
    expect(messageOf(side.call(response))).toMatch(/^E=691 R=0 C=[0-9A-F]{32} V=3 M=€{256}$/);
    expect(side.call(acknowledged("08", 4)).did).toBe("SendAndDone 691");
  });

  it("a peer that does not believe the proof ends the session", () => {
    const side = authenticator();
    side.call(null);
    side.call(response);
    expect(side.call(acknowledged("08", 4)).did).toBe("SendAndDone 691");
  });

  it("octets after the operation of an acknowledgement do not matter", () => {
    const side = authenticator();
    side.call(null);
    side.call(response);
    expect(side.call(fromHex("020800091a03070004")).did).toBe("SendAndDone 0");
  });

  it("attributes of the verdict go to the host", () => {
    const book = accounts();
    const side = authenticator({
      verify: (answer) => ({
        attributes: [{ type: raatClass, value: text("staff") }],
        ...book.verify(answer),
      }),
    });
    side.call(null);
    side.call(response);
    expect(attributeText(side.call(acknowledged("08", 3)), raatClass)).toBe("staff");
  });

  it.each([
    ["another identifier", "0208"],
    ["a request", "0107"],
    ["a Success", "0307"],
  ])("EAP-22 %s is discarded", (_, start) => {
    const side = authenticator();
    side.call(null);
    expect(side.call(fromHex(start + hex(response).slice(4))).did).toBe("722");
    expect(side.call(response).did).toBe("SendWithTimeout");
  });

  it.each([
    ["another type", 4, 4],
    ["an unknown operation", 5, 9],
    ["a challenge", 5, 1],
    ["another MS-CHAPv2-ID", 6, 8],
    ["an MS-Length that is too long", 8, 0x3b],
    ["an MS-Length that is too short", 8, 0x39],
    ["a Value-Size of 48", 9, 0x30],
    ["a Value-Size of 50", 9, 0x32],
    ["a Length beyond the end", 3, 0x40],
    ["a Length before the end", 3, 0x30],
    ["a Length of 4", 3, 4],
    ["the Success acknowledgement before the proof", 5, 3],
    ["the Failure acknowledgement before a Failure", 5, 4],
    ["a new password that nobody asked for", 5, 7],
  ])("EAP-22 %s is discarded", (_, at, octet) => {
    const side = authenticator();
    side.call(null);
    const bad = Uint8Array.from(response);
    bad[at] = octet;
    expect(side.call(bad).did).toBe("722");
    expect(side.call(response).did).toBe("SendWithTimeout");
  });

  it("a response cut anywhere is discarded", () => {
    const side = authenticator();
    side.call(null);
    for (let length = 0; length < 59; length += 1) {
      const cut = response.slice(0, length);
      if (length >= 4) cut[3] = length;
      expect(side.call(cut).did).toBe("722");
      if (length >= 9) cut[8] = length - 5;
      expect(side.call(cut).did).toBe("722");
    }
    expect(side.call(response).did).toBe("SendWithTimeout");
  });

  it("accounts may take their time; the octets of the answer stay until the verdict", async () => {
    const book = accounts();
    const later: MsChap2Accounts = {
      async verify(answer) {
        await Promise.resolve();
        return book.verify(answer);
      },
    };
    const side = authenticator(later);
    expect(side.call(null).synchronous).toBe(true);
    const step = await side.callAsync(response);
    expect([step.did, step.synchronous]).toEqual(["SendWithTimeout", false]);
    expect(side.call(acknowledged("08", 3)).did).toBe("SendAndDone 0");
  });

  it("without accounts everybody is refused", () => {
    const side = new Side(msChapV2(), { authenticator: true, initialId: 7 });
    side.call(null);
    expect(messageOf(side.call(response))).toMatch(/^E=691/);
  });
});

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

describe("MS-CHAPv2, both sides", () => {
  const granted = [
    "> SendWithTimeout",
    "< Send",
    "> SendWithTimeout",
    "< Send",
    "> SendAndDone 0",
    "< Done 0",
  ];

  it.each([
    ["alice", "wonderland"],
    ["CORP\\alice", "wonderland"],
    ["alice@corp.example", "wonderland"],
    ["Алиса", "Зазеркалье"],
    ["", ""],
    ["a".repeat(300), "€".repeat(256)],
  ])("EAP-46 EAP-84 %j logs in; both sides have the same keys", async (identity, password) => {
    const book = new PasswordBook({ [identity]: password });
    const result = await converse({ authenticator: msChapV2({ accounts: book }), identity, password });
    expect(result.trace).toEqual(granted);
    expect(book.seen).toEqual([`${identity} as ${identity}`]);
    expect(attributeText(result.authenticator, raatUserName)).toBe(identity);
    const ours = keysOf(result.authenticator);
    const theirs = keysOf(result.peer);
    expect(ours?.send).toMatch(/^[0-9a-f]{32}$/);
    expect(ours).toEqual({ send: theirs?.receive, receive: theirs?.send });
    expect(ours?.send).not.toBe(ours?.receive);
  });

  it("a wrong password, and the right one at the third attempt", async () => {
    const method = msChapV2({ accounts: new PasswordBook({ alice: "wonderland" }) });
    const result = await converse({ authenticator: method, password: "a", types: ["b", "wonderland"] });
    expect(result.trace.at(-1)).toBe("< Done 0");
    expect(result.asked).toEqual(
      Array.from({ length: 2 }, () => "Unknown user name or wrong password (691).\nPassword of alice:"),
    );
    const failed = await converse({ authenticator: method, password: "a", types: ["b", "c", "wonderland"] });
    expect(failed.trace.slice(-2)).toEqual(["> SendAndDone 691", "< Done 691"]);
    expect(failed.asked).toHaveLength(2);
  });

  it("nobody at the peer: the first wrong password is the last", async () => {
    const method = msChapV2({ accounts: new PasswordBook({ alice: "wonderland" }) });
    const result = await converse({
      authenticator: method,
      password: "a",
      flags: RAS_EAP_FLAG_NON_INTERACTIVE,
    });
    expect(result.trace).toEqual([
      "> SendWithTimeout",
      "< Send",
      "> SendWithTimeoutInteractive",
      "< Send",
      "> SendAndDone 691",
      "< Done 691",
    ]);
  });

  it.each(["Looking-Glass", "Зазеркалье€", "x".repeat(256)])(
    "RFC 2759 section 7: a password that has expired is changed to %j, with keys of the new one",
    async (newPassword) => {
      const book = new PasswordBook({ alice: "wonderland" });
      book.restrictions.set("alice", 648);
      const method = msChapV2({ accounts: book });
      const result = await converse({
        authenticator: method,
        password: "wonderland",
        types: [newPassword, newPassword],
      });
      expect(result.trace.at(-1)).toBe("< Done 0");
      expect(result.asked).toEqual([
        "The password has expired (648).\nNew password of alice:",
        "The new password once more:",
      ]);
      expect(book.passwords.get("alice")).toBe(newPassword);
      expect(keysOf(result.authenticator)?.send).toBe(keysOf(result.peer)?.receive);
      expect((await converse({ authenticator: method, password: newPassword })).trace).toEqual(granted);
    },
  );

  it("two new passwords that differ change nothing", async () => {
    const book = new PasswordBook({ alice: "wonderland" });
    book.restrictions.set("alice", 648);
    const result = await converse({
      authenticator: msChapV2({ accounts: book }),
      password: "wonderland",
      types: ["Looking-Glass", "looking-glass"],
    });
    expect(result.shown).toEqual(["The two passwords differ."]);
    expect(result.trace.slice(-2)).toEqual(["> SendAndDone 648", "< Done 648"]);
    expect(book.passwords.get("alice")).toBe("wonderland");
  });

  it("EAP-44 a new password that the rules refuse ends with 709", async () => {
    const book = new PasswordBook({ alice: "wonderland" });
    book.restrictions.set("alice", 648);
    const result = await converse({
      authenticator: msChapV2({ accounts: book }),
      password: "wonderland",
      types: ["short", "short"],
    });
    expect(result.trace.slice(-2)).toEqual(["> SendAndDone 709", "< Done 709"]);
  });

  it.each(["", "x".repeat(257)])(
    "a new password of no length that could be sent is not sent",
    async (newPassword) => {
      const book = new PasswordBook({ alice: "wonderland" });
      book.restrictions.set("alice", 648);
      const result = await converse({
        authenticator: msChapV2({ accounts: book }),
        password: "wonderland",
        types: [newPassword, newPassword],
      });
      expect(result.trace.at(-1)).toBe("< Done 648");
    },
  );

  it("the user may type the first password, too", async () => {
    const method = msChapV2({ accounts: new PasswordBook({ alice: "wonderland" }) });
    const result = await converse({ authenticator: method, types: ["wonderland"] });
    expect(result.asked).toEqual(["Password of alice:"]);
    expect(result.trace.at(-1)).toBe("< Done 0");
  });

  it("any packets, to either side, are discarded or taken without an exception", () => {
    const octet = fc.oneof(fc.constantFrom(1, 2, 3, 4, 7, 0x10, 0x31), fc.nat(255));
    const tails = fc.array(fc.array(octet, { maxLength: 80 }), { maxLength: 10 });
    fc.assert(
      fc.property(tails, fc.boolean(), fc.boolean(), (all, asAuthenticator, lengthRight) => {
        const side = asAuthenticator ? authenticator() : peer();
        side.call(asAuthenticator ? null : challenge);
        for (const [at, tail] of all.entries()) {
          if (lengthRight && tail.length > 3) {
            tail[2] = 0;
            tail[3] = tail.length;
          }
          const length = 5 + tail.length;
          side.call(Uint8Array.from([asAuthenticator ? 2 : 1, at % 3 === 0 ? 8 : 7, 0, length, 26, ...tail]));
        }
      }),
      { numRuns: 300 },
    );
  });

  it.each([{ retries: -1 }, { retries: 11 }, { retries: 0.5 }, { name: "x".repeat(256) }])(
    "%j is no option",
    (options) => {
      expect(() => msChapV2(options)).toThrow(RangeError);
    },
  );
});
