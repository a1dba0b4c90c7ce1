import {
  type EapUserWindow,
  genericTokenCard,
  RAS_EAP_FLAG_NON_INTERACTIVE,
  type RasEapUserInterfaceModule,
} from "@sallyport/eap";
import { describe, expect, it } from "vitest";
import { answers, cancels, createEapBench, type EapBenchUser, ignores } from "../../src/index.ts";
import { echo } from "./methods.ts";

const accounts = [{ name: "alice", password: "wonderland" }];

/** A session of a method that asks the user for the password. */
async function asked(user?: EapBenchUser) {
  const bench = createEapBench({ method: genericTokenCard(), accounts, password: null });
  const session = await bench.connect(user === undefined ? {} : { user });
  const events = session.transcript.flatMap((entry) =>
    entry.kind === "event" && entry.text.includes("the user") ? [`${entry.at} ${entry.text}`] : [],
  );
  return { bench, session, events };
}

describe("a virtual user", () => {
  it("EAP-66 answers the interactive dialog", async () => {
    const { session, events } = await asked(["wonderland"]);
    expect(session.succeeded, session.diagram()).toBe(true);
    expect(events).toEqual(['0 peer: the user is asked "Password:"', "0 peer: the user answers"]);
    expect(session.calls("peer")).toContain("RasEapInvokeInteractiveUI() -> 10 octets");
  });

  it("EAP-27 takes time, and nobody gives up meanwhile", async () => {
    const { session, events } = await asked([answers("wonderland", 299_000)]);
    expect(session.succeeded).toBe(true);
    expect(events.at(-1)).toBe("299000 peer: the user answers");
    expect(session.packets.filter((packet) => packet.includes("interactive"))).toHaveLength(100);
  });

  it("EAP-66 cancels", async () => {
    const { session, events } = await asked([cancels(2_000)]);
    expect(events.at(-1)).toBe("2000 peer: the user cancels");
    expect(session.succeeded).toBe(false);
    expect(session.calls("peer")).toContain("RasEapInvokeInteractiveUI() -> no data (after 2000 ms)");
    expect(session.lines).toContain("peer: hangs up");
    expect(session.authenticator?.result).toBe(719);
  });

  it("that has no reaction left cancels, and the transcript says so", async () => {
    const { events } = await asked([]);
    expect(events.at(-1)).toBe("0 peer: the user has no reaction to this, and cancels");
  });

  it("may know what to say to each question", async () => {
    const { session } = await asked(({ text, echo: shown }) =>
      text === "Password:" && shown === false ? "wonderland" : cancels(),
    );
    expect(session.succeeded).toBe(true);
  });

  it("EAP-74 ignores a dialog, which closes when the session ends", async () => {
    const bench = createEapBench({ method: genericTokenCard(), accounts, password: null });
    const session = await bench.start({ user: [ignores()] });
    await bench.clock.advanceAsync(86_400_000);
    expect(session.authenticator).toBeUndefined();
    await session.disconnect();
    expect(session.lines).toContain("peer: the dialog is closed");
    expect(session.peer?.result).toBe(719);
  });

  it("EAP-92 leaves nothing of what was typed in the transcript", async () => {
    const { session } = await asked(["wonderland"]);
    expect(session.diagram() + session.lines.join("\n")).not.toContain("wonderland");
  });
});

describe("dialogs before the connection", () => {
  const userInterface: RasEapUserInterfaceModule & { freed: number } = {
    freed: 0,
    async RasEapGetIdentity(
      _type,
      window,
      _flags,
      _book,
      _entry,
      _data,
      _userData,
      userDataOut,
      identityOut,
    ) {
      if (window === null) return 703;
      identityOut.value = await window.ask({ text: "Who?" });
      userDataOut.value = Uint8Array.of(7);
      return 0;
    },
    async RasEapInvokeConfigUI(_type, window, _flags, connectionData, connectionDataOut) {
      const text = await (window as EapUserWindow).ask({
        text: `Server? (${connectionData?.length ?? "new"})`,
      });
      if (text === null) return 703;
      connectionDataOut.value = new TextEncoder().encode(text);
      return 0;
    },
    RasEapFreeMemory() {
      this.freed += 1;
    },
  };
  const own = { ...echo({ userInterface }), invokeUsernameDialog: false, invokePasswordDialog: false };

  it("EAP-71 EAP-73 ask for the identity, and the session frees it", async () => {
    const bench = createEapBench({ method: own });
    const { status, user, lines } = await bench.identity({ user: [answers("carol", 9_000)] });
    expect({ status, identity: user?.identity }).toEqual({ status: 0, identity: "carol" });
    expect(lines).toEqual([
      "peer: RasEapGetIdentity()",
      'peer: the user is asked "Who?"',
      "peer: the user answers",
      'peer: RasEapGetIdentity() -> "carol" (after 9000 ms)',
    ]);
    const session = await bench.connect({ peer: { ...user } });
    expect(session.authenticator?.identity).toBe("carol");
    expect(userInterface.freed).toBe(2);
  });

  it("EAP-69 may not be shown", async () => {
    const { status, lines } = await createEapBench({ method: own }).identity({
      user: ["carol"],
      flags: RAS_EAP_FLAG_NON_INTERACTIVE,
    });
    expect(status).toBe(703);
    expect(lines).toEqual(["peer: RasEapGetIdentity(no window) -> 703 ERROR_INTERACTIVE_MODE"]);
  });

  it("EAP-72 are the standard ones, where the method has none", async () => {
    const bench = createEapBench({ method: echo() });
    const { user, lines } = await bench.identity({ user: ["dave", answers("secret", 1_000)] });
    expect(user).toMatchObject({ identity: "dave", password: "secret" });
    expect(lines.filter((line) => line.includes("asked"))).toHaveLength(2);
    expect((await bench.identity({ user: [cancels()] })).status).toBe(703);
  });

  it("EAP-75 configure the method for an entry", async () => {
    const bench = createEapBench({ method: own });
    const configured = await bench.configure({ user: ["radius.example"] });
    expect(configured.status).toBe(0);
    expect(new TextDecoder().decode(configured.connectionData ?? undefined)).toBe("radius.example");
    const again = await bench.configure({ user: [cancels()], connectionData: configured.connectionData });
    expect(again).toMatchObject({ status: 703, connectionData: configured.connectionData });
    expect(again.lines).toContain('peer: the user is asked "Server? (14)"');
  });

  it("that never end are a failure", async () => {
    await expect(createEapBench({ method: own }).identity({ user: [ignores()] })).rejects.toThrow(
      'it will never happen: nobody sends anything and no timer runs\npeer: RasEapGetIdentity()\npeer: the user is asked "Who?"',
    );
  });
});
