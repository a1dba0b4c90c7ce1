import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { codeBlocks, commandsOf, root } from "../src/markdown.ts";
import { run } from "../src/run.ts";
import { temporaryFolder } from "../src/temporary-folder.ts";

const blocks = codeBlocks("packages/errors/README.md");
const program = join(root, "packages/errors/src/node/winerror.ts");

/** A command of the README as a shell runs it, with the command of this checkout. */
const shell = (command: string, cwd: string) =>
  run("sh", ["-c", `winerror() { '${process.execPath}' --no-warnings '${program}' "$@"; }\n${command}`], {
    cwd,
  });

describe("the command in the README of the error codes", () => {
  const [log] = blocks.filter(({ file }) => file === "vpn.log");
  const shown = blocks.filter(({ language }) => language === "text").map(({ content }) => content);
  const commands = blocks.filter(({ language }) => language === "sh").flatMap(commandsOf);

  it("answers what is shown", async () => {
    const [first] = commands.filter((command) => command.startsWith("npx @sallyport/errors "));
    const ended = await shell(first?.replace("npx @sallyport/errors", "winerror") ?? "", root);
    expect(ended).toMatchObject({ status: 0, stderr: "", stdout: shown[0] });
  });

  it("annotates the log as is shown", async () => {
    const folder = temporaryFolder({ "vpn.log": log?.content ?? "" });
    expect(commands).toContain("winerror < vpn.log");
    const ended = await shell("winerror < vpn.log", folder);
    expect(ended).toMatchObject({ status: 0, stderr: "", stdout: shown[1] });
    expect(ended.stdout.split("\n").filter((line) => line !== "" && !line.endsWith("]"))).toEqual([]);
  });

  it.each(commands.filter((command) => /^winerror [^<]/.test(command)))("%s", async (command) => {
    const ended = await shell(command, root);
    expect(ended.stderr).toBe("");
    expect(ended.status).toBe(command.endsWith("TOKN") ? 1 : 0);
    if (command.endsWith("TOKN")) expect(ended.stdout).toContain("Did you mean SEC_E_INVALID_TOKEN?");
  });
});
