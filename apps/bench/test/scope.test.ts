import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { inScope } from "../src/scope.ts";

describe("inScope", () => {
  const sleeper = ["-e", "setInterval(() => {}, 1000)"];
  const isRunning = (pid: number): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  it("removes folders and stops processes when the work is done", async () => {
    let folder = "";
    let pid = 0;
    const status = await inScope(async (scope) => {
      folder = scope.temporaryFolder();
      ({ pid } = await scope.start(process.execPath, sleeper));
      expect(existsSync(folder)).toBe(true);
      expect(isRunning(pid)).toBe(true);
      return 7;
    });
    expect(status).toBe(7);
    expect(existsSync(folder)).toBe(false);
    expect(isRunning(pid)).toBe(false);
  });

  it("does so when the work fails, and passes the failure on", async () => {
    let folder = "";
    const failing = inScope(async (scope) => {
      folder = scope.temporaryFolder();
      throw new Error("it failed");
    });
    await expect(failing).rejects.toThrow("it failed");
    expect(existsSync(folder)).toBe(false);
  });

  it("does so upon Ctrl-C, with the exit status that shells expect", async () => {
    let pid = 0;
    const status = await inScope(async (scope) => {
      ({ pid } = await scope.start(process.execPath, sleeper));
      const aborted = new Promise((_, reject) => {
        scope.signal.addEventListener("abort", () => reject(scope.signal.reason));
      });
      process.emit("SIGINT", "SIGINT");
      await aborted;
      return 0;
    });
    expect(status).toBe(130);
    expect(isRunning(pid)).toBe(false);
  });

  it("says what could not be started", async () => {
    const missing = inScope(async (scope) => {
      await scope.start("no-such-program", []);
      return 0;
    });
    await expect(missing).rejects.toThrow(/ENOENT/);
  });
});
