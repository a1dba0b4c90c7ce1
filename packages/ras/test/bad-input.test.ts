import {
  encodeFrame,
  protocolChap,
  protocolEap,
  protocolIpcp,
  protocolLcp,
  protocolPap,
} from "@sallyport/ppp";
import type { RasAdminModule, RasSecurityModule } from "@sallyport/ras-security";
import { createSeededRandom } from "@sallyport/runtime";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RasProvider } from "../src/index.ts";
import { gate, type Lab, lab, throughTheGate } from "./harness.ts";

/** Another caller gets through: the server lives. */
async function serverLives({ dial, clock }: Lab, script = throughTheGate): Promise<void> {
  const caller = await dial({ script });
  await clock.advanceAsync(10_000);
  expect(caller.connection).toBeDefined();
  caller.cut();
  await clock.advanceAsync(0);
}

const phases = ["dialog", "LCP", "authentication", "connection"] as const;
type Phase = (typeof phases)[number];

/** Brings a call to a phase and stops the caller's side there: from then on the test speaks for him. */
async function callIn(phase: Phase, server: Lab) {
  const muted = (octets: Uint8Array): Uint8Array | undefined => {
    const protocol = (octets[1] === 0xff ? octets[3] === 0x23 : octets[1] === 0xc0) ? "LCP" : "other";
    if (phase === "LCP" && octets[0] === 0x7e) return undefined;
    return phase === "authentication" && octets[0] === 0x7e && protocol === "other" ? undefined : octets;
  };
  const script = phase === "dialog" ? [{ expect: "Username: " }, { expect: "never" }] : throughTheGate;
  const caller = await server.dial({ script, timeoutMs: 1e9, fault: { toServer: muted } });
  if (phase !== "dialog") await server.clock.advanceAsync(100);
  caller.fault.toServer = () => undefined;
  return caller;
}

describe.each(phases)("in the phase %s", (phase) => {
  it("noise of every kind leaves the server alive, and the call ends or goes on", async () => {
    const server = await lab({ module: gate });
    const random = createSeededRandom(phase.length);
    const caller = await callIn(phase, server);
    for (let chunk = 0; chunk < 200; chunk++) {
      caller.call.received(random(1 + (random(1)[0] ?? 0)));
      const protocol =
        [protocolLcp, protocolPap, protocolChap, protocolEap, protocolIpcp, 0x21][chunk % 6] ?? 0;
      caller.call.received(encodeFrame(protocol, random(random(1)[0] ?? 0)));
      if (chunk % 20 === 0) await server.clock.advanceAsync(1);
    }
    await server.clock.advanceAsync(1_000);
    await serverLives(server);
    caller.cut();
    await server.clock.advanceAsync(0);
    expect(server.manager.calls).toEqual([]);
  });

  it("a caller who says nothing more is ended by a limit, and nothing of him stays", async () => {
    const server = await lab({ module: gate, service: { ppp: { echoIntervalMs: 10_000 } } });
    await callIn(phase, server);
    await server.clock.advanceAsync(400_000);
    expect(server.ended).toHaveLength(1);
    expect(server.ended[0]?.end?.error).not.toBe(0);
    expect([server.manager.calls.length, server.clock.pending]).toEqual([0, 0]);
    await serverLives(server);
  });

  it("a line that is lost ends the call at once", async () => {
    const server = await lab({ module: gate });
    const caller = await callIn(phase, server);
    caller.cut();
    await server.clock.advanceAsync(0);
    expect(server.ended[0]?.end).toMatchObject({ error: 629 });
    await server.clock.advanceAsync(2_000);
    expect([server.manager.calls.length, server.clock.pending]).toEqual([0, 0]);
  });

  it("half-open: the caller's side is gone and nobody says so; the line that is dropped later frees everything", async () => {
    const server = await lab({ module: gate });
    const caller = await callIn(phase, server);
    caller.cut({ silently: true });
    await server.clock.advanceAsync(5_000);
    caller.call.lost();
    caller.dialer.lost(); // whose own timers are not the server's concern
    await server.clock.advanceAsync(2_000);
    expect([server.manager.calls.length, server.clock.pending]).toEqual([0, 0]);
  });
});

const throws = (): never => {
  throw new Error("broken");
};
const never = (): Promise<never> => new Promise(() => {});
const nonsense = (): never => "nonsense" as never;

function admin(more: RasAdminModule): RasAdminModule {
  return {
    MprAdminInitializeDll: () => 0,
    MprAdminTerminateDll: () => 0,
    MprAdminAcceptNewConnection: () => true,
    MprAdminConnectionHangupNotification: () => {},
    MprAdminAcceptNewLink: () => true,
    MprAdminLinkHangupNotification: () => {},
    MprAdminAcceptReauthentication: () => true,
    MprAdminGetIpAddressForUser: () => 0,
    MprAdminReleaseIpAddress: () => {},
    ...more,
  };
}

describe.each([
  ["throws", throws],
  ["never returns", never],
  ["returns nonsense", nonsense],
] as const)("a module or a provider that %s", (_, fails) => {
  const once = <Result>(works: () => Result): (() => Result) => {
    let failed = false;
    return () => {
      if (failed) return works();
      failed = true;
      return fails() as unknown as Result;
    };
  };

  it.each(["MprAdminAcceptNewConnection", "MprAdminAcceptNewLink", "MprAdminGetIpAddressForUser"] as const)(
    "at %s: the call is refused, the next one comes through",
    async (name) => {
      const works = name === "MprAdminGetIpAddressForUser" ? () => 0 : () => true;
      const server = await lab({ module: gate, adminModules: [admin({ [name]: once(works as never) })] });
      const caller = await server.dial({ script: throughTheGate });
      await server.clock.advanceAsync(120_000);
      expect(caller.connection).toBeUndefined();
      expect(server.ended).toHaveLength(1);
      await serverLives(server);
    },
  );

  it("at a hang-up notification: the call ends all the same, and its address is free", async () => {
    const server = await lab({
      pool: { first: "10.99.0.2", last: "10.99.0.2" },
      adminModules: [
        admin({
          MprAdminLinkHangupNotification: once(() => {}) as never,
          MprAdminConnectionHangupNotification: once(() => {}) as never,
        }),
      ],
    });
    const caller = await server.dial({ pausedStates: false });
    await server.clock.advanceAsync(5_000);
    caller.cut();
    await server.clock.advanceAsync(120_000);
    await serverLives(server, []);
  });

  it("in the security dialog: hung up, and the next caller gets his dialog", async () => {
    const begin = once(() => 0);
    const module: RasSecurityModule = {
      RasSecurityDialogBegin: (...call) =>
        (begin() as unknown) === 0 ? gate.RasSecurityDialogBegin(...call) : fails(),
      RasSecurityDialogEnd: (port) => gate.RasSecurityDialogEnd(port),
    };
    const server = await lab({ module });
    await server.dial({ script: throughTheGate, timeoutMs: 1e9 });
    await server.clock.advanceAsync(120_000);
    expect(server.ended).toHaveLength(1);
    await serverLives(server);
  });

  it.each(["verify", "permits", "account"] as const)("the provider at %s", async (name) => {
    const right = { verify: { kind: "accepted" }, permits: 0, account: undefined } as const;
    const provider: RasProvider = {
      name: "Windows",
      eap: () => undefined,
      verify: () => right.verify,
      permits: () => right.permits,
      account: () => right.account,
      [name]: once(() => right[name]),
    };
    const server = await lab({ module: gate, provider, protocols: ["PAP"] });
    const first = await server.dial({ script: throughTheGate });
    await server.clock.advanceAsync(200_000);
    expect(first.connection === undefined).toBe(name !== "account");
    await serverLives(server);
    let stopped = false;
    void server.manager.stop().then(() => (stopped = true));
    await server.clock.advanceAsync(60_000);
    expect(stopped).toBe(true);
  });
});

it("any octets, in any portions, before and behind the dialog: nothing is thrown, and the line can be lost", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 20 }),
      fc.boolean(),
      async (chunks, dialog) => {
        const server = await lab(dialog ? { module: gate } : {});
        const caller = await server.dial({ pausedStates: true });
        for (const chunk of chunks) {
          caller.call.received(chunk);
          caller.dialer.received(chunk);
        }
        await server.clock.advanceAsync(10);
        caller.cut();
        await server.clock.advanceAsync(10_000);
        expect(server.manager.calls).toEqual([]);
        expect(caller.end).toBeDefined();
      },
    ),
    { numRuns: 60 },
  );
});

it("a call with a dialog of a thousand questions keeps the beginning and the end of its trace, within a bound", async () => {
  const module: RasSecurityModule = {
    RasSecurityDialogBegin(port, _send, _receive, complete) {
      for (let question = 0; question < 1_000; question++) port.send("?");
      complete({ msgId: 1, port, userName: "alice", domain: "" });
      return 0;
    },
    RasSecurityDialogEnd: () => 619,
  };
  const { dial, clock } = await lab({ module });
  const caller = await dial({ pausedStates: true, script: [{ expect: "?" }] });
  await clock.advanceAsync(10_000);
  caller.dialer.hangUp();
  await clock.advanceAsync(10_000);
  expect(caller.call.trace.entries).toHaveLength(200);
  expect(caller.call.trace.skipped).toBeGreaterThan(800);
  expect([caller.steps[0], caller.steps.at(-1)?.split(":")[0]]).toEqual(["answer: answer", "hang-up"]);
});
