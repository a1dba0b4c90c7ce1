// packages/ras-security/README.md:13
import { defineSecurityDialog, RasSecurityHost, securityModule } from "@sallyport/ras-security";
import { listenRasPort } from "@sallyport/ras-security/node";
import { createMemoryLog, systemClock } from "@sallyport/runtime";

const dialog = defineSecurityDialog(async (caller) => {
  const user = await caller.ask("Username: ");
  const code = await caller.ask("Passcode: ", { echo: "*", timeoutSeconds: 60 });
  return code === "123456" ? caller.accept(user, "CORP") : caller.refuse(user, "CORP", { message: "Denied.\n" });
});

const host = new RasSecurityHost({
  module: securityModule(dialog, { name: "gate" }),
  clock: systemClock,
  log: createMemoryLog(),
});
const port = await listenRasPort({
  name: "gate",
  listen: { address: "127.0.0.1", port: 0 },
  host,
  onOpen: ({ stream }) => void stream.end("Welcome.\r\n"),
});
console.log(`telnet ${port.address.replace(":", " ")}`);
await host.stop();
await port.close();

export {};
