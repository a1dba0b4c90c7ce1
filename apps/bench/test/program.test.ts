import { afterEach, describe, expect, it, vi } from "vitest";
import { createProgram } from "../src/program.ts";

describe("the command line", () => {
  afterEach(() => vi.restoreAllMocks());

  /** What commander says before anything is started. */
  async function refusal(...args: readonly string[]): Promise<string> {
    let said = "";
    const program = createProgram()
      .exitOverride()
      .configureOutput({
        writeErr: (text) => {
          said += text;
        },
        writeOut: (text) => {
          said += text;
        },
      });
    await expect(program.parseAsync(["node", "bench", ...args])).rejects.toThrow();
    return said;
  }

  it.each([
    [["--rounds", "0"], "from 1 to 100"],
    [["--rounds", "2.5"], "whole number"],
    [["--seconds", "soon"], "from 0.1 to 60"],
    [["--seconds", ""], "from 0.1 to 60"],
    [["--soak", "5"], "from 10 to 86400"],
    [["--only", "pap-ma,papp"], '"papp" is no case; there are pap-ma, pap-nas'],
    [["--soak", "60", "--rounds", "3"], "cannot be used with option '--rounds <count>'"],
    [["--half-open", "5"], "from 100 to 100000"],
    [["--half-open", "1000", "--soak", "60"], "cannot be used with option '--soak <seconds>'"],
    [["--dialogs", "10"], "from 100 to 9000"],
    [["--dialogs", "200", "--soak", "60"], "cannot be used with option '--soak <seconds>'"],
    [["--sspi", "--soak", "60"], "cannot be used with option '--soak <seconds>'"],
    [["--ppp", "--sspi"], "cannot be used with option '--sspi'"],
    [["--sspi", "--rounds", "3"], "cannot be used with option '--rounds <count>'"],
    [["--tls", "eap-tls"], '"eap-tls" is no case; there are eap-tls-rsa, eap-tls-p256'],
    [["--tls-version", "1.1", "--tls"], "Allowed choices are 1.2, 1.3"],
    [["--tls", "--soak", "60"], "cannot be used with option '--soak <seconds>'"],
    [["--tls-half-open", "10"], "from 100 to 100000"],
    [["--json", "--markdown"], "cannot be used with option '--json'"],
  ])("refuses %j", async (args, words) => {
    expect(await refusal(...args)).toContain(words);
  });

  it("shows examples", async () => {
    expect(await refusal("--help")).toMatch(/Examples:\n +npm run bench /);
  });
});
