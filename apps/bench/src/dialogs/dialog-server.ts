// The process that is measured: "dialog" keeps every connection in a security dialog, "bare" only keeps the socket. Says
// "ready PORT", and on SIGUSR2 collects garbage and says "rss BYTES".
import { createServer } from "node:net";
import { defineSecurityDialog, RasSecurityHost, securityModule } from "@sallyport/ras-security";
import { listenRasPort } from "@sallyport/ras-security/node";
import { silentLog, systemClock } from "@sallyport/runtime";

const dialog = defineSecurityDialog(
  async (caller) => {
    const user = await caller.ask("Username: ");
    const code = await caller.ask("Passcode: ", { echo: "*" });
    return code === "4711" ? caller.accept(user, "CORP") : caller.refuse(user, "CORP");
  },
  { idleSeconds: 600 },
);

async function listenWithDialogs(): Promise<string> {
  const host = new RasSecurityHost({
    module: securityModule(dialog, { name: "dialog" }),
    clock: systemClock,
    log: silentLog,
  });
  const port = await listenRasPort({
    name: "bench",
    listen: { address: "127.0.0.1", port: 0 },
    maxCalls: 100_000,
    host,
    onOpen: ({ stream }) => void stream.end("Welcome\r\n"),
  });
  return port.address;
}

/** What the socket alone costs: it says something, and drops what it hears. */
function listenBare(): Promise<string> {
  const sockets = new Set<object>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.setKeepAlive(true, 60_000);
    socket.on("error", () => {}).on("data", () => {});
    socket.once("close", () => sockets.delete(socket));
    socket.write("Username: ");
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(`127.0.0.1:${(server.address() as { port: number }).port}`));
  });
}

process.on("SIGUSR2", () => {
  for (let round = 0; round < 3; round++) globalThis.gc?.();
  process.stdout.write(`rss ${process.memoryUsage.rss()}\n`);
});
const address = await (process.argv[2] === "bare" ? listenBare() : listenWithDialogs());
process.stdout.write(`ready ${address.split(":")[1]}\n`);
