import { Readable, Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { runCommand } from "../../src/node/sspi-command.ts";
import { captures } from "../negotiate/captures.ts";

const completed = "oQcwBaADCgEA";
const last = captures.groups["krb5-optimistic-then-ntlm"].tokens[4]?.hex ?? "";

/** Runs the command; nothing on standard input means a terminal. */
async function sspi(args: readonly string[], input?: string) {
  const said = { output: "", errors: "" };
  const sink = (name: keyof typeof said) =>
    new Writable({
      write(text, _, done) {
        said[name] += String(text);
        done();
      },
    });
  const source = Object.assign(Readable.from(input === undefined ? [] : [input]), {
    isTTY: input === undefined,
  });
  const status = await runCommand({ args, input: source, output: sink("output"), errors: sink("errors") });
  return { status, ...said };
}

describe("sspi decode", () => {
  it("shows a tree with offset and length", async () => {
    expect(await sspi(["decode", completed])).toEqual({
      status: 0,
      output: `SPNEGO NegTokenResp: accept-completed

offset length  field
     4      5  negState: 0 (accept-completed)
     9         end
`,
      errors: "",
    });
  });

  it("--json gives every byte, a list of one object a token", async () => {
    const { output } = await sspi(["decode", "--json", last, completed]);
    const [first, second] = JSON.parse(output);
    expect(first).toMatchObject({ kind: "spnego-response", length: 315, problems: [] });
    expect(second).toMatchObject({ kind: "spnego-response", length: 9 });
    expect(output).toContain("25c64a8cc361ddfd9073acf704a9".slice(0, 14));
  });

  it("--redact hides responses in both forms", async () => {
    for (const form of [[], ["--json"]]) {
      const { output } = await sspi(["decode", "--redact", ...form, last]);
      expect(output).toContain("alice");
      expect(output).not.toContain("25c64a8cc361ddfd");
      expect(output).not.toContain("7fa7486a23825f77");
    }
    expect((await sspi(["decode", "--redact", last])).output).toContain("NTProofStr: *** 16 bytes");
  });

  it("a header without quotes, and octets one by one, are put together", async () => {
    const expected = await sspi(["decode", completed]);
    expect(await sspi(["decode", "WWW-Authenticate:", "Negotiate", completed])).toEqual(expected);
    expect(await sspi(["decode", "Negotiate", completed])).toEqual(expected);
    expect(await sspi(["decode", ..."a1 07 30 05 a0 03 0a 01 00".split(" ")])).toEqual(expected);
  });

  it("reads standard input: one token, or every header of a log", async () => {
    expect((await sspi(["decode"], `${completed}\n`)).output).toContain("accept-completed");
    expect((await sspi(["decode", "-"], `${completed}\n`)).output).toContain("accept-completed");
    const log = `> Authorization: Negotiate ${completed}\n< WWW-Authenticate: Negotiate ${completed}\n`;
    expect((await sspi(["decode"], log)).output.match(/accept-completed$/gm)).toHaveLength(2);
  });

  it("what is no token: an error with the offset, status 1, and the others all the same", async () => {
    expect(await sspi(["decode", "a107"])).toEqual({
      status: 1,
      output: "",
      errors: "sspi: truncated at offset 1: the token ends here, and is not complete\n",
    });
    const mixed = await sspi(["decode", "a107", completed]);
    expect(mixed.errors).toMatch(/^sspi: token 1: truncated at offset 1/);
    expect([mixed.status, mixed.output.includes("accept-completed")]).toEqual([1, true]);
    expect((await sspi(["decode"], "WWW-Authenticate: Negotiate\n")).errors).toContain("has no token");
  });

  it("a damaged token inside a sound one: shown, told, status 1", async () => {
    const damaged = last.replace("4e544c4d5353500003", "4e544c4d5353500009");
    const { status, output } = await sspi(["decode", damaged]);
    expect(status).toBe(1);
    expect(output).toContain("Problem: responseToken: bad-type at offset 29");
  });

  it("--help says what a token gives away, with examples; wrong usage is status 2", async () => {
    const { status, output } = await sspi(["--help"]);
    expect(status).toBe(0);
    expect(output).toContain("What a token gives away");
    expect(output).toContain("Examples:");
    expect((await sspi(["decode", "--help"])).output).toBe(output);
    expect(await sspi(["decode"])).toMatchObject({ status: 2, output });
    expect(await sspi([])).toMatchObject({ status: 2, errors: expect.stringContaining("say what to do") });
    expect(await sspi(["encode"])).toMatchObject({ status: 2, errors: expect.stringContaining('"encode"') });
    expect(await sspi(["decode", "--wrong"])).toMatchObject({ status: 2, output: "" });
  });

  it("every example of the help decodes", async () => {
    const { output } = await sspi(["--help"]);
    const examples = [...output.matchAll(/^ {2}sspi (decode .*)$/gm)].map(([, line = ""]) => line);
    expect(examples.length).toBeGreaterThan(2);
    for (const example of examples) {
      const args = [...example.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? "");
      expect(await sspi(args)).toMatchObject({ status: 0, errors: "" });
    }
  });
});
