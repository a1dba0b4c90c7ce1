// packages/ras/README.md:13
import { settingsAccounts } from "@sallyport/accounts";
import { AddressPool } from "@sallyport/ppp";
import { callTraceLine, RasConnectionManager, windowsProvider } from "@sallyport/ras";
import { listenRasPort } from "@sallyport/ras-security/node";
import { silentLog, systemClock, systemRandom } from "@sallyport/runtime";

const manager = new RasConnectionManager({
  clock: systemClock,
  random: systemRandom,
  log: silentLog,
  onEnded: (call) => console.log(call.trace.entries.map(callTraceLine).join("\n")),
});
await manager.start();
const service = {
  provider: windowsProvider({
    accounts: settingsAccounts([{ name: "alice", password: "wonderland" }]),
    clock: systemClock,
  }),
  protocols: ["MS-CHAPv2", "CHAP"] as const,
  addresses: new AddressPool({ first: "10.99.0.2", last: "10.99.0.254", local: "10.99.0.1" }),
};
const port = await listenRasPort({
  name: "gate",
  listen: { address: "127.0.0.1", port: 0 },
  host: { answer: (line, _done, { from }) => manager.answer(line, service, { from }) },
  onOpen: () => {},
});

// at the end: calls are terminated in order
await manager.stop();
await port.close();

export {};
