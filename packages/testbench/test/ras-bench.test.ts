import {
  defineSecurityDialog,
  RASCS_Authenticate,
  RASCS_Disconnected,
  RASCS_Interactive,
  type RasSecurityModule,
  SECURITYMSG_FAILURE,
} from "@sallyport/ras-security";
import { describe, expect, it } from "vitest";
import { createRasBench, type LineFaults } from "../src/index.ts";

const dialog = defineSecurityDialog(async (caller) => {
  const user = await caller.ask("Username: ");
  const code = await caller.ask("Passcode: ", { echo: "*" });
  return code === "123456"
    ? caller.accept(user, "CORP")
    : caller.refuse(user, "CORP", { message: "Denied.\n" });
});
const script = [
  { expect: "Username: ", send: "alice\r" },
  { expect: "Passcode: ", send: "123456\r" },
];

describe("a security module on the bench", () => {
  it("somebody dials in, and the call log speaks the words of Windows", async () => {
    const bench = createRasBench({ module: dialog });
    const caller = await bench.dial();
    await caller.expect("Username: ");
    expect(caller).toMatchObject({ state: RASCS_Interactive, dialog: "Active", outcome: undefined });
    await caller.type("alice\r");
    await caller.expect("Passcode: ");
    await caller.type("123456\r");
    expect(await caller.ended()).toMatchObject({ kind: "success", userName: "alice", domain: "CORP" });
    expect(caller).toMatchObject({
      state: RASCS_Authenticate,
      screen: "Username: alice\r\nPasscode: ******\r\n",
    });
    expect(caller.calls).toEqual([
      "answer",
      "RasSecurityDialogSend(10) -> PENDING (600)",
      "RasSecurityDialogReceive(1500, 60 s) -> PENDING (600)",
      "RasSecurityDialogBegin -> NO_ERROR",
      "RasSecurityDialogSend(7) -> PENDING (600)",
      "RasSecurityDialogSend(10) -> PENDING (600)",
      "RasSecurityDialogReceive(1500, 60 s) -> PENDING (600)",
      "RasSecurityDialogSend(8) -> PENDING (600)",
      "RasSecurityDialogComplete(SECURITYMSG_SUCCESS)",
      "RasSecurityDialogEnd -> ERROR_PORT_DISCONNECTED (619)",
      "PPP",
    ]);
    expect(bench.calls[0]).toBe("COM1 answer");
    expect(JSON.stringify([bench.calls, bench.log.events])).not.toContain("123456");
  });

  it("a script answers by itself; a refused caller sees why", async () => {
    const bench = createRasBench({ module: { default: dialog } });
    expect(await (await bench.dial({ script })).ended()).toMatchObject({ kind: "success" });
    const wrong = await bench.dial({ script: [script[0] ?? {}, { expect: "Passcode: ", send: "0\r" }] });
    expect(await wrong.ended()).toMatchObject({ kind: "failure", userName: "alice" });
    expect(wrong.screen.endsWith("Denied.\r\n")).toBe(true);
    expect(wrong.state).toBe(RASCS_Disconnected);
    expect(bench.log.withId(20_093)).toHaveLength(1);
  });

  it("expect resolves to what stood before, and tells what is on the screen when the text does not come", async () => {
    const bench = createRasBench({ module: dialog });
    const caller = await bench.dial();
    expect(await caller.expect("name: ")).toBe("User");
    const before = bench.clock.now();
    await expect(caller.expect("Password", { timeoutSeconds: 5 })).rejects.toThrow(
      'expected "Password": it did not come within 5 s; on the screen: "Username: "',
    );
    expect(bench.clock.now() - before).toBe(5_000);
    await caller.disconnect();
    await expect(caller.expect("Password")).rejects.toThrow("the line was closed");
  });

  it("a slow typist, type-ahead, a hang-up at each prompt", async () => {
    const bench = createRasBench({ module: dialog });
    const slow = await bench.dial();
    await slow.type("alice\r123456\r", { everyMs: 20_000 });
    expect(await slow.ended()).toMatchObject({ kind: "success" });
    const eager = await bench.dial();
    await eager.type("alice\r123456\r");
    expect(await eager.ended()).toMatchObject({ kind: "success" });
    for (const prompt of ["Username: ", "Passcode: "]) {
      const caller = await bench.dial({ script: prompt === "Username: " ? [] : script.slice(0, 1) });
      await caller.expect(prompt);
      await caller.hangUp();
      expect(await caller.ended()).toEqual({ kind: "aborted", error: 629 });
      expect(caller.calls.at(-1)).toBe("port released");
    }
    expect(bench.clock.pending).toBe(0);
  });

  it("a caller who types nothing is refused after the idle limit, in no time", async () => {
    const caller = await createRasBench({ module: dialog }).dial();
    expect(await caller.ended()).toMatchObject({ kind: "failure" });
  });

  it("a dialog that does not end is told with what is on the screen", async () => {
    const silent: RasSecurityModule = { RasSecurityDialogBegin: () => 0, RasSecurityDialogEnd: () => 0 };
    const bench = createRasBench({ module: silent });
    const caller = await bench.dial();
    await expect(caller.ended({ timeoutSeconds: 1 })).rejects.toThrow("did not end within 1 s");
    await bench.stop();
    expect(caller.outcome).toMatchObject({ kind: "delayed too long" });
  });

  it("faults: a delayed line keeps its order, a lossy one loses, a noisy one changes, the same in every run", async () => {
    const run = async (faults: LineFaults, seed = 1) => {
      const echo: RasSecurityModule = {
        RasSecurityDialogBegin(port, _send, buffer) {
          const next = (): void => {
            const length = { value: buffer.length };
            port.receive(buffer, length, 0, () => {
              if (length.value > 0) port.send(buffer.slice(0, length.value));
              next();
            });
          };
          next();
          return 0;
        },
        RasSecurityDialogEnd: () => 619,
      };
      const bench = createRasBench({ module: echo, seed });
      const caller = await bench.dial({ faults });
      await caller.type("0123456789".repeat(20));
      await bench.clock.advanceAsync(10_000);
      return caller.screen;
    };
    const text = "0123456789".repeat(20);
    expect(await run({})).toBe(text);
    expect(await run({ delayMs: 500 })).toBe(text);
    const lossy = await run({ drop: 0.2, direction: "to the module" });
    expect(lossy.length).toBeGreaterThan(100);
    expect(lossy.length).toBeLessThan(200);
    expect(await run({ drop: 0.2, direction: "to the module" })).toBe(lossy);
    expect(await run({ drop: 0.2, direction: "to the module" }, 2)).not.toBe(lossy);
    const noisy = await run({ noise: 0.1, direction: "to the caller" });
    expect(noisy).toHaveLength(200);
    expect(noisy).not.toBe(text);
    expect(await run({ drop: 1 })).toBe("");
  });

  it("a delayed line takes its time", async () => {
    const bench = createRasBench({ module: dialog });
    const caller = await bench.dial({ faults: { delayMs: 700 } });
    expect(caller.screen).toBe("");
    await caller.expect("Username: ");
    expect(bench.clock.monotonic()).toBe(700);
  });

  it("a line that is lost in the middle of a word", async () => {
    const bench = createRasBench({ module: dialog });
    const caller = await bench.dial({ faults: { hangUpAfter: 4 } });
    expect(await caller.ended()).toEqual({ kind: "aborted", error: 629 });
    expect([caller.screen, caller.state]).toEqual(["User", RASCS_Disconnected]);
  });

  it("any noise ends every call in an outcome, and frees the port", async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const bench = createRasBench({ module: dialog, seed });
      const caller = await bench.dial({ faults: { noise: 0.3, drop: 0.1 }, script });
      await caller.ended();
      await bench.stop();
      expect(bench.clock.pending).toBe(0);
    }
  });

  it("without a module, or on another kind of port, there is no dialog", async () => {
    expect((await createRasBench({}).dial()).outcome).toEqual({ kind: "no dialog" });
    const caller = await createRasBench({ module: dialog }).dial({ kind: "vpn" });
    expect(caller).toMatchObject({ outcome: { kind: "no dialog" }, state: RASCS_Authenticate });
  });

  it("software without paused states fails with 703", async () => {
    const caller = await createRasBench({ module: dialog }).dial({ pausedStates: false });
    expect(caller).toMatchObject({ state: RASCS_Disconnected, error: 703 });
  });

  it("impossible faults are refused by name, and so is a module without End", async () => {
    const bench = createRasBench({ module: dialog });
    await expect(bench.dial({ faults: { drop: 2 } })).rejects.toThrow("drop must be a share");
    await expect(bench.dial({ faults: { delayMs: -1 } })).rejects.toThrow("delayMs");
    expect(() => createRasBench({ module: { RasSecurityDialogBegin: () => 0 } as never })).toThrow(
      "RasSecurityDialogEnd",
    );
  });

  it("settings reach the module, and limits the host", async () => {
    const module: RasSecurityModule = {
      RasSecurityDialogBegin(port, sendBuffer, _receive, complete) {
        const userName = `${String(port.settings)} ${sendBuffer.length}`;
        complete({ msgId: SECURITYMSG_FAILURE, port, userName, domain: "" });
        return 0;
      },
      RasSecurityDialogEnd: () => 619,
    };
    const caller = await createRasBench({ module, settings: "red", bufferSize: 80 }).dial();
    expect(await caller.ended()).toMatchObject({ kind: "failure", userName: "red 80" });
  });
});
