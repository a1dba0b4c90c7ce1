import { describe, expect, it } from "vitest";
import {
  defaultNetworkPolicy,
  type NpsExtensionModule,
  npsExtension,
  radiusAttribute,
  ratReplyMessage,
} from "../src/index.ts";
import { createHarness } from "./harness.ts";

/** Modules whose lives can be read. */
function lives() {
  const events: string[] = [];
  const waiting: (() => void)[] = [];
  const extension = (name: string, module: NpsExtensionModule = {}) =>
    npsExtension(
      {
        RadiusExtensionInit: () => (events.push(`${name} init`), 0),
        RadiusExtensionTerm: () => void events.push(`${name} term`),
        RadiusExtensionProcess2: () => (events.push(name), 0),
        ...module,
      },
      { name },
    );
  const slow = (name: string) =>
    extension(name, {
      RadiusExtensionProcess2: () =>
        new Promise((resolve) => {
          events.push(name);
          waiting.push(() => resolve(0));
        }),
    });
  return { events, extension, slow, release: () => waiting.splice(0).forEach((resume) => void resume()) };
}

describe("reload", () => {
  it("NPS-11 the lists change by an explicit reload: new modules are initialized, those that stay are not touched, those that go are terminated", async () => {
    const { events, extension } = lives();
    const [a, b, c] = [extension("a"), extension("b"), extension("c")];
    const harness = createHarness({ authentication: [a, b] });
    await harness.nps.start();
    const { retired } = await harness.nps.reload({ extensions: { authentication: [c, b] } });
    await retired;
    await harness.access();
    await harness.nps.stop();
    expect(events).toEqual(["a init", "b init", "c init", "a term", "c", "b", "c term", "b term"]);
  });

  it("what is in progress is finished under the old settings; a module goes when its last request is answered", async () => {
    const { events, slow, extension, release } = lives();
    const policy = { ...defaultNetworkPolicy, attributes: [radiusAttribute(ratReplyMessage, "old")] };
    const harness = createHarness({ authentication: [slow("old")], networkPolicies: [policy] });
    await harness.nps.start();
    const pending = harness.access();
    const { retired } = await harness.nps.reload({
      extensions: { authentication: [extension("new")] },
      networkPolicies: [{ ...policy, attributes: [radiusAttribute(ratReplyMessage, "new")] }],
    });
    expect((await harness.access()).attributes).toEqual(["Reply-Message=new"]);
    expect(events).toEqual(["old init", "old", "new init", "new"]);
    release();
    expect((await pending).attributes).toEqual(["Reply-Message=old"]);
    await retired;
    expect(events.at(-1)).toBe("old term");
  });

  it("NPS-06 a new module that refuses to start changes nothing", async () => {
    const { events, extension } = lives();
    const harness = createHarness({ authentication: [extension("old")] });
    await harness.nps.start();
    const reload = harness.nps.reload({
      extensions: {
        authentication: [extension("first"), extension("refuses", { RadiusExtensionInit: () => 5 })],
      },
    });
    await expect(reload).rejects.toMatchObject({ code: 5 });
    expect((await harness.access()).answer).toBe("accept");
    await harness.nps.stop();
    expect(events).toEqual(["old init", "first init", "first term", "old", "old term"]);
  });

  it("NPS-63 a challenge that is open survives", async () => {
    const module: NpsExtensionModule = {
      RadiusExtensionProcess2(ecb) {
        if (ecb.answeredChallenge !== undefined) return ecb.setResponseType(2);
        ecb.getResponse(11)?.add({ attrType: 24, dataType: 1, value: ecb.issueState("kept") });
        return ecb.setResponseType(11);
      },
    };
    const extensions = () => ({ authentication: [npsExtension({ ...module }, { name: "otp" })] });
    const harness = createHarness(extensions());
    await harness.nps.start();
    const challenge = await harness.nps.handle(harness.received(1, { "User-Name": "alice" }));
    await harness.nps.reload({ extensions: extensions() });
    const state = challenge?.attributes[0]?.value as Uint8Array;
    expect((await harness.bare({ "User-Name": "alice", State: state })).answer).toBe("accept");
  });

  it("a stop ends what a reload has left over", async () => {
    const { events, slow, release } = lives();
    const harness = createHarness({ authentication: [slow("old")] });
    await harness.nps.start();
    const pending = harness.access();
    await harness.nps.reload({ extensions: {} });
    await harness.nps.stop();
    expect(events).toEqual(["old init", "old", "old term"]);
    release();
    expect((await pending).answer).toBe("silence");
  });
});
