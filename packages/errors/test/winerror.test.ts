import { spawn, spawnSync } from "node:child_process";
import { PassThrough, Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { LookupResult } from "../src/lookup.ts";
import { runCommand } from "../src/node/command.ts";

const program = fileURLToPath(new URL("../src/node/winerror.ts", import.meta.url));
const winerror = (args: readonly string[], input: string | Uint8Array = "") =>
  spawnSync(process.execPath, ["--no-warnings", program, ...args], { input, encoding: "utf8" });

/** The command in this process, with a terminal where one is wanted. */
async function command(args: readonly string[], { terminal = false, env = {}, input = "" } = {}) {
  const output = Object.assign(new PassThrough(), { isTTY: terminal });
  const errors = new PassThrough();
  const status = await runCommand({
    args,
    input: Object.assign(Readable.from(input === "" ? [] : [Buffer.from(input)]), { isTTY: terminal }),
    output,
    errors,
    env,
  });
  return { status, stdout: String(output.read() ?? ""), stderr: String(errors.read() ?? "") };
}

describe("winerror CODE", () => {
  it("tells name, space, number, text, what to check, and the same elsewhere", () => {
    const { status, stdout, stderr } = winerror(["0xC000006D"]);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(
      /^0xC000006D\n {2}STATUS_LOGON_FAILURE {2}ntstatus 0xC000006D \(-1073741715\) {2}ntstatus\.h/,
    );
    expect(stdout).toMatch(/\n {4}[A-Z].*\.\n {4}Check: .*\.\n/);
    expect(stdout).toContain(
      "The same elsewhere: ERROR_LOGON_FAILURE (win32 1326), ERROR_AUTHENTICATION_FAILURE (ras 691, nearest)",
    );
  });

  it("takes several at once, signed ones too", async () => {
    const { status, stdout } = await command(["691", "-2146893044", "reason 65"]);
    expect(status).toBe(0);
    for (const name of [
      "ERROR_AUTHENTICATION_FAILURE",
      "ERROR_DBG_TERMINATE_THREAD",
      "SEC_E_LOGON_DENIED",
      "IAS_DIALIN_DISABLED",
    ]) {
      expect(stdout).toContain(name);
    }
  });

  it("--space puts that meaning first", async () => {
    for (const [space, name] of [
      ["win32", "ERROR_DBG_TERMINATE_THREAD"],
      ["RAS", "ERROR_AUTHENTICATION_FAILURE"],
    ] as const) {
      const { stdout } = await command(["--space", space, "691"]);
      expect(stdout.split("\n")[1]).toContain(name);
    }
  });

  it("--json prints the results", async () => {
    const { stdout } = await command(["--json", "0x80090308", "nonsense?"]);
    const results = JSON.parse(stdout) as LookupResult[];
    expect(results.map(({ query }) => query)).toEqual(["0x80090308", "nonsense?"]);
    expect(results[0]?.matches[0]).toMatchObject({ symbol: "SEC_E_INVALID_TOKEN", code: 0x80090308 });
  });

  it("--search takes all words as one search", async () => {
    const { status, stdout } = await command(["--search", "logon", "denied"]);
    expect(status).toBe(0);
    expect(stdout).toContain("SEC_E_LOGON_DENIED");
  });

  it("exits with 1 when nothing was found, and helps on", async () => {
    const unknown = await command(["0xA7FFABCD"]);
    expect(unknown.status).toBe(1);
    expect(unknown.stdout).toContain(
      "0xA7FFABCD as hresult: Severity error, facility 2047, code 43981, not defined by Microsoft",
    );
    const misspelt = await command(["SEC_E_INVALID_TOKN"]);
    expect([misspelt.status, misspelt.stdout]).toEqual([
      1,
      expect.stringContaining("Did you mean SEC_E_INVALID_TOKEN?"),
    ]);
    const empty = await command([""]);
    expect([empty.status, empty.stdout]).toEqual([1, expect.stringContaining("the query is empty")]);
    expect((await command(["nonsense?", "5"])).status).toBe(0);
  });

  it("explains the erratum", async () => {
    expect((await command(["0x80100003"])).stdout).toMatch(/Note: .*SEC_E_INVALID_HANDLE is 0x80090301/);
  });

  it("colours are for terminals only, and NO_COLOR takes them away", async () => {
    const colour = "\u001B[";
    expect((await command(["5"], { terminal: true })).stdout).toContain(colour);
    expect((await command(["5"], { terminal: true, env: { NO_COLOR: "1" } })).stdout).not.toContain(colour);
    expect((await command(["5"], { terminal: true, env: { TERM: "dumb" } })).stdout).not.toContain(colour);
    expect((await command(["5"])).stdout).not.toContain(colour);
  });

  it("nothing in a query commands the terminal", async () => {
    const { stdout } = await command(["\u001B[2Jx\u0007\u202E"], { terminal: true, env: { NO_COLOR: "1" } });
    for (const control of ["\u001B", "\u0007", "\u202E"]) expect(stdout).not.toContain(control);
  });
});

describe("winerror as a whole", () => {
  it("--help shows every option and examples", async () => {
    const { status, stdout } = await command(["--help"]);
    expect(status).toBe(0);
    for (const word of [
      "winerror",
      "errors",
      "--space",
      "--json",
      "--search",
      "Examples:",
      "npx @sallyport/errors",
      "hresult",
    ]) {
      expect(stdout).toContain(word);
    }
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it("without arguments at a terminal it helps, too, as after a mistake", async () => {
    const { status, stdout } = await command([], { terminal: true });
    expect([status, stdout]).toEqual([2, expect.stringContaining("Usage: winerror")]);
  });

  it.each([
    [["--space", "dos", "5"], "--space is one of win32, hresult, ntstatus, ras, nps, tapi, not"],
    [["--what"], "--what"],
    [["--search"], "--search needs words"],
    [["--space"], "space"],
    [["--space", "-5"], "-5"],
  ])("%j is a wrong command line", async (args, why) => {
    const { status, stdout, stderr } = await command(args);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(why);
    expect(stderr).not.toContain("\0");
  });

  it("annotates standard input; exits with 1 when no line had a code", () => {
    const found = winerror([], "boot\nStatus: 0xC000006D\n");
    expect([found.status, found.stdout, found.stderr]).toEqual([
      0,
      "boot\nStatus: 0xC000006D  [0xC000006D = STATUS_LOGON_FAILURE]\n",
      "",
    ]);
    expect(winerror([], "boot\n")).toMatchObject({ status: 1, stdout: "boot\n" });
    const ras = winerror(["--space", "win32", "--json"], "error 691\n");
    expect(JSON.parse(ras.stdout)).toMatchObject({
      line: 1,
      codes: [{ matches: [{ space: "win32" }, { space: "ras" }] }],
    });
  });

  it("a reader that leaves early is no error, for streams and for answers", async () => {
    const log = "Status: 0xC000006D\n".repeat(200_000);
    const child = spawn(process.execPath, ["--no-warnings", program], { stdio: "pipe" });
    let errors = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    child.stdin.on("error", () => {});
    child.stdin.write(log);
    child.stdout.once("data", () => child.stdout.destroy());
    const status = await new Promise((resolve) => child.once("close", resolve));
    expect([status, errors]).toEqual([0, ""]);
    if (process.platform === "win32") return; // there is no sh
    const shell = spawnSync(
      "sh",
      ["-c", '"$0" --no-warnings "$1" :e | head -c 1', process.execPath, program],
      { encoding: "utf8" },
    );
    expect([shell.stdout, shell.stderr]).toEqual([":", ""]);
  });

  it("binary noise on standard input passes through", () => {
    const noise = Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7919) % 256)).filter(
      (byte) => byte < 0x30 || byte > 0x39,
    );
    const ended = spawnSync(process.execPath, ["--no-warnings", program], { input: noise });
    expect([ended.status, ended.stderr.toString()]).toEqual([1, ""]);
    expect(ended.stdout.equals(noise)).toBe(true);
  });

  it("input that breaks off with an error is told", async () => {
    const input = new Readable({
      read() {
        this.destroy(new Error("the disk is gone"));
      },
    });
    const running = runCommand({
      args: [],
      input,
      output: new PassThrough(),
      errors: new PassThrough(),
      env: {},
    });
    await expect(running).rejects.toThrow("the disk is gone");
  });
});
