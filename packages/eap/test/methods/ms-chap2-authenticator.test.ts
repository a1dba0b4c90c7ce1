import { describe, expect, it } from "vitest";
import { raatClass, raatUserName } from "../../src/contract/auth-attribute-types.ts";
import { msChapV2 } from "../../src/methods/ms-chap-v2/ms-chap-v2.ts";
import type { MsChap2Accounts } from "../../src/methods/ms-chap-v2/ms-chap2-accounts.ts";
import { attributeText, fromHex, hex, Side, type Step, text } from "./conversation.ts";
import { PasswordBook } from "./password-book.ts";
import {
  accounts,
  acknowledged,
  authenticator,
  challenge,
  keysOf,
  response,
  rfc2759,
  success,
} from "./rfc2759.ts";

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

  it.each([0, 1, 3, 10])(
    "after %i retries R is 0, and the session ends with the acknowledgement",
    (retries) => {
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
    },
  );

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
