import { createMemoryLog } from "@sallyport/runtime";
import { expect, it } from "vitest";
import {
  EAPACTION_Done,
  EAPACTION_NoAction,
  EAPACTION_Send,
  EAPACTION_SendWithTimeout,
  EapEntryConfiguration,
  EapEvent,
  type EapMethod,
  type EapMethodRegistration,
  EapMultilinkConnection,
  type EapPeerOptions,
  type EapProviderConfig,
  type EapQuestion,
  type EapUserInterface,
  type EapUserWindow,
  getEapUserIdentity,
  openEapMethods,
  openServerConfiguration,
  RAS_EAP_FLAG_CONFG_READONLY,
  RAS_EAP_FLAG_FIRST_LINK,
  RAS_EAP_FLAG_MACHINE_AUTH,
  RAS_EAP_FLAG_NON_INTERACTIVE,
  RAS_EAP_FLAG_ROUTER,
  type RasEapUserInterfaceModule,
} from "../src/index.ts";
import {
  authenticator,
  ends,
  peer,
  type Reaction,
  request,
  requestPacket,
  response,
  scripted,
  sends,
} from "./harness.ts";

/** A user who gives the answers in order, and cancels when there are none left; `null` cancels, too. */
function virtualUser(answers: readonly (string | null)[]) {
  const asked: EapQuestion[] = [];
  const shown: string[] = [];
  const left = [...answers];
  const user: EapUserInterface = {
    ask: (question) => (asked.push(question), Promise.resolve(left.shift() ?? null)),
    show: (words) => shown.push(words),
  };
  return { user, asked, shown };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const wants =
  (context: Uint8Array | null, action: 0 | 4 = EAPACTION_NoAction): Reaction =>
  (call) => {
    if (action === EAPACTION_Send) sends(EAPACTION_Send, 2, call.received?.[1] ?? 0)(call);
    call.output.invokeInteractiveUI = true;
    call.output.uiContextData = context;
    return 0;
  };

const answersUser: RasEapUserInterfaceModule = {
  async RasEapInvokeInteractiveUI(_type, window, _context, out) {
    const word = await window?.ask({ text: "Code: ", echo: false });
    if (word !== null && word !== undefined) out.value = new TextEncoder().encode(word);
    return 0;
  },
};

it("EAP-63 a method without a dialog works; asking for one that is not registered fails with 645", async () => {
  const plain = scripted({ make: [sends(EAPACTION_Send, 2, 1), ends(EAPACTION_Done)] });
  const bench = await peer([plain.module]);
  bench.host.receive(requestPacket(1));
  bench.host.receive(Uint8Array.of(3, 1, 0, 4));
  expect(bench.outcomes).toMatchObject([{ result: 0 }]);

  const wanting = scripted({ make: [wants(null)] });
  const other = await peer([wanting.module]);
  other.host.receive(requestPacket(1));
  expect(other.outcomes).toMatchObject([{ result: 645 }]);
  expect(other.log.withId(EapEvent.MethodFailed)[0]?.fields).toMatchObject({
    diagnostic: "no-interactive-ui",
  });
});

it("EAP-64, EAP-65: the context reaches the dialog unchanged, and the action is performed as well", async () => {
  const contexts: (Uint8Array | null)[] = [];
  const interactiveUI: RasEapUserInterfaceModule = {
    RasEapInvokeInteractiveUI: (type, _window, context) => (contexts.push(context), expect(type).toBe(4), 0),
  };
  const method = scripted({
    make: [wants(Uint8Array.of(1, 2, 3), EAPACTION_Send), ends(EAPACTION_NoAction)],
  });
  const { host, sent } = await peer([{ type: 4, module: method.module, interactiveUI }]);
  host.receive(requestPacket(9));
  await turn();
  expect(sent).toEqual(["0209000504"]);
  expect(contexts).toEqual([Uint8Array.of(1, 2, 3)]);
});

it.each([
  ["data", ["4711"], "34373131"],
  ["nothing, when the user cancels", [null], undefined],
])(
  "EAP-66, EAP-67: the dialog gives %s; packets go on meanwhile; the data are gone after the call",
  async (_, answers, expected) => {
    const seen: (string | undefined)[] = [];
    let kept: Uint8Array | null | undefined;
    const method = scripted({
      make: [
        wants(null),
        ends(EAPACTION_NoAction),
        ({ input, output }) => {
          kept = input?.dataFromInteractiveUI;
          seen.push(kept === null || kept === undefined ? undefined : Buffer.from(kept).toString("hex"));
          output.action = EAPACTION_Done;
          return 0;
        },
      ],
    });
    const { user, asked } = virtualUser(answers);
    const { host, outcomes } = await peer([{ type: 4, module: method.module, interactiveUI: answersUser }], {
      user,
    });
    host.receive(requestPacket(1));
    host.receive(requestPacket(2));
    expect(method.calls).toEqual(["Begin", "Make 1/1", "Make 1/2"]);
    await turn();
    expect(asked).toEqual([{ text: "Code: ", echo: false }]);
    expect(method.calls.slice(3)).toEqual(["Make dialog", "End"]);
    expect(seen).toEqual([expected]);
    expect([...(kept ?? [])].every((octet) => octet === 0)).toBe(true);
    expect(outcomes).toMatchObject([{ result: 0 }]);
  },
);

it("EAP-66 what the dialog returned is freed once, by its own module", async () => {
  const returned = Uint8Array.of(1, 2);
  const freed: unknown[] = [];
  const interactiveUI: RasEapUserInterfaceModule = {
    RasEapInvokeInteractiveUI: (_type, _window, _context, out) => ((out.value = returned), 0),
    RasEapFreeMemory: (memory) => freed.push(memory),
  };
  const method = scripted({ make: [wants(null), ends(EAPACTION_Done)] });
  const { host } = await peer([{ type: 4, module: method.module, interactiveUI }]);
  host.receive(requestPacket(1));
  await turn();
  expect(freed).toEqual([returned]);
  expect(freed[0]).toBe(returned);
});

it("EAP-66 a dialog that fails gives nothing and is logged; a second one while one is open is ignored", async () => {
  const interactiveUI: RasEapUserInterfaceModule = { RasEapInvokeInteractiveUI: () => 5 };
  const method = scripted({ make: [wants(null), wants(null), ends(EAPACTION_NoAction)] });
  const { host, log } = await peer([{ type: 4, module: method.module, interactiveUI }]);
  host.receive(requestPacket(1));
  host.receive(requestPacket(2));
  await turn();
  expect(method.made.at(-1)?.input).toEqual({
    dataReceivedFromInteractiveUI: true,
    dataFromInteractiveUI: null,
  });
  expect(method.calls.filter((call) => call === "Make dialog")).toHaveLength(1);
  expect(log.events.map(({ id }) => id)).toContain(EapEvent.MethodFailed);
  expect(log.events.map(({ id }) => id)).toContain(EapEvent.MethodMisbehaved);
});

it("EAP-68 a method that blocks the engine is reported", async () => {
  let block: () => void = () => undefined;
  const method = scripted({ make: [() => (block(), 0)] });
  const { host, clock, log } = await authenticator([method.module], { makeMessageWarnMs: 50 });
  block = () => clock.advance(50);
  host.start();
  expect(log.withId(EapEvent.CallTooLong)).toMatchObject([{ severity: "warning" }]);
  block = () => clock.advance(49);
  host.receive(response(1));
  expect(log.withId(EapEvent.CallTooLong)).toHaveLength(1);
});

it("EAP-69 NON_INTERACTIVE: GetIdentity gets no window and returns 703; a dialog during the session ends it with 703", async () => {
  const windows: (EapUserWindow | null)[] = [];
  const identity: RasEapUserInterfaceModule = {
    RasEapGetIdentity: (_type, window) => (windows.push(window), window === null ? 703 : 0),
  };
  const method = await opened({ invokeUsernameDialog: false, identity });
  const flags = RAS_EAP_FLAG_NON_INTERACTIVE;
  const { user } = virtualUser(["alice"]);
  expect(await getEapUserIdentity({ method, user, flags })).toEqual({ status: 703 });
  expect(windows).toEqual([null]);

  const wanting = scripted({ make: [wants(null)] });
  const bench = await peer([{ type: 4, module: wanting.module, interactiveUI: answersUser }], { flags });
  bench.host.receive(requestPacket(1));
  expect(bench.outcomes).toMatchObject([{ result: 703 }]);
});

it("EAP-70 MACHINE_AUTH: no window, no standard dialog; a method that does not support it is 50", async () => {
  const flags = RAS_EAP_FLAG_MACHINE_AUTH;
  const { user, asked } = virtualUser(["alice", "wonderland"]);
  expect(await getEapUserIdentity({ method: await opened({}), user, flags })).toEqual({ status: 50 });
  const supporting: RasEapUserInterfaceModule = {
    RasEapGetIdentity(_type, window, given, _book, _entry, _connection, _user, _userOut, identityOut) {
      expect([window, given]).toEqual([null, flags]);
      identityOut.value = "host/laptop";
      return 0;
    },
  };
  const method = await opened({ invokeUsernameDialog: false, identity: supporting });
  expect(await getEapUserIdentity({ method, user, flags })).toMatchObject({
    user: { identity: "host/laptop" },
  });
  const refusing = await opened({ invokeUsernameDialog: false, identity: { RasEapGetIdentity: () => 50 } });
  expect(await getEapUserIdentity({ method: refusing, user, flags })).toEqual({ status: 50 });
  expect(asked).toEqual([]);
});

it.each([
  [true, true, ["User name: ", "Password: "], 0],
  [true, false, ["User name: "], 0],
  [false, true, ["Password: "], 1],
  [false, false, [], 1],
])(
  "EAP-71, EAP-72: InvokeUsernameDialog %s and InvokePasswordDialog %s",
  async (name, password, questions, called) => {
    let calls = 0;
    const identity: RasEapUserInterfaceModule = {
      RasEapGetIdentity(
        _type,
        _window,
        _flags,
        book,
        entry,
        connectionData,
        userData,
        userDataOut,
        identityOut,
      ) {
        calls += 1;
        expect([book, entry, connectionData, userData]).toEqual([
          "book",
          "office",
          Uint8Array.of(1),
          Uint8Array.of(2),
        ]);
        userDataOut.value = Uint8Array.of(3);
        identityOut.value = "token-user";
        return 0;
      },
    };
    const method = await opened({ invokeUsernameDialog: name, invokePasswordDialog: password, identity });
    const { user, asked } = virtualUser(name ? ["alice", "wonderland"] : ["wonderland"]);
    const result = await getEapUserIdentity({
      method,
      user,
      phonebook: "book",
      entry: "office",
      connectionData: Uint8Array.of(1),
      userData: Uint8Array.of(2),
    });
    expect(asked.map((question) => question.text)).toEqual(questions);
    expect(calls).toBe(called);
    expect(result).toMatchObject({
      status: 0,
      user: {
        identity: name ? "alice" : "token-user",
        password: password ? "wonderland" : null,
        userData: name ? Uint8Array.of(2) : Uint8Array.of(3),
      },
    });
  },
);

it("EAP-71 an entry without EAP is 780; a user who is known is not asked; one who cancels is 703", async () => {
  const { user, asked } = virtualUser([null]);
  expect(await getEapUserIdentity({ method: undefined, user })).toEqual({ status: 780 });
  const method = await opened({});
  const known = await getEapUserIdentity({ method, user, userName: "alice", password: "wonderland" });
  expect(known).toMatchObject({ user: { identity: "alice", password: "wonderland" } });
  expect(asked).toEqual([]);
  expect(await getEapUserIdentity({ method, user })).toEqual({ status: 703 });
  expect(await getEapUserIdentity({ method })).toEqual({ status: 703 });
});

it("EAP-73 GetIdentity's results go to Begin, and each buffer is freed once, after Begin returned", async () => {
  const order: string[] = [];
  const identity: RasEapUserInterfaceModule = {
    RasEapGetIdentity(_t, _w, _f, _b, _e, _c, _u, userDataOut, identityOut) {
      userDataOut.value = Uint8Array.of(3);
      identityOut.value = "token-user";
      return 0;
    },
    RasEapFreeMemory: (memory) => order.push(typeof memory === "string" ? memory : `[${memory}]`),
  };
  const method = scripted({ begin: () => (order.push("Begin"), 0), make: [ends(EAPACTION_Done)] });
  const registration: EapMethodRegistration = {
    type: 4,
    module: method.module,
    identity,
    invokeUsernameDialog: false,
    invokePasswordDialog: false,
  };
  const registry = await openEapMethods([registration], { log: createMemoryLog() });
  const found = await getEapUserIdentity({ method: registry.methods[0] });
  expect(order).toEqual([]);
  const bench = await peer([registration], found.user ?? {});
  bench.host.receive(requestPacket(1));
  expect(method.begins[0]).toMatchObject({ identity: "token-user", userData: Uint8Array.of(3) });
  expect(order).toEqual(["Begin", "[3]", "token-user"]);
  bench.host.stop();
  expect(order).toHaveLength(3);

  const unused = await getEapUserIdentity({ method: registry.methods[0] });
  const never = await peer([registration], unused.user ?? {});
  never.host.stop();
  expect(order).toHaveLength(5);
});

it("EAP-73 what GetIdentity returned is freed, too, when nothing comes of it", async () => {
  const freed: unknown[] = [];
  const identity: RasEapUserInterfaceModule = {
    RasEapGetIdentity(_t, _w, _f, _b, _e, _c, _u, userDataOut, identityOut) {
      userDataOut.value = Uint8Array.of(3);
      identityOut.value = "token-user";
      return 0;
    },
    RasEapFreeMemory: (memory) => freed.push(memory),
  };
  const method = await opened({ identity, invokeUsernameDialog: false });
  expect(await getEapUserIdentity({ method, user: virtualUser([null]).user })).toEqual({ status: 703 });
  expect(freed).toEqual([Uint8Array.of(3), "token-user"]);
});

it("EAP-74 the dialog's signal aborts, and its question ends, when the session ends", async () => {
  let window: EapUserWindow | null = null;
  let answer: Promise<string | null> | undefined;
  const interactiveUI: RasEapUserInterfaceModule = {
    async RasEapInvokeInteractiveUI(_type, given) {
      window = given;
      answer = Promise.resolve(given?.ask({ text: "Code: " }) ?? null);
      await answer;
      return 0;
    },
  };
  const signals: boolean[] = [];
  const user: EapUserInterface = {
    ask: (_question, signal) => {
      signals.push(signal.aborted);
      return new Promise(() => undefined);
    },
    show: () => undefined,
  };
  const method = scripted({ make: [wants(null)] });
  const { host, outcomes } = await peer([{ type: 4, module: method.module, interactiveUI }], { user });
  host.receive(requestPacket(1));
  await turn();
  expect(signals).toEqual([false]);
  host.stop();
  expect((window as unknown as EapUserWindow).signal.aborted).toBe(true);
  expect(await answer).toBeNull();
  expect(await (window as unknown as EapUserWindow).ask({ text: "Again: " })).toBeNull();
  expect(signals).toEqual([false]);
  await turn();
  expect(outcomes).toMatchObject([{ result: 719 }]);
  expect(method.calls).toEqual(["Begin", "Make 1/1", "End"]);
});

it("EAP-75 what the configuration dialog returned is stored with the entry and reaches Begin unchanged", async () => {
  const freed: unknown[] = [];
  const configUI: RasEapUserInterfaceModule = {
    async RasEapInvokeConfigUI(type, window, flags, data, out) {
      expect([type, flags, data]).toEqual([4, RAS_EAP_FLAG_ROUTER, null]);
      out.value = new TextEncoder().encode((await window?.ask({ text: "Server: " })) ?? "");
      return 0;
    },
    RasEapFreeMemory: (memory) => freed.push(memory),
  };
  const method = scripted({ make: [ends(EAPACTION_Done)] });
  const registration: EapMethodRegistration = { type: 4, module: method.module, configUI };
  const [registered] = (await openEapMethods([registration], { log: createMemoryLog() })).methods;
  const entry = new EapEntryConfiguration(registered as EapMethod, null, { flags: RAS_EAP_FLAG_ROUTER });
  expect(await entry.configure(virtualUser(["radius.example"]).user)).toBe(0);
  expect(freed).toHaveLength(1);
  const bench = await peer([registration], { connectionData: entry.connectionData });
  bench.host.receive(requestPacket(1));
  expect(new TextDecoder().decode(method.begins[0]?.connectionData ?? undefined)).toBe("radius.example");
});

it("EAP-76 ConfigData serves entries without data; RequireConfigUI forbids saving one that never saw the dialog", async () => {
  const configUI: RasEapUserInterfaceModule = { RasEapInvokeConfigUI: () => 0 };
  const method = await opened({ configData: Uint8Array.of(7), requireConfigUI: true, configUI });
  const entry = new EapEntryConfiguration(method);
  expect(entry.connectionData).toEqual(Uint8Array.of(7));
  expect(entry.canBeSaved).toBe(false);
  expect(await entry.configure(undefined)).toBe(0);
  expect(entry.canBeSaved).toBe(true);
  expect(new EapEntryConfiguration(method, Uint8Array.of(1)).canBeSaved).toBe(true);
  expect(new EapEntryConfiguration(method, Uint8Array.of(1)).connectionData).toEqual(Uint8Array.of(1));
  const free = new EapEntryConfiguration(await opened({}));
  expect([free.canBeSaved, free.connectionData, await free.configure(undefined)]).toEqual([true, null, 50]);

  const client = scripted({ make: [ends(EAPACTION_Done)] });
  const bench = await peer([{ type: 4, module: client.module, configData: Uint8Array.of(7) }]);
  bench.host.receive(requestPacket(1));
  expect(client.begins[0]?.connectionData).toEqual(Uint8Array.of(7));
});

const saves: Reaction = (call) => {
  Object.assign(call.output, {
    saveConnectionData: true,
    connectionData: Uint8Array.of(1),
    saveUserData: true,
    userData: Uint8Array.of(2),
  });
  return 0;
};

it("EAP-77 data to be saved count on the peer; the authenticator ignores them with a diagnostic", async () => {
  const client = scripted({ make: [saves] });
  const bench = await peer([client.module]);
  bench.host.receive(requestPacket(1));
  expect(bench.told).toEqual(["connection data 01", "user data 02"]);
  const server = scripted({ make: [(call) => (saves(call), request(EAPACTION_SendWithTimeout)(call))] });
  const other = await authenticator([server.module]);
  other.host.start();
  expect(other.sent).toHaveLength(1);
  expect(other.log.withId(EapEvent.MethodMisbehaved)[0]?.fields).toMatchObject({
    diagnostic: "request-ignored",
  });
});

it("EAP-78 three links: the first is marked, saved connection data and dialog data go on, user data do not", async () => {
  const connection = new EapMultilinkConnection();
  const method = scripted({
    make: [
      (call) => (saves(call), wants(null)(call)),
      ({ input, output }) => {
        received.push(Buffer.from(input?.dataFromInteractiveUI ?? []).toString());
        output.action = EAPACTION_Done;
        return 0;
      },
    ],
  });
  const received: string[] = [];
  const registration: EapMethodRegistration = { type: 4, module: method.module, interactiveUI: answersUser };
  const { user, asked } = virtualUser(["4711"]);
  const stored: string[] = [];
  const base = {
    user,
    userData: Uint8Array.of(9),
    events: { saveUserData: (data: Uint8Array) => stored.push(`${data}`) },
  } as unknown as EapPeerOptions;
  for (let link = 0; link < 3; link += 1) {
    const options = connection.link(base);
    const bench = await peer([registration], {
      ...options,
      events: { ...options.events, send() {}, finished() {} },
    });
    bench.host.receive(requestPacket(1));
    await turn();
  }
  expect(method.begins.map(({ flags }) => flags)).toEqual([RAS_EAP_FLAG_FIRST_LINK, 0, 0]);
  expect(method.begins.map(({ connectionData }) => connectionData)).toEqual([
    null,
    Uint8Array.of(1),
    Uint8Array.of(1),
  ]);
  expect(method.begins.map(({ userData }) => userData)).toEqual(
    [9, 9, 9].map((octet) => Uint8Array.of(octet)),
  );
  expect(received).toEqual(["4711", "4711", "4711"]);
  expect(asked).toHaveLength(1);
  expect(stored).toEqual(["2", "2", "2"]);
  expect(new EapMultilinkConnection().link(base, { callback: true }).flags).toBe(0);
  connection.close();
  expect(connection.link(base).dialogData).toBeNull();
});

it("EAP-79 under CONFG_READONLY nothing is saved: not by the method, not by the dialog", async () => {
  const flags = RAS_EAP_FLAG_CONFG_READONLY;
  const client = scripted({ make: [saves] });
  const bench = await peer([client.module], { flags });
  bench.host.receive(requestPacket(1));
  expect(client.begins[0]?.flags).toBe(flags);
  expect(bench.told).toEqual([]);
  expect(bench.log.withId(EapEvent.MethodMisbehaved)).toHaveLength(1);
  const configUI: RasEapUserInterfaceModule = { RasEapInvokeConfigUI: () => 0 };
  const entry = new EapEntryConfiguration(await opened({ configUI }), Uint8Array.of(1), { flags });
  expect(await entry.configure(undefined)).toBe(50);
  expect(entry.save(Uint8Array.of(2))).toBe(false);
  expect(entry.connectionData).toEqual(Uint8Array.of(1));
});

it("EAP-80 configurations of two servers are open at once, each with its own connection", async () => {
  const calls: string[] = [];
  const providerConfig: EapProviderConfig = {
    Initialize: (machine, type, connection) => {
      connection.value = { machine };
      calls.push(`Initialize ${machine} ${type}`);
      return machine === "down" ? 53 : 0;
    },
    ServerInvokeConfigUI: (_type, connection) => (calls.push(`UI ${JSON.stringify(connection)}`), 0),
    Uninitialize: (_type, connection) => (calls.push(`Uninitialize ${JSON.stringify(connection)}`), 0),
  };
  const method = await opened({ providerConfig });
  const one = await openServerConfiguration(method, "one");
  const two = await openServerConfiguration(method, "two");
  if (typeof one === "number" || typeof two === "number") throw new Error("not opened");
  await two.invokeConfigUI(undefined);
  await one.invokeConfigUI(undefined);
  await one.close();
  await one.close();
  expect(await one.invokeConfigUI(undefined)).toBe(50);
  await two.close();
  expect(calls).toEqual([
    "Initialize one 4",
    "Initialize two 4",
    'UI {"machine":"two"}',
    'UI {"machine":"one"}',
    'Uninitialize {"machine":"one"}',
    'Uninitialize {"machine":"two"}',
  ]);
  expect(await openServerConfiguration(method, "down")).toBe(53);
  expect(await openServerConfiguration(await opened({}), "one")).toBe(50);
});

async function opened(more: Partial<EapMethodRegistration>): Promise<EapMethod> {
  const { module } = scripted({ make: [] });
  const registry = await openEapMethods([{ type: 4, module, ...more }], { log: createMemoryLog() });
  return registry.methods[0] as EapMethod;
}
