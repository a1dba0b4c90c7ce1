import { join } from "node:path";
import { expect, it } from "vitest";
import { codeBlocks, commandsOf, root } from "../src/markdown.ts";
import { run } from "../src/run.ts";

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
