import {
  RASCS_Authenticate,
  RASCS_Connected,
  RASCS_Disconnected,
  RASCS_Interactive,
  type RasAdminModule,
  type RasAdminServer,
} from "@sallyport/ras-security";
import { describe, expect, it } from "vitest";
import { gate, type Lab, lab, throughTheGate } from "./harness.ts";

/** An admin module that accepts everything, and what a test wants otherwise. */
function admin(more: RasAdminModule = {}): RasAdminModule {
  return {
    MprAdminInitializeDll: () => 0,
    MprAdminTerminateDll: () => 0,
    MprAdminAcceptNewConnection: () => true,
    MprAdminConnectionHangupNotification: () => {},
    MprAdminAcceptNewLink: () => true,
    MprAdminLinkHangupNotification: () => {},
    MprAdminAcceptReauthentication: () => true,
    ...more,
  };
}

const stages = (steps: readonly string[]): string[] => [
  ...new Set(steps.map((step) => step.split(":")[0] ?? "")),
];

describe("the stages of a call", () => {
  it("RAS-33 SUCCESS lets nobody in: a wrong PPP password is refused after it", async () => {
    const { dial, clock, ended, accounting, log } = await lab({ module: gate });
    const caller = await dial({
      script: throughTheGate,
      credentials: { userName: "alice", password: "guess", protocols: ["MS-CHAPv2"] },
    });
    await clock.advanceAsync(20_000);
    expect(caller.steps).toContain("RAS security module: RasSecurityDialogComplete(SECURITYMSG_SUCCESS)");
    expect(caller.end).toMatchObject({ error: 691 });
    expect(ended[0]?.end).toMatchObject({ stage: "PPP authentication", error: 691 });
    expect([caller.connection, accounting]).toEqual([undefined, []]);
    expect(log.withId(20_271)).toHaveLength(1);
  });

  it("RAS-33 a module that accepts everybody does not bypass the authentication of PPP", async () => {
    const everybody = {
      RasSecurityDialogBegin: (...[port, , , complete]: Parameters<typeof gate.RasSecurityDialogBegin>) => {
        complete({ msgId: 1, port, userName: "admin", domain: "" });
        return 0;
      },
      RasSecurityDialogEnd: () => 619,
    };
    const { dial, clock } = await lab({ module: everybody });
    const caller = await dial({ credentials: { userName: "eve", password: "x", protocols: ["CHAP"] } });
    await clock.advanceAsync(20_000);
    expect(caller.connection).toBeUndefined();
    expect(caller.end).toMatchObject({ error: 691 });
  });

  it("RAS-57 the caller is paused while the dialog runs, then authenticates, then is connected", async () => {
    const { dial, clock } = await lab({ module: gate });
    const states: number[] = [];
    const caller = await dial({ script: throughTheGate, events: { state: (state) => states.push(state) } });
    await clock.advanceAsync(5_000);
    caller.dialer.hangUp();
    await clock.advanceAsync(5_000);
    expect(states).toEqual([RASCS_Interactive, RASCS_Authenticate, RASCS_Connected, RASCS_Disconnected]);
  });

  it("RAS-57 software that does not enable paused states fails with 703, before PPP", async () => {
    const { dial, clock, ended } = await lab({ module: gate });
    const caller = await dial({ pausedStates: false });
    await clock.advanceAsync(5_000);
    expect(caller.end).toMatchObject({ error: 703 });
    expect(stages(caller.steps)).toEqual(["answer", "RAS security module", "hang-up"]);
    expect(ended).toHaveLength(1);
  });

  it("RAS-63 an admin module that fails to initialize stops the start of the service", async () => {
    await expect(
      lab({ adminModules: [admin(), admin({ MprAdminInitializeDll: () => 1114 })] }),
    ).rejects.toMatchObject({
      code: 1114,
    });
    const { MprAdminAcceptNewLink: _, ...half } = admin();
    await expect(lab({ adminModules: [half] })).rejects.toThrow("MprAdminAcceptNewLink");
  });

  it("RAS-64 verdict, authentication, accept connection, accept link, address, network, and back", async () => {
    const { dial, clock, settle } = await lab({
      module: gate,
      adminModules: [
        admin({
          MprAdminGetIpAddressForUser: (_user, _port, _address, notify) => ((notify.value = true), 0),
          MprAdminReleaseIpAddress: () => {},
        }),
      ],
    });
    const caller = await dial({ script: throughTheGate });
    await clock.advanceAsync(5_000);
    caller.dialer.hangUp();
    await clock.advanceAsync(5_000);
    await settle();
    expect(
      caller.steps.filter((step) => /Complete|PPP auth.*NO_ERROR|admin|network|hang-up/.test(step)),
    ).toEqual([
      "RAS security module: RasSecurityDialogComplete(SECURITYMSG_SUCCESS)",
      "PPP authentication: MS-CHAPv2: alice -> NO_ERROR",
      "RAS admin module: MprAdminAcceptNewConnection(a)",
      "RAS admin module: MprAdminAcceptNewLink(a)",
      "RAS admin module: MprAdminGetIpAddressForUser(a)",
      "PPP network: IPCP: 10.99.0.2 -> NO_ERROR",
      "hang-up: other side: the other side ended the link -> ERROR_PPP_REMOTE_TERMINATED (719)",
      "RAS admin module: MprAdminLinkHangupNotification(a)",
      "RAS admin module: MprAdminReleaseIpAddress(a)",
      "RAS admin module: MprAdminConnectionHangupNotification(a)",
    ]);
  });

  it("RAS-65 every module must accept, in order; the second of three refuses and the connection is closed", async () => {
    const no = admin({ MprAdminAcceptNewConnection: () => false });
    const { dial, clock, ended } = await lab({ adminModules: [admin(), no, admin()] });
    const caller = await dial({ pausedStates: false });
    await clock.advanceAsync(10_000);
    expect(caller.steps.filter((step) => step.includes("Mpr"))).toEqual([
      "RAS admin module: MprAdminAcceptNewConnection(a)",
      "RAS admin module: MprAdminAcceptNewConnection(b)",
    ]);
    expect(ended[0]?.end).toMatchObject({ error: 649 });
    expect(caller.connection).toBeUndefined();
  });

  it.each(["MprAdminAcceptNewConnection", "MprAdminAcceptNewLink"] as const)(
    "RAS-66 refused by %s: no hang-up notification for what was refused",
    async (name) => {
      const { dial, clock } = await lab({ adminModules: [admin({ [name]: () => false })] });
      const caller = await dial({ pausedStates: false });
      await clock.advanceAsync(10_000);
      const told = caller.steps.filter((step) => step.includes("Hangup"));
      // The connection was accepted where its link was refused: that one is told.
      expect(told).toEqual(
        name === "MprAdminAcceptNewLink" ? ["RAS admin module: MprAdminConnectionHangupNotification(a)"] : [],
      );
    },
  );

  it("RAS-67 accept and hang-up calls of many connections never overlap, nor do the address calls", async () => {
    const running = { notify: 0, address: 0 };
    let most = 0;
    const slow = async <Result>(group: keyof typeof running, result: Result): Promise<Result> => {
      most = Math.max(most, ++running[group]);
      await new Promise<void>((resolve) => clock.after(10, resolve));
      running[group]--;
      return result;
    };
    const { dial, clock }: Lab = await lab({
      adminModules: [
        admin({
          MprAdminAcceptNewConnection: () => slow("notify", true),
          MprAdminAcceptNewLink: () => slow("notify", true),
          MprAdminLinkHangupNotification: () => slow("notify", undefined),
          MprAdminConnectionHangupNotification: () => slow("notify", undefined),
          MprAdminGetIpAddressForUser: (_user, _port, _address, notify) => (
            (notify.value = true), slow("address", 0)
          ),
          MprAdminReleaseIpAddress: () => slow("address", undefined),
        }),
      ],
    });
    const callers = [];
    for (let count = 0; count < 5; count++) callers.push(await dial({ pausedStates: false }));
    await clock.advanceAsync(10_000);
    expect(callers.every(({ connection }) => connection !== undefined)).toBe(true);
    for (const { dialer } of callers) dialer.hangUp();
    await clock.advanceAsync(10_000);
    expect(most).toBe(1);
  });

  it("RAS-68 not as on Windows: all functions of a module share one process, and what one keeps the others find", async () => {
    const accepted = new Map<string, number>();
    const processes = new Set<number>();
    const { dial, clock } = await lab({
      adminModules: [
        admin({
          MprAdminAcceptNewConnection: ({ userName }) => {
            processes.add(process.pid);
            accepted.set(userName, 0x0a630050);
            return true;
          },
          MprAdminGetIpAddressForUser: (user, _port, address) => {
            processes.add(process.pid);
            address.value = accepted.get(user) ?? 0;
            return 0;
          },
          MprAdminReleaseIpAddress: () => {},
        }),
      ],
    });
    const caller = await dial({ pausedStates: false });
    await clock.advanceAsync(10_000);
    expect(caller.connection).toMatchObject({ local: "10.99.0.80" });
    expect([...processes]).toEqual([process.pid]);
  });

  it("RAS-69 only the first module that offers the pair is asked for the address", async () => {
    const give = (address: number) =>
      admin({
        MprAdminGetIpAddressForUser: (_user, _port, out) => ((out.value = address), 0),
        MprAdminReleaseIpAddress: () => {},
      });
    const { dial, clock } = await lab({ adminModules: [admin(), give(0x0a630050), give(0x0a630051)] });
    const caller = await dial({ pausedStates: false });
    await clock.advanceAsync(10_000);
    expect(caller.connection).toMatchObject({ local: "10.99.0.80" });
  });

  it.each([
    ["the proposed address is kept", 254, (_: { value: number }) => 0, "10.99.0.2", undefined],
    [
      "another one is taken",
      254,
      (out: { value: number }) => ((out.value = 0x0a010203), 0),
      "10.1.2.3",
      undefined,
    ],
    ["a code ends the connection", 254, () => 649, undefined, 649],
    [
      "nothing proposed, one supplied",
      2,
      (out: { value: number }) => ((out.value = 0x0a010203), 0),
      "10.1.2.3",
      undefined,
    ],
    ["nothing proposed, none supplied", 2, () => 0, undefined, 717],
  ] as readonly (readonly [
    string,
    number,
    (out: { value: number }) => number,
    string | undefined,
    number | undefined,
  ])[])("RAS-70 over IPCP: %s", async (_, last, get, address, error) => {
    const seen: number[] = [];
    const { dial, clock, ended } = await lab({
      pool: { first: "10.99.0.2", last: `10.99.0.${last}` },
      adminModules: [
        admin({
          MprAdminGetIpAddressForUser: (user, _port, out) => {
            if (user === "bob") return 0; // who has the only address of the small pool
            seen.push(out.value);
            return get(out);
          },
          MprAdminReleaseIpAddress: () => {},
        }),
      ],
    });
    if (last === 2) {
      await dial({ pausedStates: false, credentials: { userName: "bob", password: "builder" } });
      await clock.advanceAsync(10_000);
    }
    const caller = await dial({ pausedStates: false });
    await clock.advanceAsync(10_000);
    expect(seen).toEqual([last === 2 ? 0 : 0x0a630002]);
    expect(caller.connection?.local).toBe(address);
    expect(ended[0]?.end?.error).toBe(error);
  });

  it("RAS-71 administration from within a callback rejects; from outside it ends the connection in order", async () => {
    let server: RasAdminServer | undefined;
    let inside: unknown;
    const { dial, clock, ended }: Lab = await lab({
      adminModules: [
        admin({
          MprAdminInitializeDll: (given) => ((server = given), 0),
          async MprAdminAcceptNewConnection({ connection }): Promise<boolean> {
            inside = await server?.disconnect(connection).catch((error: unknown): unknown => error);
            return true;
          },
        }),
      ],
    });
    const caller = await dial({ pausedStates: false });
    await clock.advanceAsync(10_000);
    expect(inside).toMatchObject({ code: 1131 });
    const [connection] = (await server?.connections()) ?? [];
    expect(connection).toMatchObject({ userName: "alice", remoteComputer: "192.0.2.1" });
    await server?.disconnect(connection?.connection ?? 0);
    await clock.advanceAsync(10_000);
    expect(caller.end).toMatchObject({ error: 719 });
    expect(ended[0]?.end).toMatchObject({ stage: "connected", error: 631 });
  });

  it("RAS-72 a module with the old RasAdmin names is refused, and told what to export", async () => {
    const old = { RasAdminAcceptNewConnection: () => true } as RasAdminModule;
    await expect(lab({ adminModules: [old] })).rejects.toThrow("MprAdminAcceptNewConnection");
  });

  it("RAS-39 with requireSameUser PPP authenticates whom the dialog spoke of, and nobody else", async () => {
    const { dial, clock } = await lab({ module: gate, requireSameUser: true });
    const other = await dial({
      script: throughTheGate,
      credentials: { userName: "bob", password: "builder" },
    });
    const same = await dial({ script: throughTheGate });
    await clock.advanceAsync(10_000);
    expect([other.connection, other.call.end?.error]).toEqual([undefined, 691]);
    expect(same.connection).toBeDefined();
  });

  it("an account without dial-in permission is refused with 649", async () => {
    const { dial, clock, ended } = await lab();
    await dial({ pausedStates: false, credentials: { userName: "carol", password: "christmas" } });
    await clock.advanceAsync(10_000);
    expect(ended[0]?.end).toMatchObject({ stage: "PPP authentication", error: 649 });
  });

  it("addresses come back: a pool of one serves one caller after the other, and one at a time", async () => {
    const { dial, clock } = await lab({ pool: { first: "10.99.0.2", last: "10.99.0.2" } });
    const first = await dial({ pausedStates: false });
    await clock.advanceAsync(5_000);
    const second = await dial({ pausedStates: false });
    await clock.advanceAsync(5_000);
    expect([first.connection?.local, second.connection?.local]).toEqual(["10.99.0.2", undefined]);
    first.cut();
    await clock.advanceAsync(5_000);
    const third = await dial({ pausedStates: false });
    await clock.advanceAsync(5_000);
    expect(third.connection?.local).toBe("10.99.0.2");
  });

  it("a stop ends dialogs and links in order, and waits for callers who say nothing five seconds at most", async () => {
    const { dial, clock, manager, ended, accounting } = await lab({ module: gate });
    const inDialog = await dial();
    const connected = await dial({ script: throughTheGate });
    const deaf = await dial({ script: throughTheGate });
    await clock.advanceAsync(5_000);
    deaf.cut({ silently: true });
    let stopped = false;
    void manager.stop().then(() => (stopped = true));
    await clock.advanceAsync(4_000);
    expect(connected.end).toMatchObject({ error: 719 });
    expect(inDialog.end).toMatchObject({ error: 629 });
    await clock.advanceAsync(6_000);
    expect(stopped).toBe(true);
    expect(ended).toHaveLength(3);
    expect(accounting.map(({ terminateCause }) => terminateCause)).toEqual([
      undefined,
      undefined,
      "NAS-Reboot",
      "NAS-Reboot",
    ]);
  });
});
