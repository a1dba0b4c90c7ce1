import { expect, it } from "vitest";
import {
  decodeRadiusPacket,
  encodeRadiusPacket,
  hideUserPassword,
  revealUserPassword,
  signMessageAuthenticator,
  signResponseAuthenticator,
  verifyMessageAuthenticator,
  verifyResponseAuthenticator,
} from "../src/index.ts";
import { hex, octets, secret, texts, utf8 } from "./support.ts";

const key = secret.reveal();
const text = (value: Uint8Array | undefined): string => new TextDecoder().decode(value);

const telnetRequest = octets(`
  01 00 00 38 0f 40 3f 94 73 97 80 57 bd 83 d5 cb 98 f4 22 7a 01 06 6e 65 6d 6f 02 12 0d be 70 8d
  93 d4 13 ce 31 96 e4 3f 78 2a 0a ee 04 06 c0 a8 01 10 05 06 00 00 00 03`);
const telnetAccept = octets(`
  02 00 00 26 86 fe 22 0e 76 24 ba 2a 10 05 f6 bf 9b 55 e0 b2 06 06 00 00 00 01 0f 06 00 00 00 00
  0e 06 c0 a8 01 03`);
const framedRequest = octets(`
  01 01 00 47 2a ee 86 f0 8d 0d 55 96 9c a5 97 8e 0d 33 67 a2 01 08 66 6c 6f 70 73 79 03 13 16 e9
  75 57 c3 16 18 58 95 f2 93 ff 63 44 07 72 75 04 06 c0 a8 01 10 05 06 00 00 00 14 06 06 00 00 00
  02 07 06 00 00 00 01`);
const framedAccept = octets(`
  02 01 00 38 15 ef bc 7d ab 26 cf a3 dc 34 d9 c0 3c 86 01 a4 06 06 00 00 00 02 07 06 00 00 00 01
  08 06 ff ff ff fe 0a 06 00 00 00 02 0d 06 00 00 00 01 0c 06 00 00 05 dc`);
const cardRequest = octets(`
  01 02 00 39 f3 a4 7a 1f 6a 6d 76 71 0b 94 7a b9 30 41 a0 39 01 07 6d 6f 70 73 79 02 12 33 65 75
  73 77 82 89 b5 70 88 5e 15 08 48 25 c5 04 06 c0 a8 01 10 05 06 00 00 00 07`);
const cardChallenge = octets(`
  0b 02 00 4e 36 f3 c8 76 4a e8 c7 11 57 40 3c 0c 71 ff 9c 45 12 30 43 68 61 6c 6c 65 6e 67 65 20
  33 32 37 36 39 34 33 30 2e 20 20 45 6e 74 65 72 20 72 65 73 70 6f 6e 73 65 20 61 74 20 70 72 6f
  6d 70 74 2e 18 0a 33 32 37 36 39 34 33 30`);
const statusRequest = octets(`
  0c da 00 26 8a 54 f4 68 6f b3 94 c5 28 66 e3 02 18 5d 06 23 50 12 5a 66 5e 2e 1e 84 11 f3 e2 43
  82 20 97 c8 4f a3`);
const statusAccept = octets("02 da 00 14 ef 0d 55 2a 4b f2 d6 93 ec 2b 6f e8 b5 41 1d 66");
const accountingStatusRequest = octets(`
  0c b3 00 26 92 5f 6b 66 dd 5f ed 57 1f cb 1d b7 ad 38 82 60 50 12 e8 d6 ea bd a9 10 87 5c d9 1f
  da de 26 36 78 58`);
const accountingStatusResponse = octets("05 b3 00 14 0f 6f 92 14 5f 10 7e 2f 50 4e 86 0a 48 60 66 9c");

it("RFC 2865 section 7.1 User Telnet to Specified Host: the request is read, its password revealed", () => {
  const packet = decodeRadiusPacket(telnetRequest);
  expect([packet.code, packet.identifier, packet.length]).toEqual([1, 0, 56]);
  expect(texts(packet)).toEqual([
    "User-Name=nemo",
    "User-Password=***",
    "NAS-IP-Address=192.168.1.16",
    "NAS-Port=3",
  ]);
  expect(text(revealUserPassword(packet.first(2) ?? new Uint8Array(), key, packet.authenticator))).toBe(
    "arctangent",
  );
});

it("RFC 2865 section 7.1 the same request is written from its parts", () => {
  const { authenticator } = decodeRadiusPacket(telnetRequest);
  const attributes = [
    { type: 1, value: utf8("nemo") },
    { type: 2, value: hideUserPassword(utf8("arctangent"), key, authenticator) },
    { type: 4, value: Uint8Array.of(192, 168, 1, 16) },
    { type: 5, value: Uint8Array.of(0, 0, 0, 3) },
  ];
  expect(hex(encodeRadiusPacket({ code: 1, identifier: 0, authenticator, attributes }))).toBe(
    hex(telnetRequest),
  );
});

it.each([
  [
    "7.1",
    telnetRequest,
    telnetAccept,
    ["Service-Type=Login", "Login-Service=Telnet", "Login-IP-Host=192.168.1.3"],
  ],
  [
    "7.2",
    framedRequest,
    framedAccept,
    [
      "Service-Type=Framed",
      "Framed-Protocol=PPP",
      "Framed-IP-Address=255.255.255.254",
      "Framed-Routing=Listen",
      "Framed-Compression=VJ-TCP-IP-Header",
      "Framed-MTU=1500",
    ],
  ],
  [
    "7.3",
    cardRequest,
    cardChallenge,
    ["Reply-Message=Challenge 32769430.  Enter response at prompt.", "State=***"],
  ],
])(
  "RFC 2865 section %s the Response Authenticator of the answer is right, and made the same",
  (_, asked, given, shown) => {
    const { authenticator } = decodeRadiusPacket(asked);
    expect(verifyResponseAuthenticator(given, authenticator, key)).toBe(true);
    const answer = decodeRadiusPacket(given);
    expect(texts(answer)).toEqual(shown);
    const unsigned = encodeRadiusPacket({
      code: answer.code,
      identifier: answer.identifier,
      authenticator: new Uint8Array(16),
      attributes: [...answer],
    });
    signResponseAuthenticator(unsigned, authenticator, key);
    expect(hex(unsigned)).toBe(hex(given));
  },
);

it("RFC 2865 section 7.2 the CHAP request is read", () => {
  const packet = decodeRadiusPacket(framedRequest);
  expect(hex(packet.first(3) ?? new Uint8Array())).toBe("16e97557c316185895f293ff6344077275");
  expect(texts(packet)).toContain("Framed-Protocol=PPP");
});

it("RFC 2865 section 7.3 the password of the challenge example is revealed", () => {
  const packet = decodeRadiusPacket(cardRequest);
  expect(text(revealUserPassword(packet.first(2) ?? new Uint8Array(), key, packet.authenticator))).toBe(
    "challenge",
  );
});

it.each([
  ["6.1", statusRequest],
  ["6.2", accountingStatusRequest],
])(
  "RFC 5997 section %s the Message-Authenticator of Status-Server is right, and made the same",
  (_, asked) => {
    const packet = decodeRadiusPacket(asked);
    const offset = packet.offsetOf(80);
    expect(offset).toBe(20);
    expect(verifyMessageAuthenticator(asked, offset, packet.authenticator, key)).toBe(true);
    const again = Uint8Array.from(asked).fill(0xff, offset + 2, offset + 18);
    expect(verifyMessageAuthenticator(again, offset, packet.authenticator, key)).toBe(false);
    signMessageAuthenticator(again, offset, packet.authenticator, key);
    expect(hex(again)).toBe(hex(asked));
  },
);

it.each([
  ["6.1", statusRequest, statusAccept],
  ["6.2", accountingStatusRequest, accountingStatusResponse],
])("RFC 5997 section %s the answer to Status-Server verifies", (_, asked, given) => {
  expect(verifyResponseAuthenticator(given, decodeRadiusPacket(asked).authenticator, key)).toBe(true);
});
