import { describe, expect, it } from "vitest";
import { type DecodedField, type DecodedToken, decodeToken, TokenError, tokensIn } from "../../src/decode.ts";
import { captures, everyCapture, fromHex, toHex } from "../negotiate/captures.ts";
import kerberosTokens from "../vectors/kerberos-tokens.json" with { type: "json" };
import ntlmCaptures from "../vectors/ntlm-captures.json" with { type: "json" };

const fallback = captures.groups["krb5-optimistic-then-ntlm"].tokens.map(({ hex }) => hex);

/** All fields, those inside others too. */
function everyField(fields: readonly DecodedField[]): readonly DecodedField[] {
  return fields.flatMap((field) => [field, ...everyField(field.fields ?? [])]);
}

function fieldOf(token: DecodedToken, name: string): DecodedField | undefined {
  return everyField(token.fields).find((field) => field.name === name);
}

const refusal = (token: Uint8Array | string): string => {
  try {
    decodeToken(token);
  } catch (error) {
    if (error instanceof TokenError) return error.message.replace(/:.*/, "");
    throw error;
  }
  return "decoded";
};

describe("what tokens say", () => {
  it("a sign-on that begins with Kerberos and ends with NTLM, one line a token", () => {
    expect(fallback.map((hex) => decodeToken(hex).summary)).toEqual([
      'SPNEGO NegTokenInit: offers Kerberos, NTLM, with Kerberos AP-REQ for "HTTP/localhost@TEST.LOCAL"',
      "SPNEGO NegTokenResp: request-mic, chooses NTLM",
      "SPNEGO NegTokenResp: accept-incomplete, with NTLM NEGOTIATE: a client begins, with signing",
      'SPNEGO NegTokenResp: accept-incomplete, chooses NTLM, with NTLM CHALLENGE of "PEER"',
      'SPNEGO NegTokenResp: accept-incomplete, with NTLM AUTHENTICATE of "TESTDOM\\alice", NTLMv2, signs the list of mechanisms',
      "SPNEGO NegTokenResp: accept-completed, signs the list of mechanisms",
    ]);
  });

  it("every field with its offset: the bytes stand there", () => {
    const hex = fallback[4] ?? "";
    const bytes = fromHex(hex);
    const token = decodeToken(bytes);
    const { initiatorMechListMIC } = captures.groups["krb5-optimistic-then-ntlm"];
    expect(fieldOf(token, "mechListMIC")).toMatchObject({ hex: initiatorMechListMIC });
    for (const field of everyField(token.fields)) {
      const { offset, length } = field;
      expect(offset + length).toBeLessThanOrEqual(bytes.length);
      if (field.hex !== undefined) expect(toHex(bytes.subarray(offset, offset + length))).toBe(field.hex);
    }
    expect(fieldOf(token, "UserName")).toMatchObject({ value: '"alice"', length: 10 });
    expect(fieldOf(token, "MsvAvTargetName")).toMatchObject({ value: '"HTTP/localhost"' });
    expect(fieldOf(token, "MsvAvFlags")).toMatchObject({ value: "0x2", note: "the message has a MIC" });
    expect(fieldOf(token, "TimeStamp")?.value).toBe("2026-11-21T06:48:31.799Z");
    expect(fieldOf(token, "MIC")?.hex).toBe("7fa7486a23825f77c72141a4fbabcb4e");
    expect(fieldOf(token, "NegotiateFlags")).toMatchObject({
      value: "0xe28a8215",
      note: "UNICODE REQUEST_TARGET SIGN NTLM ALWAYS_SIGN TARGET_TYPE_SERVER EXTENDED_SESSIONSECURITY TARGET_INFO VERSION 128 KEY_EXCH 56",
    });
  });

  it.each(everyCapture())("$title is sound, and every field inside lies within it", ({ hex }) => {
    const token = decodeToken(hex);
    expect(token.problems).toEqual([]);
    expect(token.length).toBe(hex.length / 2);
    const isWithin = (inner: DecodedField, outer: DecodedField): boolean =>
      inner.offset >= outer.offset && inner.offset + inner.length <= outer.offset + outer.length;
    for (const field of everyField(token.fields)) {
      expect((field.fields ?? []).every((inner) => isWithin(inner, field))).toBe(true);
    }
  });

  it.each(ntlmCaptures.groups.captures)("NTLM without SPNEGO, $label: three messages", (capture) => {
    expect(decodeToken(capture.negotiate).kind).toBe("ntlm-negotiate");
    expect(fieldOf(decodeToken(capture.challenge), "ServerChallenge")?.length).toBe(8);
    const last = decodeToken(capture.authenticate);
    expect(last.kind).toBe("ntlm-authenticate");
    expect(last.summary).toContain(`"${capture.domain}\\${capture.user}", NTLMv2`);
    const pairs = fieldOf(last, "AvPairs")?.fields?.length ?? 0;
    expect(pairs).toBeGreaterThan(0);
  });

  it("channel bindings, and what has none", () => {
    const find = (label: string) => {
      const capture = ntlmCaptures.groups.captures.find((known) => known.label === label);
      return fieldOf(decodeToken(capture?.authenticate ?? ""), "MsvAvChannelBindings");
    };
    expect(find("sign+seal+channel-bindings")?.hex).toBe("2644a232526d6474bd9abc01379038dd");
    expect(find("samba default")?.note).toBe("zeros: no channel bindings");
  });

  it("an NTLMv1 response is called what it is", () => {
    const nt = new Uint8Array(64 + 24);
    nt.set(new TextEncoder().encode("NTLMSSP\0"));
    nt.set([3], 8);
    nt.set([24, 0, 24, 0, 64, 0, 0, 0], 20);
    const token = decodeToken(nt);
    expect(token.summary).toBe("NTLM AUTHENTICATE of nobody (anonymous), NTLMv1");
    expect(fieldOf(token, "NtChallengeResponse")?.note).toContain("NTLMv1");
  });

  it.each(kerberosTokens.contexts)(
    "Kerberos, etype $etype, $label: as far as no key is needed",
    (context) => {
      for (const hex of context.tokens) {
        const token = decodeToken(hex);
        expect(token.problems).toEqual([]);
        const fields = everyField(token.fields);
        const secret = fields.filter(({ note }) => note?.startsWith("not decoded: encrypted"));
        expect(secret.length).toBeGreaterThan(0);
        expect(secret.every(({ hex: shown }) => shown === undefined)).toBe(true);
      }
      const request = decodeToken(context.tokens[0] ?? "");
      expect(request.summary).toContain(
        `Kerberos AP-REQ for "HTTP/cap${context.etype}.test.local@TEST.LOCAL"`,
      );
      expect(fieldOf(request, "authenticator")?.value).toMatch(
        new RegExp(`^etype ${context.etype} \\(.*\\), \\d+ bytes$`),
      );
    },
  );

  it("a KRB-ERROR says its number and its text, and nothing that could move a terminal", () => {
    const body =
      "a003020105a10302011ea411180f32303236303130313030303030305aa603020125a9061b04524541 4cab071b05621b5b326d".replaceAll(
        " ",
        "",
      );
    const length = (hex: string) => (hex.length / 2).toString(16).padStart(2, "0");
    const sequence = `30${length(body)}${body}`;
    const token = decodeToken(`7e${length(sequence)}${sequence}`);
    expect(token.summary).toBe("Kerberos KRB-ERROR 37");
    expect(fieldOf(token, "realm")?.value).toBe('"REAL"');
    expect(fieldOf(token, "e-text")?.value).toBe('"b\\u001b[2m"');
  });
});

describe("redact", () => {
  it("leaves out whatever a guessed password can be checked against, in every capture", () => {
    const secrets = ["NTProofStr", "MIC", "EncryptedRandomSessionKey", "mechListMIC", "LmChallengeResponse"];
    const tokens = [
      ...everyCapture().map(({ hex }) => hex),
      ...ntlmCaptures.groups.captures.map((c) => c.authenticate),
    ];
    let count = 0;
    for (const hex of tokens) {
      const open = decodeToken(hex);
      const shown = JSON.stringify(decodeToken(hex, { redact: true }));
      for (const field of everyField(open.fields)) {
        if (!secrets.includes(field.name) || field.length === 0) continue;
        expect(shown).not.toContain(field.hex);
        count += 1;
      }
    }
    expect(count).toBeGreaterThan(20);
  });

  it("says how much was left out, and leaves names and times", () => {
    const token = decodeToken(fallback[4] ?? "", { redact: true });
    expect(fieldOf(token, "NTProofStr")).toMatchObject({ redacted: true, length: 16 });
    expect(fieldOf(token, "UserName")?.value).toBe('"alice"');
  });

  it("a damaged token of a mechanism is left out as a whole", () => {
    const damaged = fromHex(fallback[4] ?? "");
    damaged[21 + 8] = 9; // the type of the message inside
    const token = decodeToken(damaged, { redact: true });
    expect(fieldOf(token, "responseToken")).toMatchObject({ redacted: true });
    expect(JSON.stringify(token)).not.toContain("25c64a8cc361ddfd");
  });
});

describe("what text is read", () => {
  const hex = "a1073005a0030a0100";
  const base64 = "oQcwBaADCgEA";

  it.each([
    ["hexadecimal", hex],
    ["in capitals", hex.toUpperCase()],
    ["with 0x", `0x${hex}`],
    ["with colons", "a1:07:30:05:a0:03:0a:01:00"],
    ["octet by octet", "a1 07 30 05 a0 03 0a 01 00"],
    ["base64", base64],
    ["base64 over lines", "oQcw\r\nBaAD\n CgEA\n"],
    ["a scheme", `Negotiate ${base64}`],
    ["a header of a client", `Authorization: Negotiate ${base64}`],
    ["a header of a server", `WWW-Authenticate: Negotiate ${base64}`],
    ["a header of a proxy", `proxy-authenticate: NEGOTIATE ${base64}`],
    ["a line of curl", `< WWW-Authenticate: Negotiate ${base64}`],
  ])("%s", (_, text) => {
    expect(decodeToken(text).summary).toBe("SPNEGO NegTokenResp: accept-completed");
  });

  it("base64 without padding, and with the letters of URLs", () => {
    const ntlm = ntlmCaptures.groups.captures[0]?.authenticate ?? "";
    const url = Buffer.from(ntlm, "hex").toString("base64url");
    expect(url).toMatch(/[-_]/);
    expect(decodeToken(url).kind).toBe("ntlm-authenticate");
  });

  it("a log: every header with a token, in order", () => {
    const log = `> GET / HTTP/1.1\n> Authorization: Negotiate YEgG\n<\n< HTTP/1.1 401\n< WWW-Authenticate: Negotiate oQcw\n< WWW-Authenticate: Basic\n`;
    expect(tokensIn(log)).toEqual(["> Authorization: Negotiate YEgG", "< WWW-Authenticate: Negotiate oQcw"]);
    expect(tokensIn("oQcw\nBaAD\n")).toEqual(["oQcw\nBaAD\n"]);
  });

  it.each([
    ["", "no-token at character 0"],
    ["  \n", "no-token at character 3"],
    ["WWW-Authenticate: Negotiate", "no-token at character 27"],
    ["oQcw!aADCgEA", "bad-character at character 4"],
    ["Negotiate oQcw*", "bad-character at character 14"],
    ["oQ=cwBaADCgEA", "bad-character at character 3"],
    ["a1073", "bad-text-length at character 5"],
    ["oQcwBaADCgEAo", "bad-text-length at character 13"],
    ["x".repeat(1_048_577), "too-long at character 1048576"],
    ["hello", "bad-text-length at character 5"],
    ["Hello, world", "bad-character at character 5"],
  ])("%.40s: %s", (text, expected) => {
    expect(refusal(text)).toBe(expected);
  });
});

describe("what is no token", () => {
  it.each([
    ["", "no-token at offset 0"],
    ["00", "unknown-token at offset 0"],
    ["4e544c4d53535000", "truncated at offset 8"],
    ["4e544c4d5353500004000000", "bad-type at offset 8"],
    ["4e544c4d5353500003000000", "truncated at offset 12"],
    ["a107", "truncated at offset 1"],
    ["a1073005a0030a0109", "bad-value at offset 6"],
    ["60", "truncated at offset 1"],
    ["6082", "truncated at offset 2"],
    ["600806062b0601050503", "unknown-token at offset 0"],
    ["6e023000", "decoded"],
    ["6e033000ff", "trailing-data at offset 4"],
    [`${"4e544c4d5353500003000000"}${"00".repeat(52)}`, "decoded"],
    [`${"4e544c4d5353500003000000"}0100010000010000${"00".repeat(44)}`, "out-of-bounds at offset 12"],
  ])("%s: %s", (hex, expected) => {
    expect(refusal(fromHex(hex))).toBe(expected);
  });

  it("what is wrong inside does not hide what is around it", () => {
    const whole = fromHex(fallback[4] ?? "");
    whole[21 + 20 + 4] = 0xff; // where the NT response points to
    whole[21 + 20 + 5] = 0xff;
    const token = decodeToken(whole);
    expect(token.problems).toEqual([
      "responseToken: out-of-bounds at offset 41: a field that points out of the message",
    ]);
    expect(fieldOf(token, "negState")?.note).toBe("accept-incomplete");
    expect(fieldOf(token, "mechListMIC")?.length).toBe(16);
  });

  it("the offset of a mistake within a response counts from the start of the token", () => {
    const whole = fromHex(fallback[4] ?? "");
    whole[109 + 16] = 7; // the version of the response
    expect(decodeToken(whole).problems).toEqual([expect.stringContaining("bad-type at offset 125")]);
  });
});
