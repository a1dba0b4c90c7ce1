import { createHash } from "node:crypto";
import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RasAuthAttribute } from "../../src/contract/auth-attribute.ts";
import {
  raatMD5CHAPChallenge,
  raatMD5CHAPPassword,
  raatUserName,
} from "../../src/contract/auth-attribute-types.ts";
import { RAS_EAP_FLAG_NON_INTERACTIVE } from "../../src/contract/constants.ts";
import { md5Challenge } from "../../src/methods/md5-challenge/md5-challenge.ts";
import {
  decodeMd5ChallengeData,
  encodeMd5ChallengeData,
} from "../../src/methods/md5-challenge/md5-challenge-data.ts";
import { MethodPacketError } from "../../src/methods/method-packet-error.ts";
import { attributeText, converse, fromHex, hex, Side, text } from "./conversation.ts";

/** RFC 2865 section 7.2, with the password of section 7.1: CHAP, whose computation is that of MD5-Challenge. */
const rfc2865 = {
  identifier: 22,
  password: "arctangent",
  challenge: fromHex("2aee86f08d0d55969ca5978e0d3367a2"),
  response: "e97557c316185895f293ff6344077275",
};
const octets = (attributes: readonly RasAuthAttribute[], type: number): Uint8Array => {
  const value = attributes.find((attribute) => attribute.type === type)?.value;
  if (!(value instanceof Uint8Array)) throw new Error(`no attribute ${type}`);
  return value;
};

/** A provider that knows one password. */
const knows = (password: string) => (attributes: readonly RasAuthAttribute[]) => {
  const answer = octets(attributes, raatMD5CHAPPassword);
  const hash = createHash("md5").update(answer.subarray(0, 1)).update(password);
  const right = hash.update(octets(attributes, raatMD5CHAPChallenge)).digest("hex");
  return right === hex(answer.subarray(1)) ? 0 : 691;
};

const authenticator = () =>
  new Side(md5Challenge({ name: "nas" }), {
    authenticator: true,
    identity: "flopsy",
    initialId: 22,
    random: () => rfc2865.challenge,
  });
const peer = (password: string | null = rfc2865.password, flags = 0) =>
  new Side(md5Challenge(), { identity: "flopsy", password, flags });
const request = fromHex("0116001904102aee86f08d0d55969ca5978e0d3367a26e6173");
const response = fromHex(`0216001c0410${rfc2865.response}666c6f707379`);

describe("MD5-Challenge, authenticator", () => {
  it("EAP-50 EAP-53 RFC 2865 section 7.2: challenge and answer go to the provider", () => {
    const side = authenticator();
    const asked = side.call(null);
    expect([asked.did, hex(asked.packet ?? text(""))]).toEqual(["SendWithTimeout", hex(request)]);
    const step = side.call(response);
    expect(step.did).toBe("Authenticate");
    expect(step.attributes.map(({ type }) => type)).toEqual([
      raatUserName,
      raatMD5CHAPPassword,
      raatMD5CHAPChallenge,
    ]);
    expect(attributeText(step, raatUserName)).toBe("flopsy");
    expect(hex(octets(step.attributes, raatMD5CHAPPassword))).toBe(`16${rfc2865.response}`);
    expect(octets(step.attributes, raatMD5CHAPChallenge)).toEqual(rfc2865.challenge);
    expect(knows(rfc2865.password)(step.attributes)).toBe(0);
  });

  it("EAP-54 a user name that the host has given already is not given back", () => {
    const userAttributes = [{ type: raatUserName, value: text("flopsy") }];
    const side = new Side(md5Challenge(), { authenticator: true, userAttributes });
    const challenge = side.call(null).packet ?? text("");
    const step = side.call(fromHex(`020100160410${"00".repeat(16)}`));
    expect(challenge[1]).toBe(1);
    expect(step.attributes.map(({ type }) => type)).toEqual([raatMD5CHAPPassword, raatMD5CHAPChallenge]);
  });

  it.each([
    [0, "SendAndDone 0", "03160004"],
    [691, "SendAndDone 691", "04160004"],
    [649, "SendAndDone 649", "04160004"],
  ])("EAP-51 the provider's %i ends the session", (authResultCode, did, packet) => {
    const side = authenticator();
    side.call(null);
    side.call(response);
    const step = side.call(null, { authenticationComplete: true, authResultCode });
    expect([step.did, hex(step.packet ?? text(""))]).toEqual([did, packet]);
    expect(attributeText(step, raatUserName)).toBe(authResultCode === 0 ? "flopsy" : undefined);
  });

  it("EAP-51 a provider that says nothing refuses", () => {
    const side = authenticator();
    side.call(null);
    side.call(response);
    expect(side.call(null, { authenticationComplete: true }).did).toBe("SendAndDone 645");
  });

  it("EAP-16 EAP-30 without a packet the same request goes out again", () => {
    const side = authenticator();
    const asked = side.call(null);
    expect(side.call(null)).toEqual(asked);
    expect(side.call(null, {})).toEqual(asked);
  });

  it("EAP-55 while the provider works nothing is answered", () => {
    const side = authenticator();
    side.call(null);
    side.call(response);
    expect(side.call(response).did).toBe("722");
    expect(side.call(null).did).toBe("NoAction");
  });

  it.each([
    ["another identifier", "0217001c0410e97557c316185895f293ff6344077275666c6f707379"],
    ["a request", "0116001c0410e97557c316185895f293ff6344077275666c6f707379"],
    ["another type", "0216001c0510e97557c316185895f293ff6344077275666c6f707379"],
    ["no data", "0216000504"],
    ["no type", "02160004"],
    ["a value of no octets", "021600060400"],
    ["a value beyond the end", "021600160411e97557c316185895f293ff6344077275"],
    ["a value of 15 octets", "02160015040fe97557c316185895f293ff63440772"],
    ["a value of 17 octets", "021600170411e97557c316185895f293ff634407727500"],
    ["a length beyond the end", "021600ff0410e97557c316185895f293ff6344077275"],
    ["a length before the value's end", "021600080410e97557c316185895f293ff6344077275"],
    ["a Success", "03160004"],
    ["nothing", ""],
  ])("EAP-22 %s is discarded, and the right answer still counts", (_, packet) => {
    const side = authenticator();
    side.call(null);
    expect(side.call(fromHex(packet)).did).toBe("722");
    expect(side.call(response).did).toBe("Authenticate");
  });

  it("a response before the first request is discarded", () => {
    expect(authenticator().call(response).did).toBe("722");
  });

  it("EAP-59 identifiers go on from 255 to 0", async () => {
    const side = new Side(md5Challenge(), { authenticator: true, initialId: 0 });
    expect(side.call(null).packet?.[1]).toBe(0);
  });
});

describe("MD5-Challenge, peer", () => {
  it("RFC 2865 section 7.2: the answer, and the identity as name", () => {
    const step = peer().call(request);
    expect([step.did, hex(step.packet ?? text(""))]).toEqual(["Send", hex(response)]);
  });

  it("EAP-34 a duplicate gets the same answer, another request one of its own", () => {
    const side = peer();
    const first = side.call(request);
    expect(side.call(request)).toEqual(first);
    const next = Uint8Array.from(request);
    next[1] = 23;
    expect(side.call(next).packet?.[1]).toBe(23);
  });

  it.each([
    ["Success", "03160004", "Done 0"],
    ["Success of an authenticator that counts on", "03170004", "Done 0"],
    ["Failure", "04160004", "Done 691"],
    ["Success of another exchange", "03150004", "722"],
    ["Failure of another exchange", "04180004", "722"],
    ["a Success with data", "0316000500", "722"],
    ["a response", hex(response), "722"],
    ["an unknown code", "05160004", "722"],
  ])("EAP-45 after the answer: %s", (_, packet, did) => {
    const side = peer();
    side.call(request);
    expect(side.call(fromHex(packet)).did).toBe(did);
  });

  it("a Success before the answer is discarded, a Failure is believed", () => {
    expect(peer().call(fromHex("03160004")).did).toBe("722");
    expect(peer().call(fromHex("04160004")).did).toBe("Done 691");
  });

  it.each([
    ["after the answer", true, "Done 0"],
    ["before it", false, "Done 691"],
  ])("EAP-48 EAP-49 the network phase begins %s", (_, answered, did) => {
    const side = peer();
    if (answered) side.call(request);
    expect(side.call(null, { successPacketReceived: true }).did).toBe(did);
  });

  it.each([
    "",
    "01160004",
    "0116000504",
    "011600060400",
    "011600060405",
    "01160007040500",
    "011600ff0410",
    "0116000605aa",
  ])("EAP-22 %j is discarded", (packet) => {
    const side = peer();
    expect(side.call(fromHex(packet)).did).toBe("722");
    expect(side.call(request).did).toBe("Send");
  });

  it("EAP-69 without a password, and without a dialog, it ends with 703", () => {
    expect(peer(null, RAS_EAP_FLAG_NON_INTERACTIVE).call(request).did).toBe("703");
  });

  it("EAP-66 what the user types is the password; a duplicate meanwhile is discarded", () => {
    const side = peer(null);
    const step = side.call(request);
    expect([step.did, JSON.parse(new TextDecoder().decode(step.question))]).toEqual([
      "NoAction",
      { purpose: "password", text: "Password of flopsy:", echo: false },
    ]);
    expect(side.call(request).did).toBe("722");
    const typed = { dataReceivedFromInteractiveUI: true, dataFromInteractiveUI: text(rfc2865.password) };
    expect(hex(side.call(null, typed).packet ?? text(""))).toBe(hex(response));
    // Nothing is asked any more.
    expect(side.call(null, typed).did).toBe("NoAction");
  });

  it.each([null, undefined])("EAP-66 a dialog that gives %s ends the session", (dataFromInteractiveUI) => {
    const side = peer(null);
    side.call(request);
    const left = {
      dataReceivedFromInteractiveUI: true,
      ...(dataFromInteractiveUI === null && { dataFromInteractiveUI }),
    };
    expect(side.call(null, left).did).toBe("Done 691");
  });

  it("EAP-92 the password is not to be seen in the work buffer", () => {
    const side = peer("hunter2hunter2");
    side.call(request);
    expect(inspect(side.workBuffer, { depth: 9, showHidden: true })).not.toContain("hunter2");
  });

  it("an identity that does not fit into a packet does not begin", () => {
    const method = md5Challenge();
    expect(new Side(method, { identity: "a".repeat(300) }).beginStatus).toBe(0);
    expect(new Side(method, { identity: "a".repeat(1000) }).beginStatus).toBe(645);
  });
});

describe("MD5-Challenge, both sides", () => {
  it.each(["alice", "", "CORP\\alice", "alice@corp.example", "Алиса", "a".repeat(300)])(
    "EAP-46 %j logs in, and is told",
    async (identity) => {
      const options = { authenticator: md5Challenge(), identity, provider: knows("wonder€land") };
      const result = await converse({ ...options, password: "wonder€land" });
      expect(result.trace).toEqual([
        "> SendWithTimeout",
        "< Send",
        "> Authenticate",
        "> SendAndDone 0",
        "< Done 0",
      ]);
      expect(attributeText(result.authenticator, raatUserName)).toBe(identity);
      const refused = await converse({ ...options, password: "wonderland" });
      expect(refused.trace.slice(-2)).toEqual(["> SendAndDone 691", "< Done 691"]);
    },
  );

  it("EAP-64 the user may type the password", async () => {
    const options = { authenticator: md5Challenge(), provider: knows("wonderland") };
    const result = await converse({ ...options, types: ["wonderland"] });
    expect(result.asked).toEqual(["Password of alice:"]);
    expect(result.trace.at(-1)).toBe("< Done 0");
    expect((await converse({ ...options, types: [null] })).trace.at(-1)).toBe("< Done 691");
  });
});

describe("data of MD5-Challenge", () => {
  it("any bytes give data or a MethodPacketError, and what was read is written again", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          const data = decodeMd5ChallengeData(bytes);
          const target = new Uint8Array(40);
          const length = encodeMd5ChallengeData(target, data);
          expect(hex(target.subarray(0, length))).toBe(hex(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(MethodPacketError);
        }
      }),
    );
  });

  it("what has no room is not written", () => {
    const data = { value: new Uint8Array(16), name: text("name") };
    expect(() => encodeMd5ChallengeData(new Uint8Array(20), data)).toThrow(RangeError);
    expect(() =>
      encodeMd5ChallengeData(new Uint8Array(400), { ...data, value: new Uint8Array(256) }),
    ).toThrow(RangeError);
    expect(() => md5Challenge({ name: "é".repeat(128) })).toThrow(RangeError);
  });

  it("any packet is discarded or taken, by either side, without an exception", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 8 }),
        fc.boolean(),
        (packets, asAuthenticator) => {
          const side = asAuthenticator ? authenticator() : peer();
          side.call(asAuthenticator ? null : request);
          for (const tail of packets)
            side.call(Uint8Array.from([asAuthenticator ? 2 : 1, 22, 0, 4 + tail.length, ...tail]));
        },
      ),
    );
  });
});
