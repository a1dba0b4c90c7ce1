import { ERROR_MOD_NOT_FOUND, ERROR_PROC_NOT_FOUND } from "@sallyport/errors/win32";
import { describe, expect, it } from "vitest";
import { loadNpsExtension, type NpsExtensionModule, npsExtension } from "../src/index.ts";
import { callLog, createHarness } from "./harness.ts";

const ok = () => 0;

describe("loading and lifetime", () => {
  it("NPS-01 a module without a processing function is not loaded: ERROR_PROC_NOT_FOUND, and the message names what is missing", () => {
    expect(() => npsExtension({ RadiusExtensionInit: ok }, { name: "init-only" })).toThrowError(
      expect.objectContaining({
        code: ERROR_PROC_NOT_FOUND,
        message: expect.stringMatching(
          /init-only.*RadiusExtensionProcess2.*RadiusExtensionProcessEx.*RadiusExtensionProcess/,
        ),
      }),
    );
  });

  it("NPS-01 each of the three processing functions is enough", () => {
    expect(npsExtension({ RadiusExtensionProcess: ok }, { name: "a" }).form).toBe(1);
    expect(npsExtension({ RadiusExtensionProcessEx: ok }, { name: "a" }).form).toBe(2);
    expect(npsExtension({ RadiusExtensionProcess2: ok }, { name: "a" }).form).toBe(3);
  });

  it("NPS-01 an entry point that is no function is refused by name", () => {
    const broken = { RadiusExtensionProcess2: ok, RadiusExtensionTerm: 5 };
    expect(() => npsExtension(broken, { name: "broken" })).toThrowError(
      /RadiusExtensionTerm is not a function but number/,
    );
  });

  it("a module that cannot be imported: ERROR_MOD_NOT_FOUND with the cause", async () => {
    const cause = new SyntaxError("Unexpected token");
    const loading = loadNpsExtension("./broken.ts", () => Promise.reject(cause), { name: "./broken.ts" });
    await expect(loading).rejects.toMatchObject({
      code: ERROR_MOD_NOT_FOUND,
      cause,
      message: expect.stringContaining("Unexpected token"),
    });
  });

  it("a default export that is an object is taken before the named exports", () => {
    const module: NpsExtensionModule = { RadiusExtensionProcess2: ok };
    expect(npsExtension({ default: module, RadiusExtensionProcess: ok }, { name: "a" }).module).toBe(module);
  });

  it.each([[["a", "b", "c"]], [["c", "b", "a"]]])(
    "NPS-02 modules are called in list order: %j",
    async (order) => {
      const { calls, extension } = callLog();
      const authentication = order.map((name) => extension({ RadiusExtensionProcess2: ok }, name));
      const harness = createHarness({ authentication });
      const { trace } = await harness.access();
      expect(calls).toEqual(order);
      const steps = trace.steps.filter((step) => step.stage === "Authentication extensions");
      expect(steps.map((step) => step.detail?.["extension"])).toEqual(order);
    },
  );

  it("NPS-03 only the newest of several processing functions is called", async () => {
    const called: string[] = [];
    const all: NpsExtensionModule = {
      RadiusExtensionProcess: () => (called.push("first"), 0),
      RadiusExtensionProcessEx: () => (called.push("second"), 0),
      RadiusExtensionProcess2: () => (called.push("third"), 0),
    };
    for (const newestForm of [3, 2, 1] as const) {
      const extension = npsExtension(all, { name: "all", newestForm });
      await createHarness({ authentication: [extension] }).access();
    }
    expect(called).toEqual(["third", "second", "first"]);
  });

  it("NPS-04 the three forms may be mixed in one list", async () => {
    const { calls, extension } = callLog();
    const authentication = [
      extension({ RadiusExtensionProcess: ok }, "first"),
      extension({ RadiusExtensionProcess2: ok }, "third"),
      extension({ RadiusExtensionProcessEx: ok }, "second"),
    ];
    expect((await createHarness({ authentication }).access()).answer).toBe("accept");
    expect(calls).toEqual(["first", "third", "second"]);
  });

  it("NPS-05 Init and Term are optional, and called once each where present", async () => {
    const calls: string[] = [];
    const { extension } = callLog();
    const authentication = [
      extension({ RadiusExtensionProcess2: ok }),
      extension({
        RadiusExtensionInit: () => (calls.push("Init"), 0),
        RadiusExtensionTerm: () => void calls.push("Term"),
        RadiusExtensionProcess2: ok,
      }),
    ];
    const { nps, access } = createHarness({ authentication });
    await nps.start();
    await access();
    await access();
    await nps.stop();
    await nps.stop();
    expect(calls).toEqual(["Init", "Term"]);
  });

  it.each([
    [
      "throws",
      () => {
        throw new Error("no goodbye");
      },
      /no goodbye/,
    ],
    ["never ends", () => new Promise<void>(() => {}), /did not answer within 30000 ms/],
  ])(
    "NPS-05 a Term that %s does not keep the others from being called",
    async (_, RadiusExtensionTerm, words) => {
      const calls: string[] = [];
      const { extension } = callLog();
      const polite = extension({
        RadiusExtensionTerm: () => void calls.push("Term"),
        RadiusExtensionProcess2: ok,
      });
      const rude = extension({ RadiusExtensionTerm, RadiusExtensionProcess2: ok }, "rude");
      const harness = createHarness({ authentication: [polite, rude] });
      await harness.nps.start();
      const stopped = harness.nps.stop();
      await harness.clock.advanceAsync(30_000);
      await stopped;
      expect(calls).toEqual(["Term"]);
      expect(harness.log.events).toMatchObject([
        { source: "rude", severity: "warning", message: expect.stringMatching(words) },
      ]);
    },
  );

  it("NPS-06 a nonzero Init prevents the start; those initialized before get Term, last first", async () => {
    const calls: string[] = [];
    const { extension } = callLog();
    const noting = (name: string, status: number) =>
      extension(
        {
          RadiusExtensionInit: () => (calls.push(`Init ${name}`), status),
          RadiusExtensionTerm: () => void calls.push(`Term ${name}`),
          RadiusExtensionProcess2: ok,
        },
        name,
      );
    const harness = createHarness({
      authentication: [noting("a", 0), noting("b", 0), noting("c", 5), noting("d", 0)],
    });
    await expect(harness.nps.start()).rejects.toMatchObject({
      code: 5,
      message: expect.stringContaining("extension c"),
    });
    expect(calls).toEqual(["Init a", "Init b", "Init c", "Term b", "Term a"]);
    expect(harness.log.events).toMatchObject([{ severity: "error", fields: { extension: "c", code: 5 } }]);
  });

  it.each([
    [
      "throws",
      () => {
        throw new Error("no database");
      },
      /no database/,
    ],
    ["rejects", () => Promise.reject(new Error("no database")), /no database/],
    ["returns nonsense", () => "fine" as unknown as number, /status number/],
  ])("NPS-06 an Init that %s prevents the start", async (_, RadiusExtensionInit, message) => {
    const { extension } = callLog();
    const harness = createHarness({
      authentication: [extension({ RadiusExtensionInit, RadiusExtensionProcess2: ok })],
    });
    await expect(harness.nps.start()).rejects.toThrowError(message);
  });

  it("NPS-06 an Init that never settles prevents the start after the time-out", async () => {
    const { extension } = callLog();
    const module = { RadiusExtensionInit: () => new Promise<number>(() => {}), RadiusExtensionProcess2: ok };
    const harness = createHarness({ authentication: [extension(module, "silent")] });
    const start = harness.nps.start();
    const outcome = expect(start).rejects.toThrowError(/silent.*30000 ms/);
    await harness.clock.advanceAsync(30_000);
    await outcome;
  });

  it("Init receives the module's settings, log, clock and random numbers", async () => {
    let seen: unknown;
    const module: NpsExtensionModule = {
      RadiusExtensionInit(environment) {
        environment.log.information("configured", { entries: 2 });
        seen = [
          environment.name,
          environment.settings,
          environment.clock.now() > 0,
          environment.random(4).length,
        ];
        return 0;
      },
      RadiusExtensionProcess2: ok,
    };
    const harness = createHarness({
      authentication: [npsExtension(module, { name: "mine", settings: { list: [1, 2] } })],
    });
    await harness.nps.start();
    expect(seen).toEqual(["mine", { list: [1, 2] }, true, 4]);
    expect(harness.log.events).toMatchObject([
      { source: "mine", severity: "information", message: "configured" },
    ]);
  });

  it("NPS-07 FreeAttributes is called once for each array that the second form returned, after the host copied it", async () => {
    const freed: unknown[] = [];
    const out = [{ attrType: 18, dataType: 1 as const, value: "hello" }];
    const { extension } = callLog();
    const module: NpsExtensionModule = {
      RadiusExtensionProcessEx: (_, outAttributes) => {
        outAttributes.value = out;
        return 0;
      },
      RadiusExtensionFreeAttributes: (attributes) => {
        freed.push(attributes);
        out.length = 0;
      },
    };
    const harness = createHarness({ authentication: [extension(module)] });
    expect((await harness.access()).attributes).toEqual(["Reply-Message=hello"]);
    expect(freed).toEqual([out]);
    expect((await harness.access()).attributes).toEqual([]);
    expect(freed).toHaveLength(2);
  });

  it("NPS-07 nothing is freed for a null result, and a module without FreeAttributes is fine with plain arrays", async () => {
    let freed = 0;
    const { extension } = callLog();
    const nothing = extension({
      RadiusExtensionProcessEx: ok,
      RadiusExtensionFreeAttributes: () => void freed++,
    });
    const plain = extension({
      RadiusExtensionProcessEx: (_, outAttributes) => {
        outAttributes.value = [{ attrType: 18, dataType: 1, value: "plain" }];
        return 0;
      },
    });
    const { attributes } = await createHarness({ authentication: [nothing, plain] }).access();
    expect(attributes).toEqual(["Reply-Message=plain"]);
    expect(freed).toBe(0);
  });

  it("NPS-08 a module in both lists is initialized once and called at both points, which it can tell apart", async () => {
    const points: number[] = [];
    let inits = 0;
    const { extension } = callLog();
    const both = extension({
      RadiusExtensionInit: () => (inits++, 0),
      RadiusExtensionProcess2: (ecb) => (points.push(ecb.point), 0),
    });
    const harness = createHarness({ authentication: [both], authorization: [both] });
    await harness.nps.start();
    await harness.access();
    expect(inits).toBe(1);
    expect(points).toEqual([0, 1]);
  });

  it("NPS-09 every module is called for Access-Requests and Accounting-Requests", async () => {
    const { calls, extension } = callLog();
    const authentication = [
      extension({ RadiusExtensionProcess: ok }, "1st"),
      extension({ RadiusExtensionProcess2: ok }, "3rd"),
    ];
    const harness = createHarness({ authentication });
    await harness.access();
    expect(calls.splice(0)).toEqual(["1st", "3rd"]);
    await harness.accounting();
    expect(calls).toEqual(["1st", "3rd"]);
  });

  it("NPS-11 the lists are read at the start: a later change of the arrays has no effect", async () => {
    const { calls, extension } = callLog();
    const authentication = [extension({ RadiusExtensionProcess2: ok }, "a")];
    const harness = createHarness({ authentication });
    authentication.push(extension({ RadiusExtensionProcess2: ok }, "late"));
    await harness.access();
    expect(calls).toEqual(["a"]);
  });
});
