import { expect, it } from "vitest";
import {
  NpsEvent,
  type NpsExtensionModule,
  type RadiusAttributes,
  rcAccessAccept,
  rcAccountingResponse,
} from "../src/index.ts";
import { callLog, createHarness } from "./harness.ts";

it.each(["first", "second"])("NPS-33 for an accounting packet the action is null (%s form)", async (form) => {
  const actions: unknown[] = [];
  const { extension } = callLog();
  const module: NpsExtensionModule =
    form === "first"
      ? { RadiusExtensionProcess: (_, action) => (actions.push(action), 0) }
      : { RadiusExtensionProcessEx: (_, __, action) => (actions.push(action), 0) };
  const harness = createHarness({ authentication: [extension(module)], authorization: [extension(module)] });
  expect((await harness.accounting()).answer).toBe("accounting-response");
  expect(actions).toEqual([null, null]);
});

it("NPS-34 an error during accounting discards the request: no Accounting-Response, no record", async () => {
  const { extension } = callLog();
  const harness = createHarness({ authorization: [extension({ RadiusExtensionProcess: () => 5 })] });
  expect(await harness.accounting()).toMatchObject({ answer: "silence", reason: 10 });
  expect(harness.records).toEqual([]);
});

it("NPS-35 in the third form the request type is 4; only Accounting-Response and discard can be set", async () => {
  const results: unknown[] = [];
  const { extension } = callLog();
  const module: NpsExtensionModule = {
    RadiusExtensionProcess2(ecb) {
      results.push(ecb.requestType, ecb.setResponseType(rcAccessAccept), ecb.getResponse(rcAccessAccept));
      results.push(ecb.setResponseType(rcAccountingResponse), ecb.responseType);
      return 0;
    },
  };
  const harness = createHarness({ authentication: [extension(module)] });
  expect((await harness.accounting()).answer).toBe("accounting-response");
  expect(results).toEqual([4, 87, null, 0, 5]);
});

it("NPS-36 all five kinds are recorded, and answered after they were recorded", async () => {
  const harness = createHarness();
  for (const kind of ["Start", "Interim-Update", "Stop", "Accounting-On", "Accounting-Off"]) {
    expect((await harness.accounting({ "Acct-Status-Type": kind })).answer).toBe("accounting-response");
  }
  expect(harness.records.map(({ attributes }) => attributes.first(40)?.number)).toEqual([1, 3, 2, 7, 8]);
});

it("NPS-36 the answer waits for the record", async () => {
  let written = (): void => {};
  const harness = createHarness({
    accountingLog: {
      recordsAuthentication: false,
      write: () => new Promise<void>((resolve) => (written = resolve)),
    },
  });
  let answered = false;
  const pending = harness.accounting().then((observed) => ((answered = true), observed));
  await Promise.resolve();
  expect(answered).toBe(false);
  written();
  expect((await pending).answer).toBe("accounting-response");
});

it("a record that cannot be written is not acknowledged: reason 80 and an event", async () => {
  for (const write of [
    () => Promise.reject(new Error("disk full")),
    () => {
      throw new Error("disk full");
    },
  ]) {
    const harness = createHarness({ accountingLog: { recordsAuthentication: false, write } });
    expect(await harness.accounting()).toMatchObject({ answer: "silence", reason: 80 });
    expect(harness.log.events).toMatchObject([
      { id: NpsEvent.AccountingDiscarded, message: expect.stringContaining("disk full") },
    ]);
  }
});

it("accounting modules at the authorization point see the internal attributes and no credentials (X-14)", async () => {
  let seen: RadiusAttributes = [];
  const { extension } = callLog();
  const module = extension({ RadiusExtensionProcess: (attributes) => ((seen = attributes), 0) });
  await createHarness({ authorization: [module] }).accounting();
  expect(seen.slice(0, -1).every(({ attrType }) => attrType > 255)).toBe(true);
});
