import { describe, expect, it } from "vitest";
import {
  corrupt,
  createEapBench,
  delay,
  drop,
  duplicate,
  type EapFault,
  type EapPacketRule,
  reorder,
} from "../../src/index.ts";
import { echo } from "./methods.ts";

/** A session whose packets befell this, as lines without the calls of the methods. */
async function line(...faults: readonly EapFault[]) {
  const session = await createEapBench({ method: echo() }).connect({ faults });
  const packets = session.transcript.flatMap((entry) =>
    entry.kind === "packet" ? [`${entry.at} ${entry.text.replace("to the ", "")}`] : [],
  );
  return { session, packets };
}

describe("a rule", () => {
  const lost = async (rule: EapPacketRule) => {
    const { session } = await line(drop(rule));
    return session.transcript.flatMap((entry) =>
      entry.kind === "packet" && entry.arrives === "never" ? [entry.text.replace(/^to the /, "")] : [],
    );
  };

  it("counts packets in its direction", async () => {
    expect(await lost({ to: "peer", nth: 1 })).toEqual(["peer: Request 107 Identity (dropped)"]);
    expect(await lost({ to: "peer", nth: 3 })).toEqual(["peer: Success 108 (dropped)"]);
    expect(await lost({ to: "authenticator", nth: 2 })).toEqual([
      "authenticator: Response 108 Experimental (dropped)",
    ]);
  });

  it("counts resends, too", async () => {
    expect(await lost({ to: "peer", nth: [2, 3] })).toEqual([
      "peer: Request 108 Experimental (dropped)",
      "peer: Request 108 Experimental (resend 1, dropped)",
    ]);
  });

  it("counts only what has its type and code", async () => {
    expect(await lost({ to: "peer", type: 255, nth: 1 })).toEqual([
      "peer: Request 108 Experimental (dropped)",
    ]);
    expect(await lost({ to: "peer", type: 1, nth: 2 })).toEqual([]);
    expect(await lost({ to: "peer", code: "Success" })).toEqual(["peer: Success 108 (dropped)"]);
    expect(await lost({ to: "peer", code: "Response" })).toEqual([]);
    expect(
      await lost({ to: "authenticator", code: "Response", type: { vendorId: 9, vendorType: 1 } }),
    ).toEqual([]);
  });

  it("without a number befalls each packet", async () => {
    expect(await lost({ to: "authenticator", type: 255 })).toHaveLength(11);
  });

  it("counts anew in each session of a bench", async () => {
    const bench = createEapBench({ method: echo(), faults: [drop({ to: "peer", nth: 1 })] });
    for (let session = 0; session < 2; session++) {
      expect((await bench.connect()).packets[0]).toContain("(dropped)");
    }
  });
});

describe("a packet", () => {
  it("EAP-24 that is lost is sent again", async () => {
    const { session, packets } = await line(drop({ to: "peer", nth: 2 }));
    expect(packets).toEqual([
      "0 peer: Request 107 Identity",
      '0 authenticator: Response 107 Identity "alice"',
      "0 peer: Request 108 Experimental (dropped)",
      "3000 peer: Request 108 Experimental (resend 1)",
      "3000 authenticator: Response 108 Experimental",
      "3000 peer: Success 108",
    ]);
    expect(session.succeeded).toBe(true);
  });

  it("EAP-34 that arrives twice is answered twice, by the coroutine once", async () => {
    const { session, packets } = await line(duplicate({ to: "peer", nth: 2 }));
    expect(packets.slice(2)).toEqual([
      "0 peer: Request 108 Experimental (duplicated)",
      "0 authenticator: Response 108 Experimental",
      "0 authenticator: Response 108 Experimental",
      "0 peer: Success 108",
    ]);
    expect(session.calls("peer").filter((call) => call.includes("(Request 108"))).toHaveLength(2);
    expect(session.succeeded).toBe(true);
  });

  it("may arrive a second time later", async () => {
    const { packets } = await line(duplicate({ to: "authenticator", nth: 2 }, 500));
    expect(packets.slice(3)).toEqual([
      "0 authenticator: Response 108 Experimental (duplicated)",
      "0 peer: Success 108",
      "500 authenticator: Response 108 Experimental (arrives)",
    ]);
  });

  it("that is held back arrives after the next one", async () => {
    const { session, packets } = await line(reorder({ to: "authenticator", nth: 2 }));
    expect(packets.slice(3)).toEqual([
      "0 authenticator: Response 108 Experimental (held back)",
      "3000 peer: Request 108 Experimental (resend 1)",
      "3000 authenticator: Response 108 Experimental",
      "3000 peer: Success 108",
      "3000 authenticator: Response 108 Experimental (arrives)",
    ]);
    expect(session.succeeded).toBe(true);
  });

  it("that is held back arrives never, when nothing follows", async () => {
    const { session } = await line(reorder({ to: "peer", code: "Success" }));
    expect(session.peer).toMatchObject({ result: 718, endedBy: "limit" });
  });

  it("may be late", async () => {
    const { packets } = await line(delay({ to: "peer", nth: 2 }, 1_000));
    expect(packets.slice(2)).toEqual([
      "0 peer: Request 108 Experimental (delayed by 1000 ms)",
      "1000 peer: Request 108 Experimental (arrives)",
      "1000 authenticator: Response 108 Experimental",
      "1000 peer: Success 108",
    ]);
  });

  it("may arrive altered, in its last bit by default", async () => {
    const { session, packets } = await line(corrupt({ to: "authenticator", nth: 2 }));
    expect(packets[3]).toBe("0 authenticator: Response 108 Experimental (corrupted)");
    expect(session.authenticator?.result).toBe(691);
  });

  it("EAP-40 may arrive as something else, and the transcript says as what", async () => {
    const { session, packets } = await line(
      corrupt({ to: "peer", nth: 2 }, (packet) => ((packet[3] = 200), packet)),
      corrupt({ to: "peer", nth: 3 }, (packet) => ((packet[1] = 9), packet)),
    );
    expect(packets.slice(2, 5)).toEqual([
      "0 peer: Request 108 Experimental (corrupted, arrives as malformed (bad-length))",
      "3000 peer: Request 108 Experimental (resend 1, corrupted, arrives as Request 9 Experimental)",
      "3000 authenticator: Response 9 Experimental",
    ]);
    expect(session.calls("authenticator")).toContain(
      "RasEapMakeMessage(Response 9 Experimental) -> 722 ERROR_PPP_INVALID_PACKET",
    );
  });

  it("may suffer several things: a lost packet is not doubled", async () => {
    const rule = { to: "peer", nth: 2 } as const;
    const { packets } = await line(duplicate(rule, 100), delay(rule, 50));
    expect(packets.slice(2, 5)).toEqual([
      "0 peer: Request 108 Experimental (duplicated, delayed by 50 ms)",
      "50 peer: Request 108 Experimental (arrives)",
      "50 authenticator: Response 108 Experimental",
    ]);
    expect((await line(drop(rule), duplicate(rule))).packets[2]).toBe(
      "0 peer: Request 108 Experimental (dropped, duplicated)",
    );
  });

  it("EAP-21 from somebody else reaches the method, and no fault befalls it", async () => {
    const bench = createEapBench({ method: echo(), latencyMs: 10 });
    const session = await bench.start({ faults: [drop({ to: "authenticator", nth: 3 })] });
    await session.until(() => session.packets.length === 3);
    await session.inject("authenticator", Uint8Array.of(2, 108, 0, 6, 255, 1));
    await session.finished();
    expect(session.packets).toContain("to the authenticator: Response 108 Experimental (injected)");
    expect(session.authenticator?.result).toBe(691);
  });
});
