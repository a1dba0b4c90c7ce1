import { createMemoryLog, createVirtualClock } from "@sallyport/runtime";
import { expect, it, vi } from "vitest";
import { loadIsolatedExtension } from "../src/node/index.ts";
import { createHarness } from "./harness.ts";

vi.setConfig({ testTimeout: 60_000 });

/** A module of this text. */
const source = (text: string): string => `data:text/javascript,${encodeURIComponent(text)}`;
const load = (text: string, options: object = {}) =>
  loadIsolatedExtension(source(text), { name: "loaded", ...options });

it.each([
  ["throws", "throw new Error('boom')", 126, "importing it failed: boom"],
  ["has a mistake of syntax", "export function (", 126, "importing it failed"],
  ["offers no processing function", "export const x = 1", 127, "exports none of RadiusExtensionProcess2"],
  [
    "exports no functions",
    "export const RadiusExtensionInit = 1, RadiusExtensionProcess = () => 0",
    1610,
    "is not a function",
  ],
  ["exits", "process.exit(7)", 1114, "it ended with exit code 7"],
  ["waits for ever", "await new Promise(() => {})", 1114, "it ended with exit code 0"],
  [
    "fills the memory",
    "const all = []; for (;;) all.push([all])",
    1114,
    "it needed more than 64 MB of memory",
  ],
])(
  "NPS-82 a module that %s when it is loaded prevents the start and says why",
  async (_, text, code, words) => {
    await expect(load(text, { memoryLimitMb: 64 })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(words),
    });
  },
);

it("NPS-82 a module that loops when it is loaded is given up after the time for a start", async () => {
  const clock = createVirtualClock();
  const loading = load("for (;;);", { clock, startTimeoutMs: 5_000 });
  const failed = expect(loading).rejects.toMatchObject({
    code: 1114,
    message: expect.stringContaining("it did not answer within 5000 ms"),
  });
  await clock.advanceAsync(5_000);
  await failed;
  expect(clock.pending).toBe(0);
});

const withInit = (body: string) =>
  `export function RadiusExtensionInit({ log, settings }) { ${body} } export const RadiusExtensionProcess = () => 0;`;

it.each([
  ["returns an error", withInit("return 5"), 5],
  ["throws", withInit("throw new Error('no')"), 0],
  ["ends its worker", withInit("process.exit(1)"), 0],
])("NPS-06, NPS-82 RadiusExtensionInit in a worker that %s prevents the start", async (_, text, code) => {
  const extension = await load(text);
  await expect(createHarness({ authentication: [extension] }).nps.start()).rejects.toMatchObject({ code });
  await extension.close();
});

it("NPS-05, NPS-82 Term is called in the worker before it ends", async () => {
  const log = createMemoryLog();
  const text = `let own;
export function RadiusExtensionInit({ log, settings }) { own = log; own.information("init", settings); return 0; }
export async function RadiusExtensionTerm() { own.information("term"); }
export const RadiusExtensionProcess = () => 0;`;
  const extension = await load(text, { settings: { a: 1 } });
  const harness = createHarness({ authentication: [extension], authorization: [extension], log });
  await harness.nps.start();
  expect((await harness.access()).answer).toBe("accept");
  await harness.nps.stop();
  expect(log.events.map(({ message, fields }) => [message, fields])).toEqual([
    ["init", { a: 1 }],
    ["term", {}],
  ]);
  expect((await harness.access()).answer).toBe("silence");
});

it("settings that cannot be copied prevent the start, naming what is wrong", async () => {
  const extension = await load(withInit("return 0"), { settings: { callBack: () => 0 } });
  await expect(createHarness({ authentication: [extension] }).nps.start()).rejects.toThrow(
    /could not be cloned/,
  );
});

it("a module in a worker finds no way to the host's messages", async () => {
  const extension = await load(
    `import { workerData } from "node:worker_threads";
if (Object.keys(workerData).length > 0) throw new Error("found " + Object.keys(workerData));
export const RadiusExtensionProcess = () => 0;`,
  );
  expect(extension.form).toBe(1);
  await extension.close();
});
