import { WindowsError } from "@sallyport/errors";
import { createMemoryLog, createVirtualClock } from "@sallyport/runtime";
import { describe, expect, it } from "vitest";
import {
  adminDllKey,
  adminModule,
  createMemoryRegistry,
  loadAdminModules,
  RasAdminHost,
  type RasAdminHostOptions,
  type RasAdminModule,
  type RasAdminServer,
  type RasLink,
} from "../src/index.ts";

const link: RasLink = {
  connection: 7,
  port: 1,
  portName: "COM1",
  userName: "alice",
  logonDomain: "CORP",
  remoteComputer: "",
};

/** Everything that is required, and accepts. */
function complete(more: RasAdminModule = {}): RasAdminModule {
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

function hostWith(modules: readonly RasAdminModule[], options: Partial<RasAdminHostOptions> = {}) {
  const clock = createVirtualClock();
  const log = createMemoryLog();
  const steps: string[] = [];
  const host = new RasAdminHost({
    modules: modules.map((module, index) => adminModule(module, { name: "abc"[index] ?? "?" })),
    clock,
    log,
    onCall: (step) => steps.push(step),
    ...options,
  });
  return { host, clock, log, steps };
}

const addresses = (
  get: NonNullable<RasAdminModule["MprAdminGetIpAddressForUser"]>,
  release: NonNullable<RasAdminModule["MprAdminReleaseIpAddress"]> = () => {},
): RasAdminModule => complete({ MprAdminGetIpAddressForUser: get, MprAdminReleaseIpAddress: release });

describe("admin modules", () => {
  it.each(Object.keys(complete()) as (keyof RasAdminModule)[])(
    "RAS-63 a module without %s stops the start",
    async (missing) => {
      const { [missing]: _, ...module } = complete();
      const registry = createMemoryRegistry();
      registry.set(adminDllKey, "DLLPath", "./whole.ts; ./half.ts");
      const importModule = async (path: string) => (path === "./half.ts" ? module : complete());
      await expect(loadAdminModules({ registry, importModule })).rejects.toMatchObject({
        code: 127,
        message: expect.stringContaining(missing),
      });
    },
  );

  it("RAS-63 half of a pair, a form without its hang-up function, and what is no function are refused by name", () => {
    const half = complete({ MprAdminGetIpAddressForUser: () => 0 });
    expect(() => adminModule(half, { name: "a" })).toThrow("MprAdminReleaseIpAddress");
    const newer = complete({ MprAdminAcceptNewConnection3: () => true });
    expect(() => adminModule(newer, { name: "a" })).toThrow("MprAdminConnectionHangupNotification3");
    const odd = { ...complete(), MprAdminAcceptNewLink: 5 };
    expect(() => adminModule(odd, { name: "a" })).toThrow("MprAdminAcceptNewLink is no function");
  });

  it("RAS-63 an error from MprAdminInitializeDll stops the start, and what was initialized is terminated", async () => {
    const { host, steps } = hostWith([
      complete(),
      complete({ MprAdminInitializeDll: () => 1114 }),
      complete(),
    ]);
    await expect(host.start()).rejects.toMatchObject({ code: 1114, message: expect.stringContaining("b") });
    expect(steps).toEqual([
      "MprAdminInitializeDll(a)",
      "MprAdminInitializeDll(b)",
      "MprAdminTerminateDll(a)",
    ]);
  });

  it("RAS-64 the order is accept connection, accept link, address; at the end link, address, connection", async () => {
    const { host, steps } = hostWith([
      addresses((_user, _port, _address, notify) => ((notify.value = true), 0)),
    ]);
    expect(await host.connect(link, { address: 0x0a630002 })).toEqual({
      accepted: true,
      address: 0x0a630002,
      ipv6Address: undefined,
    });
    await host.connectionEnded(7);
    expect(steps).toEqual([
      "MprAdminAcceptNewConnection(a)",
      "MprAdminAcceptNewLink(a)",
      "MprAdminGetIpAddressForUser(a)",
      "MprAdminLinkHangupNotification(a)",
      "MprAdminReleaseIpAddress(a)",
      "MprAdminConnectionHangupNotification(a)",
    ]);
    await host.connectionEnded(7);
    expect(steps).toHaveLength(6);
  });

  it("RAS-65 every module must accept, asked in order; the first FALSE refuses and ends the questions", async () => {
    const no = complete({ MprAdminAcceptNewConnection: async () => false });
    const { host, steps } = hostWith([complete(), no, complete()]);
    expect(await host.connect(link)).toEqual({ accepted: false, step: "connection", module: "b", error: 0 });
    expect(steps).toEqual(["MprAdminAcceptNewConnection(a)", "MprAdminAcceptNewConnection(b)"]);
  });

  it("RAS-65 an exception, nonsense and silence count as FALSE, with an event", async () => {
    for (const answer of [
      () => {
        throw new Error("broken");
      },
      () => "yes" as unknown as boolean,
      () => new Promise<boolean>(() => {}),
    ]) {
      const { host, clock, log } = hostWith([complete({ MprAdminAcceptNewConnection: answer })]);
      const asking = host.connect(link);
      await clock.advanceAsync(30_000);
      expect(await asking).toMatchObject({ accepted: false, step: "connection" });
      expect(log.events.length).toBe(answer.toString().includes("yes") ? 0 : 1);
      expect(clock.pending).toBe(0);
    }
  });

  it("RAS-66 a refused connection gets no hang-up notification, a refused link neither; its accepted connection does", async () => {
    const refusing = hostWith([complete(), complete({ MprAdminAcceptNewConnection: () => false })]);
    await refusing.host.connect(link);
    await refusing.host.connectionEnded(7);
    await refusing.host.linkEnded(link);
    expect(refusing.steps.filter((step) => step.includes("Hangup"))).toEqual([]);

    const linkless = hostWith([complete({ MprAdminAcceptNewLink: () => false })]);
    expect(await linkless.host.connect(link)).toMatchObject({ accepted: false, step: "link" });
    expect(linkless.steps.slice(2)).toEqual(["MprAdminConnectionHangupNotification(a)"]);
  });

  it("a further link is asked about, and told when it ends", async () => {
    const { host, steps } = hostWith([complete({ MprAdminAcceptNewLink: ({ port }) => port !== 3 })]);
    await host.connect(link);
    expect(await host.acceptLink({ ...link, port: 2 })).toBe(true);
    expect(await host.acceptLink({ ...link, port: 3 })).toBe(false);
    expect(await host.acceptLink({ ...link, connection: 99 })).toBe(false);
    await host.linkEnded({ ...link, port: 3 });
    expect(steps.filter((step) => step.includes("LinkHangup"))).toHaveLength(0);
    await host.connectionEnded(7);
    expect(steps.filter((step) => step.includes("LinkHangup"))).toHaveLength(2);
  });

  it("RAS-67 accept and hang-up calls never overlap; nor do the two address calls", async () => {
    const running = { notify: 0, address: 0 };
    let most = 0;
    const slow = async <Result>(group: "notify" | "address", result: Result): Promise<Result> => {
      running[group]++;
      most = Math.max(most, running[group]);
      await new Promise<void>((resolve) => clock.after(10, resolve));
      running[group]--;
      return result;
    };
    const { host, clock } = hostWith([
      complete({
        MprAdminAcceptNewConnection: () => slow("notify", true),
        MprAdminAcceptNewLink: () => slow("notify", true),
        MprAdminLinkHangupNotification: () => slow("notify", undefined),
        MprAdminConnectionHangupNotification: () => slow("notify", undefined),
        MprAdminGetIpAddressForUser: (_user, _port, _address, notify) => (
          (notify.value = true), slow("address", 0)
        ),
        MprAdminReleaseIpAddress: () => slow("address", undefined),
      }),
    ]);
    const all = [1, 2, 3, 4].map(async (connection) => {
      await host.connect({ ...link, connection }, { address: connection });
      await host.connectionEnded(connection);
    });
    await clock.advanceAsync(10_000);
    await Promise.all(all);
    expect(most).toBe(1);
  });

  it("RAS-69 only the first module that offers the pair is asked for an address", async () => {
    const { host, steps } = hostWith([
      complete(),
      addresses((_user, _port, address) => ((address.value = 5), 0)),
      addresses((_user, _port, address) => ((address.value = 6), 0)),
    ]);
    expect(await host.connect(link)).toMatchObject({ accepted: true, address: 5 });
    expect(steps.filter((step) => step.includes("GetIp"))).toEqual(["MprAdminGetIpAddressForUser(b)"]);
  });

  it.each([
    ["the proposed one is kept", 9, () => 0, { accepted: true, address: 9 }],
    [
      "0 in, one supplied",
      0,
      (address: { value: number }) => ((address.value = 8), 0),
      { accepted: true, address: 8 },
    ],
    ["0 in, none supplied", 0, () => 0, { accepted: false, step: "address", error: 0 }],
    ["a code ends the connection", 9, () => 649, { accepted: false, step: "address", error: 649 }],
  ] as const)("RAS-70 %s", async (_, proposed, get, expected) => {
    const { host, steps } = hostWith([addresses((_user, _port, address) => get(address))]);
    expect(await host.connect(link, { address: proposed })).toMatchObject(expected);
    expect(steps.includes("MprAdminConnectionHangupNotification(a)")).toBe(!expected.accepted);
    expect(steps.includes("MprAdminReleaseIpAddress(a)")).toBe(false); // the notify flag was not set
  });

  it("RAS-70 the same for IPv6, where a thrown code counts", async () => {
    const six = (get: NonNullable<RasAdminModule["MprAdminGetIpv6AddressForUser"]>) =>
      hostWith([
        complete({ MprAdminGetIpv6AddressForUser: get, MprAdminReleaseIpv6AddressForUser: () => {} }),
      ]);
    const own = Uint8Array.from({ length: 16 }, () => 1);
    const given = six((_user, _port, address, notify) => ((address.value = own), (notify.value = true), 0));
    expect(await given.host.connect(link)).toEqual({ accepted: true, address: undefined, ipv6Address: own });
    await given.host.connectionEnded(7);
    expect(given.steps).toContain("MprAdminReleaseIpv6AddressForUser(a)");
    const nothing = six(() => 0);
    expect(await nothing.host.connect(link)).toMatchObject({ accepted: false, step: "address", error: 0 });
    const failing = six(() => {
      throw new WindowsError(649, { space: "ras" });
    });
    expect(await failing.host.connect(link)).toMatchObject({ accepted: false, error: 649 });
  });

  it("RAS-71 an administration call from within a callback rejects with a clear message instead of hanging", async () => {
    let server: RasAdminServer | undefined;
    const disconnected: number[] = [];
    let inside: unknown;
    const module = complete({
      MprAdminInitializeDll: (given) => ((server = given), 0),
      async MprAdminAcceptNewConnection() {
        await Promise.resolve();
        inside = await server?.connections().catch((error: unknown) => error);
        return true;
      },
    });
    const { host } = hostWith([module], { disconnect: (connection) => disconnected.push(connection) });
    await host.start();
    await host.connect(link);
    expect(inside).toMatchObject({ code: 1131, message: expect.stringContaining("callback") });
    expect(await server?.connections()).toMatchObject([{ connection: 7, userName: "alice" }]);
    await server?.disconnect(7);
    expect(disconnected).toEqual([7]);
    await expect(server?.disconnect(8)).rejects.toMatchObject({ code: 601 });
    await host.stop();
  });

  it("RAS-72 a module with the old RasAdmin names only is refused, and the message names the replacement", () => {
    const old = { RasAdminAcceptNewConnection: () => true, RasAdminConnectionHangupNotification: () => {} };
    expect(() => adminModule(old, { name: "old" })).toThrow("export MprAdminAcceptNewConnection instead");
    expect(adminModule({ ...complete(), ...old }, { name: "both" }).form).toBe("");
    expect(() => adminModule(null, { name: "none" })).toThrow("MprAdminAcceptNewConnection");
  });

  it("reauthentication asks every module of an accepted connection", async () => {
    const { host, steps } = hostWith([complete({ MprAdminAcceptReauthenticationEx: () => false })]);
    expect(await host.reauthenticate(7)).toBe(false);
    expect(steps).toEqual([]);
    await host.connect(link);
    expect(await host.reauthenticate(7)).toBe(false);
    expect(steps.at(-1)).toBe("MprAdminAcceptReauthenticationEx(a)");
  });
});
