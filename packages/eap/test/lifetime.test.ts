import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { WindowsError } from "@sallyport/errors";
import { createMemoryLog } from "@sallyport/runtime";
import { expect, it } from "vitest";
import {
  EAPACTION_Authenticate,
  EAPACTION_Done,
  EAPACTION_NoAction,
  EAPACTION_Send,
  EAPACTION_SendAndDone,
  EAPACTION_SendWithTimeout,
  EapEvent,
  openEapMethods,
  type PppEapInfo,
  type RasEapModule,
  raatFilterId,
  textAttribute,
} from "../src/index.ts";
import {
  authenticator,
  ends,
  peer,
  request,
  requestPacket,
  response,
  returns,
  scripted,
  sends,
} from "./harness.ts";

/** A module that notes what it is asked, and answers with the given codes. */
function noting(codes: { readonly info?: (type: number) => number; readonly initialize?: number } = {}) {
  const calls: string[] = [];
  const module: RasEapModule = {
    RasEapGetInfo(type, info) {
      calls.push(`GetInfo ${type}`);
      info.initialize = (on) => {
        calls.push(`Initialize ${type} ${on}`);
        return codes.initialize ?? 0;
      };
      info.makeMessage = () => 0;
      return codes.info?.(type) ?? 0;
    },
  };
  return { calls, module };
}

it("EAP-01, EAP-03, EAP-04: GetInfo once a type with its id, Initialize right after; FALSE at the close", async () => {
  const { calls, module } = noting();
  const registry = await openEapMethods(
    [4, 13, 40, 41].map((type) => ({ type, module })),
    { log: createMemoryLog() },
  );
  expect(calls).toEqual([4, 13, 40, 41].flatMap((type) => [`GetInfo ${type}`, `Initialize ${type} true`]));
  expect(registry.methods.map(({ type }) => type)).toEqual([4, 13, 40, 41]);
  calls.length = 0;
  await registry.close();
  await registry.close();
  expect(calls).toEqual([4, 13, 40, 41].map((type) => `Initialize ${type} false`));
});

it("EAP-02 a type whose GetInfo fails is logged and left out, the others stay", async () => {
  const log = createMemoryLog();
  const { module } = noting({ info: (type) => (type === 13 ? 126 : 0) });
  const registry = await openEapMethods(
    [4, 13].map((type) => ({ type, module })),
    { log },
  );
  expect(registry.methods.map(({ type }) => type)).toEqual([4]);
  expect(registry.find(13)).toBeUndefined();
  expect(log.withId(EapEvent.MethodUnavailable)).toMatchObject([
    { fields: { method: "EAP-TLS", status: 126 } },
  ]);
});

it("EAP-04 nonzero from Initialize(TRUE) makes the type unavailable; Initialize(FALSE) is then not called", async () => {
  const { calls, module } = noting({ initialize: 5 });
  const log = createMemoryLog();
  const registry = await openEapMethods([{ type: 4, module }], { log });
  expect(registry.methods).toEqual([]);
  await registry.close();
  expect(calls).toEqual(["GetInfo 4", "Initialize 4 true"]);
  expect(log.withId(EapEvent.MethodUnavailable)).toHaveLength(1);
});

it("EAP-05 MakeMessage alone is a method: no begin, a null work buffer, and End is ignored", async () => {
  const seen: unknown[] = [];
  const module: RasEapModule = {
    RasEapGetInfo(_type, info) {
      info.makeMessage = (work, _received, _send, output) => {
        seen.push(work);
        output.action = EAPACTION_Done;
        return 0;
      };
      info.end = () => {
        throw new Error("End must not be called");
      };
      return 0;
    },
  };
  const { host, outcomes, log } = await authenticator([module]);
  host.start();
  expect(seen).toEqual([null]);
  expect(outcomes).toMatchObject([{ result: 0 }]);
  expect(log.events).toEqual([]);
});

it("EAP-05 a module without MakeMessage is no method", async () => {
  const log = createMemoryLog();
  const module: RasEapModule = { RasEapGetInfo: () => 0 };
  expect((await openEapMethods([{ type: 4, module }], { log })).methods).toEqual([]);
  expect(log.withId(EapEvent.MethodUnavailable)).toHaveLength(1);
});

it("EAP-06 Begin once a session; what it yields goes to MakeMessage and End unchanged", async () => {
  const work = Object.freeze({ secret: 42 });
  const seen: unknown[] = [];
  const module: RasEapModule = {
    RasEapGetInfo(_type, info) {
      info.begin = (out) => {
        out.value = work;
        return 0;
      };
      info.makeMessage = (given, received, _send, output) => {
        seen.push(given);
        output.action = received === null ? EAPACTION_NoAction : EAPACTION_Done;
        return 0;
      };
      info.end = (given) => {
        seen.push(given);
        return 0;
      };
      return 0;
    },
  };
  const { host } = await authenticator([module]);
  host.start();
  host.receive(response(3));
  expect(seen).toHaveLength(3);
  expect(seen.every((given) => given === work)).toBe(true);
});

it("EAP-07 a Begin that fails disconnects: logged on the authenticator, shown on the peer, no End", async () => {
  const failing = scripted({ begin: () => 8, make: [] });
  const { host, outcomes, log, sent } = await authenticator([failing.module]);
  host.start();
  expect(outcomes).toMatchObject([{ result: 8 }]);
  expect(sent).toEqual([]);
  expect(log.withId(EapEvent.MethodFailed).length).toBeGreaterThan(0);
  const client = await peer([failing.module]);
  client.host.receive(requestPacket(1));
  expect(client.told).toEqual(["error 8 There is not enough memory (8)."]);
  expect(failing.calls).toEqual(["Begin", "Begin"]);
});

it.each([
  ["success", [ends(EAPACTION_Done)]],
  ["failure", [ends(EAPACTION_Done, 691)]],
  ["an error", [returns(8)]],
  ["timeout", [request(EAPACTION_SendWithTimeout), sends(EAPACTION_SendWithTimeout, 1, 1)]],
  ["line loss", [returns(0)]],
  [
    "an exception",
    [
      () => {
        throw new Error("boom");
      },
    ],
  ],
] as const)("EAP-08 End exactly once after %s, then nothing", async (_, make) => {
  const method = scripted({ make });
  const { host, clock, outcomes } = await authenticator([method.module], { settings: { maxRetransmits: 2 } });
  host.start();
  clock.advance(20_000);
  host.stop();
  host.receive(response(1));
  host.stop();
  clock.advance(1_000_000);
  expect(outcomes).toHaveLength(1);
  expect(method.calls.filter((call) => call === "End")).toHaveLength(1);
  expect(method.calls.at(-1)).toBe("End");
});

it("EAP-09 the fields of Begin are absent in MakeMessage", async () => {
  const method = scripted({ make: [ends(EAPACTION_Done)] });
  const { host } = await peer([method.module], { password: "wonderland", userData: Uint8Array.of(1) });
  host.receive(requestPacket(1));
  expect(method.begins[0]).toMatchObject({ identity: "alice", password: "wonderland", authenticator: false });
  for (const field of [
    "flags",
    "authenticator",
    "identity",
    "password",
    "initialId",
    "connectionData",
    "userData",
  ]) {
    expect(method.begins[0]).toHaveProperty(field);
    expect(method.made[0]?.input).not.toHaveProperty(field);
  }
});

it("EAP-10 in test mode what the host passes is overwritten after the call; what the host holds is not", async () => {
  const kept: Uint8Array[] = [];
  const configData = Uint8Array.of(1, 2, 3);
  const wire = requestPacket(1, 4, [9, 9]);
  const module: RasEapModule = {
    RasEapGetInfo(_type, info) {
      info.begin = (_work, input) => {
        if (input.connectionData !== null) kept.push(input.connectionData);
        return 0;
      };
      info.makeMessage = (_work, received, sendPacket, output) => {
        if (received !== null) kept.push(received);
        sendPacket.set([2, 1, 0, 5, 4]);
        kept.push(sendPacket);
        output.action = EAPACTION_Send;
        return 0;
      };
      return 0;
    },
  };
  const { host, sent } = await peer([{ type: 4, module, configData }], {
    conformance: { overwriteBuffers: true },
  });
  host.receive(wire);
  expect(kept[0]).toEqual(Uint8Array.of(0xdd, 0xdd, 0xdd));
  expect(new Set(kept[1])).toEqual(new Set([0xdd]));
  expect(new Set(kept[2])).toEqual(new Set([0]));
  expect([configData, wire]).toEqual([Uint8Array.of(1, 2, 3), requestPacket(1, 4, [9, 9])]);
  expect(sent).toEqual(["0201000504"]);
});

it("EAP-11 after End the host holds none of the method's buffers, and later changes of them have no effect", async () => {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  const references: WeakRef<Uint8Array>[] = [];
  const method = scripted({
    make: [
      ({ output }) => {
        const context = new Uint8Array(64);
        references.push(new WeakRef(context));
        output.invokeInteractiveUI = true;
        output.uiContextData = context;
        return 0;
      },
      ({ output }) => {
        output.uiContextData = null;
        output.action = EAPACTION_Done;
        return 0;
      },
    ],
  });
  const interactiveUI = { RasEapInvokeInteractiveUI: () => 0 };
  const { host, outcomes } = await peer([{ type: 4, module: method.module, interactiveUI }]);
  host.receive(requestPacket(1));
  await new Promise((resolve) => setImmediate(resolve));
  expect(outcomes).toHaveLength(1);
  for (const call of method.made.splice(0)) Object.assign(call.output, { uiContextData: null });
  for (let turn = 0; turn < 10 && references[0]?.deref() !== undefined; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  expect(references).toHaveLength(1);
  expect(references[0]?.deref()).toBeUndefined();
  expect(host.outcome?.result).toBe(0);
});

it("EAP-12 the input may be null: by setting it is wherever there is nothing to say", async () => {
  const method = scripted({
    make: [request(EAPACTION_SendWithTimeout), ends(EAPACTION_Authenticate), ends(EAPACTION_Done)],
  });
  const provider = {
    authenticate: () => ({ result: 0, attributes: [] }),
    authorize: () => ({ result: 0, attributes: [textAttribute(raatFilterId, "staff")] }),
  };
  const { host, lastId } = await authenticator([method.module], {
    provider,
    conformance: { nullInput: true },
  });
  host.start();
  host.receive(response(lastId()));
  expect(method.made.map(({ input }) => input === null)).toEqual([true, true, false]);
  const usual = scripted({ make: [ends(EAPACTION_Done)] });
  const other = await authenticator([usual.module]);
  other.host.start();
  expect(usual.made[0]?.input).toEqual({});
});

it.each(["RasEapGetInfo", "initialize", "begin", "makeMessage", "end"])(
  "EAP-93 an exception in %s equals 645; in end it is only logged; a WindowsError is its code",
  async (where) => {
    for (const [error, code] of [
      [new Error("secret word"), 645],
      [new WindowsError(8, { space: "win32" }), 8],
    ] as const) {
      const fails = (name: string): void => {
        if (name === where) throw error;
      };
      const module: RasEapModule = {
        RasEapGetInfo(_type, info: PppEapInfo) {
          fails("RasEapGetInfo");
          info.initialize = () => (fails("initialize"), 0);
          info.begin = () => (fails("begin"), 0);
          info.makeMessage = (_work, _received, sendPacket, output) => {
            fails("makeMessage");
            sendPacket.set([3, 1, 0, 4]);
            output.action = EAPACTION_SendAndDone;
            return 0;
          };
          info.end = () => (fails("end"), 0);
          return 0;
        },
      };
      const { host, outcomes, log } = await authenticator([module]);
      host.start();
      if (where === "RasEapGetInfo" || where === "initialize") {
        expect(log.withId(EapEvent.MethodUnavailable)).toMatchObject([{ fields: { status: code } }]);
        expect(outcomes).toMatchObject([{ result: 918 }]);
      } else {
        expect(outcomes).toMatchObject([{ result: where === "end" ? 0 : code }]);
        expect(log.withId(EapEvent.MethodFailed).length).toBeGreaterThan(0);
      }
    }
  },
);
