import { createRasBench } from "@sallyport/testbench";
import { describe, expect, it } from "vitest";
import plain from "../src/index.ts";
import * as windows from "../src/windows.ts";

const choice = "Your choice: ";

describe.each([
  // Where lines are asked for, Enter belongs to a choice; the DLL looks at keys.
  ["as a plain function", plain, "\r"],
  ["with the entry points of a DLL", windows, ""],
])("the menu, %s", (_, menu, enter) => {
  it("the choice to connect goes on to PPP, after the line about the call was kept", async () => {
    let written: () => void = () => {};
    const lines: string[] = [];
    const keep = (line: string): Promise<void> => {
      lines.push(line);
      return new Promise((resolve) => (written = resolve));
    };
    const bench = createRasBench({ module: menu, settings: { keep } });
    const caller = await bench.dial();
    await caller.expect(choice);
    await caller.type(`1${enter}`);
    expect(lines).toEqual(["COM1: connect"]);
    expect([caller.outcome, caller.dialog]).toEqual([undefined, "Delayed"]);
    written();
    expect(await caller.ended()).toMatchObject({ kind: "success", userName: "guest" });
    expect(caller.calls.filter((call) => /Complete|End/.test(call))).toEqual([
      "RasSecurityDialogComplete(SECURITYMSG_SUCCESS)",
      "RasSecurityDialogEnd -> NO_ERROR",
      "RasSecurityDialogComplete(SECURITYMSG_SUCCESS)",
      "RasSecurityDialogEnd -> ERROR_PORT_DISCONNECTED (619)",
    ]);
  });

  it("news are read, then the caller says good bye and is hung up", async () => {
    const bench = createRasBench({ module: menu, settings: { news: "It rains." } });
    const caller = await bench.dial();
    await caller.type(`2${enter}`);
    await caller.expect("It rains.");
    await caller.type(`x\r3${enter}`);
    expect(await caller.ended()).toMatchObject({ kind: "failure" });
    expect(caller.screen).toContain("Good bye.");
    expect(bench.log.events.map(({ message }) => message).join()).toContain("COM1: news, good bye");
  });

  it("what is typed ahead of a choice answers the next menu, and then goes to PPP", async () => {
    const bench = createRasBench({ module: menu });
    const caller = await bench.dial();
    await caller.type(`2${enter}2${enter}1${enter}~`);
    const outcome = await caller.ended();
    expect(outcome).toMatchObject({ kind: "success", unread: Uint8Array.of(0x7e) });
  });

  it("a caller who hangs up leaves the port free, and a line about it", async () => {
    const lines: string[] = [];
    const bench = createRasBench({
      module: menu,
      settings: { keep: async (line: string) => void lines.push(line) },
    });
    const caller = await bench.dial();
    await caller.expect(choice);
    await caller.hangUp();
    expect(await caller.ended()).toEqual({ kind: "aborted", error: 629 });
    expect(lines).toEqual(["COM1: hung up"]);
  });

  it("a caller who types nothing for a minute is hung up", async () => {
    const bench = createRasBench({ module: menu });
    const caller = await bench.dial();
    await caller.expect(choice);
    expect(await caller.ended()).toMatchObject({ kind: "failure" });
  });

  it("a line that cannot be kept is told in the log, and the call goes on", async () => {
    const keep = () => Promise.reject(new Error("the disk is full"));
    const bench = createRasBench({ module: menu, settings: { keep } });
    const caller = await bench.dial();
    await caller.type(`1${enter}`);
    expect(await caller.ended()).toMatchObject({ kind: "success" });
    expect(bench.log.events.map(({ message }) => message).join()).toContain("the line was not kept");
  });
});
