import { createMemoryLog } from "@sallyport/runtime";
import { describe, expect, it } from "vitest";
import {
  createMemoryRegistry,
  loadSecurityModule,
  type Registry,
  securityHostKey,
  securityModule,
} from "../src/index.ts";
import { createHarness, manualModule } from "./harness.ts";

function loader(modules: Readonly<Record<string, unknown>>) {
  const registry = createMemoryRegistry();
  const log = createMemoryLog();
  const importModule = (path: string) =>
    path in modules ? Promise.resolve(modules[path]) : Promise.reject(new Error(`no ${path}`));
  const load = (from: Registry = registry) => loadSecurityModule({ registry: from, importModule, log });
  return { registry, log, load };
}

describe("registration and loading", () => {
  it("RAS-01 exactly one module is active: the one that DLLPath names at the start", async () => {
    const [a, b] = [manualModule(), manualModule()];
    const { registry, load } = loader({ "./a.ts": a, "./b.ts": b });
    registry.set(securityHostKey, "DLLPath", "./a.ts");
    expect((await load())?.module).toBe(a);
    registry.set(securityHostKey, "DLLPath", "./b.ts");
    const active = await load();
    expect(active).toMatchObject({ name: "./b.ts", module: b });
    const harness = createHarness({ module: active?.module ?? null });
    harness.dial();
    expect([a.begun.length, b.begun.length]).toEqual([0, 1]);
  });

  it.each(["RasSecurityDialogBegin", "RasSecurityDialogEnd"])(
    "RAS-02 a module without %s is not loaded: 127, and the log says what is missing",
    async (missing) => {
      const { [missing as "RasSecurityDialogEnd"]: _, ...module } = manualModule();
      const { registry, log, load } = loader({ "./half.ts": module });
      registry.set(securityHostKey, "DLLPath", "./half.ts");
      await expect(load()).rejects.toMatchObject({ code: 127, message: expect.stringContaining(missing) });
      expect(log.events).toMatchObject([{ id: 20_092, message: expect.stringContaining(missing) }]);
    },
  );

  it("RAS-03 a module that is not found prevents the start; without DLLPath, calls skip the stage", async () => {
    const { registry, load } = loader({});
    registry.set(securityHostKey, "DLLPath", "./gone.ts");
    await expect(load()).rejects.toMatchObject({ code: 1157, message: expect.stringContaining("./gone.ts") });
    registry.delete(securityHostKey, "DLLPath");
    expect(await load()).toBeUndefined();
  });

  it("RAS-04 a key that cannot be opened is event 20091, a module that cannot be loaded 20092", async () => {
    const { registry, log, load } = loader({});
    const locked: Registry = {
      read: () => {
        throw new Error("access denied");
      },
    };
    await expect(load(locked)).rejects.toMatchObject({ message: expect.stringContaining("access denied") });
    registry.set(securityHostKey, "DLLPath", "./gone.ts");
    await expect(load()).rejects.toThrow();
    expect(log.events.map(({ source, id, severity }) => [source, id, severity])).toEqual([
      ["RemoteAccess", 20_091, "error"],
      ["RemoteAccess", 20_092, "error"],
    ]);
  });

  it("RAS-05 with no module registered the call goes straight to PPP", () => {
    const harness = createHarness({ module: null });
    const call = harness.dial();
    expect(call).toMatchObject({ outcome: { kind: "no dialog" }, sent: "~", hungUp: false });
    expect(harness.steps).toEqual([]);
    // What the transport still tells about it changes nothing.
    call.type("x");
    call.hangUp();
    call.call.disconnect();
    expect(call.outcome).toEqual({ kind: "no dialog" });
  });

  it.each(["vpn", "isdn"] as const)(
    "RAS-06 a port of the kind %s has no dialog, unless a setting says so",
    (kind) => {
      const usual = createHarness();
      expect(usual.dial({ kind })).toMatchObject({ outcome: { kind: "no dialog" }, sent: "~" });
      expect(usual.module.begun).toEqual([]);
      const gateway = createHarness({ kinds: ["async", kind] });
      gateway.dial({ kind });
      expect(gateway.module.begun).toHaveLength(1);
    },
  );

  it("a default export that is an object is taken before the named exports", () => {
    const [named, byDefault] = [manualModule(), manualModule()];
    expect(securityModule({ ...named, default: byDefault }, { name: "a" }).module).toBe(byDefault);
    expect(securityModule(named, { name: "a" }).module).toBe(named);
    for (const nothing of [null, undefined, 5, {}, { default: null }]) {
      expect(() => securityModule(nothing, { name: "a" })).toThrow("RasSecurityDialogBegin");
    }
  });

  it.each([
    ["bufferSize", 0],
    ["bufferSize", 65_536],
    ["maxEndCalls", 0.5],
    ["delayLimitMs", Number.NaN],
    ["maxTypeahead", -1],
  ])("a limit out of its range is refused by name: %s %d", (name, value) => {
    expect(() => createHarness({ [name]: value })).toThrow(new RegExp(`${name} must be a whole number`));
  });
});
