import { setTimeout as delay } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { settingsAccounts, verifyChap } from "@sallyport/accounts";
import {
  type EapMethod,
  type EapProvider,
  findAuthAttribute,
  md5Challenge,
  openEapMethods,
  raatMD5CHAPChallenge,
  raatMD5CHAPPassword,
} from "@sallyport/eap";
import { AddressPool } from "@sallyport/ppp";
import { RasConnectionManager, RasDialer, windowsProvider } from "@sallyport/ras";
import { defineSecurityDialog, type SecurityLine, securityModule } from "@sallyport/ras-security";
import { createVirtualClock, silentLog, systemRandom } from "@sallyport/runtime";

/** What a connected call that is idle may hold on the server, beyond its socket. */
const limitKB = 30;

/** So many calls at once, each through dialog, LCP, EAP-MD5 and IPCP. */
export interface CallsResults {
  readonly startedAt: string;
  readonly calls: number;
  readonly connected: number;
  /** CPU time of both sides together, milliseconds a call. */
  readonly cpuMs: number;
  /** Of the server's side of a connected call that is idle, thousands of bytes of the heap and its buffers. */
  readonly idleKB: number;
  /** The same of the process as the kernel counts it (RSS), when what both sides needed meanwhile was given back. */
  readonly residentKB: number;
  readonly promises: readonly { readonly text: string; readonly kept: boolean }[];
}

/**
 * Has so many callers dial in at once, in one process and without sockets, and measures what that costs and what a connection
 * holds afterwards.
 */
export async function runCalls(count: number, onProgress: (line: string) => void): Promise<CallsResults> {
  const startedAt = new Date().toISOString();
  // Not counted: V8 compiles what it has seen.
  await (await openLab(warmUp)).connect(warmUp, warmUp);
  const lab = await openLab(count);
  const began = process.cpuUsage();
  await lab.connect(count, count);
  const { user, system } = process.cpuUsage(began);

  // What the calls need meanwhile is not the connections': a few at a time, in a process that has grown before.
  const calm = await openLab(count * 2);
  const few = Math.ceil(count / 40);
  await calm.connect(count, few);
  calm.forgetCallers();
  const memory = memoryMeter();
  const before = await memory();
  await calm.connect(count, few);
  calm.forgetCallers();
  const after = await memory();
  const idleKB = (after.live - before.live) / count / 1e3;
  const residentKB = (after.resident - before.resident) / count / 1e3;
  const connected = Math.min(lab.connected, calm.connected - count);
  const cpuMs = (user + system) / 1e3 / count;
  onProgress(`${connected} of ${count} calls connected`);
  return {
    startedAt,
    calls: count,
    connected,
    cpuMs,
    idleKB,
    residentKB,
    promises: [
      { text: "every call is connected", kept: connected === count },
      { text: `an idle connected call holds less than ${limitKB} KB`, kept: idleKB < limitKB },
    ],
  };
}

/** The results for people. */
export function callsText({ calls, cpuMs, idleKB, residentKB, promises }: CallsResults): string {
  return [
    `${calls} calls at once through dialog, LCP, EAP-MD5 and IPCP, both sides in one process`,
    `CPU time of a call, both sides       ${cpuMs.toFixed(2).padStart(8)} ms`,
    `a connected call that is idle        ${idleKB.toFixed(1).padStart(8)} KB`,
    `the same, resident memory (RSS)      ${residentKB.toFixed(1).padStart(8)} KB`,
    ...promises.map(({ text, kept }) => `${kept ? "kept" : "BROKEN"}: ${text}`),
    "",
  ].join("\n");
}

const warmUp = 50;
const script = [
  { expect: "Username: ", send: "alice\r" },
  { expect: "Passcode: ", send: "4711\r" },
];

async function openLab(most: number): Promise<{
  readonly connected: number;
  /** Has so many dial in, `atOnce` of them at the same moment. */
  connect(calls: number, atOnce: number): Promise<void>;
  /** What stays is the server's side. */
  forgetCallers(): void;
}> {
  const clock = createVirtualClock();
  const accounts = settingsAccounts([{ name: "alice", password: "wonderland" }]);
  const { methods } = await openEapMethods([md5Challenge()], { log: silentLog });
  const provider = windowsProvider({ accounts, clock, eapMethods: methods, eapProvider: chapOf(accounts) });
  const gate = defineSecurityDialog(async (dialog) => {
    const user = await dialog.ask("Username: ");
    const code = await dialog.ask("Passcode: ", { echo: "*" });
    return code === "4711" ? dialog.accept(user, "CORP") : dialog.refuse(user, "CORP");
  });
  const manager = new RasConnectionManager({
    security: { module: securityModule(gate, { name: "gate" }), maxCalls: most },
    clock,
    random: systemRandom,
    log: silentLog,
  });
  await manager.start();
  const service = {
    provider,
    protocols: ["EAP"] as const,
    addresses: new AddressPool({ first: "10.99.0.2", last: "10.99.255.254", local: "10.99.0.1" }),
  };
  const ends: { caller: RasDialer | undefined }[] = [];
  let connected = 0;
  const dial = (): void => {
    const end: { caller: RasDialer | undefined } = { caller: undefined };
    ends.push(end);
    const caller = dialer(methods, {
      clock,
      toServer: (octets) => call.received(octets),
      up: () => {
        connected += 1;
      },
    });
    end.caller = caller;
    const line: SecurityLine = {
      deviceName: `gate-${ends.length}`,
      kind: "async",
      write: (octets, written) => {
        clock.after(0, () => {
          end.caller?.received(octets);
          written();
        });
      },
      hangUp: () => end.caller?.lost(),
    };
    const call = manager.answer(line, service);
    caller.connected();
  };
  return {
    get connected() {
      return connected;
    },
    async connect(calls, atOnce) {
      for (let begun = 0; begun < calls; begun += atOnce) {
        for (let index = begun; index < Math.min(begun + atOnce, calls); index += 1) dial();
        // All in all less than the links without a caller live.
        await clock.advanceAsync(1_000);
      }
    },
    forgetCallers() {
      for (const end of ends) end.caller = undefined;
    },
  };
}

function dialer(
  methods: readonly EapMethod[],
  line: {
    readonly clock: ReturnType<typeof createVirtualClock>;
    readonly toServer: (octets: Uint8Array) => void;
    readonly up: () => void;
  },
): RasDialer {
  const { clock, toServer, up } = line;
  return new RasDialer({
    clock,
    random: systemRandom,
    script,
    credentials: { userName: "alice", password: "wonderland", protocols: ["EAP"], eap: { methods } },
    // Nothing that would keep it in memory afterwards: it is the server that is measured.
    settings: { echoIntervalMs: 0 },
    send: (octets) => void clock.after(0, () => toServer(octets)),
    hangUp: () => {},
    events: { connected: up },
  });
}

function chapOf(accounts: ReturnType<typeof settingsAccounts>): EapProvider {
  return {
    authenticate({ identity, attributes }) {
      const octets = (type: number): Uint8Array => {
        const value = findAuthAttribute(attributes, type)?.value;
        return value instanceof Uint8Array ? value : new Uint8Array(0);
      };
      const response = octets(raatMD5CHAPPassword);
      const verification = verifyChap(accounts.find({ domain: "", name: identity }), {
        identifier: response[0] ?? 0,
        challenge: octets(raatMD5CHAPChallenge),
        response: response.subarray(1),
      });
      return { result: verification.kind === "verified" ? 0 : 691, attributes: [] };
    },
    authorize: () => ({ result: 0, attributes: [] }),
  };
}

/** How many bytes live, after a full collection, and how many the process has when it gives no more back. */
function memoryMeter(): () => Promise<{ readonly live: number; readonly resident: number }> {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  return async () => {
    let resident = Number.POSITIVE_INFINITY;
    for (let pass = 0; pass < 8; pass += 1) {
      collect();
      // The kernel gets pages back in the background.
      await delay(100);
      resident = Math.min(resident, process.memoryUsage.rss());
    }
    const { heapUsed, external } = process.memoryUsage();
    return { live: heapUsed + external, resident };
  };
}
