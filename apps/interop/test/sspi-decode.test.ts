import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type DecodedField, decodeToken } from "@sallyport/sspi/decode";
import { expect, it } from "vitest";
import { codeBlocks, commandsOf, root } from "../src/markdown.ts";
import { describeWithPeers } from "../src/peers.ts";
import { run } from "../src/run.ts";

/** Every SPNEGO token that the package has captured. */
function everyCapture(): readonly { readonly title: string; readonly hex: string }[] {
  const file = join(root, "packages/sspi/test/vectors/spnego-captures.json");
  const tokens = readFileSync(file, "utf8").matchAll(/"hex": "((?:60|a1)[0-9a-f]+)"/g);
  return Array.from(tokens, ([, hex = ""], index) => ({ title: `token ${index + 1}`, hex }));
}

const program = join(root, "packages/sspi/src/node/sspi.ts");
const blocks = codeBlocks("packages/sspi/README.md");
const sspi = (command: string, input?: string) =>
  run("sh", ["-c", `sspi() { '${process.execPath}' --no-warnings '${program}' "$@"; }\n${command}`], {
    ...(input === undefined ? {} : { input }),
  });

it("sspi decode answers what the README shows", async () => {
  const [command] = blocks
    .filter(({ language }) => language === "sh")
    .flatMap(commandsOf)
    .filter((line) => line.startsWith("sspi decode"));
  const [shown] = blocks.filter(
    ({ language, content }) => language === "text" && content.startsWith("SPNEGO"),
  );
  expect(await sspi(command ?? "")).toMatchObject({ status: 0, stderr: "", stdout: shown?.content });
});

it("sspi decode reads what a program pipes into it, and ends with whoever reads its answer", async () => {
  const log = "> Authorization: Negotiate oRUwE6ADCgEDoQwGCisGAQQBgjcCAgo=\n";
  expect(await sspi("sspi decode --json", log)).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('"spnego-response"'),
  });
  expect(await sspi("sspi decode | head -1", log)).toMatchObject({
    status: 0,
    stderr: "",
    stdout: "SPNEGO NegTokenResp: request-mic, chooses NTLM\n",
  });
  expect(await sspi("sspi decode", "nothing that anybody knows")).toMatchObject({ status: 1, stdout: "" });
});

describeWithPeers(["openssl"], "OpenSSL reads the same DER", () => {
  /** Where OpenSSL finds elements, and what is inside them: offset and length of each. */
  const places = (token: Uint8Array): ReadonlySet<string> => {
    const { stdout, status } = spawnSync("openssl", ["asn1parse", "-inform", "DER"], {
      input: token,
      encoding: "utf8",
    });
    expect(status).toBe(0);
    const lines = [...stdout.matchAll(/^ *(\d+):d=\d+ +hl=(\d+) l= *(\d+) /gm)].map((line) =>
      line.slice(1).map(Number),
    );
    return new Set(
      lines.flatMap(([offset = 0, head = 0, length = 0]) => [
        `${offset} ${head + length}`,
        `${offset + head} ${length}`,
      ]),
    );
  };

  it.each(everyCapture())("$title", ({ hex }) => {
    const token = new Uint8Array(Buffer.from(hex, "hex"));
    const found = places(token);
    expect(found.size).toBeGreaterThan(2);
    const { fields } = decodeToken(token);
    const isNegotiated = ({ name }: DecodedField) => name !== "mechToken" && name !== "responseToken";
    const ours = fields.flatMap((field) => [field, ...(isNegotiated(field) ? (field.fields ?? []) : [])]);
    expect(ours.filter(({ offset, length }) => !found.has(`${offset} ${length}`))).toEqual([]);
  });
});
