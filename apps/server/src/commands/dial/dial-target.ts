import { connect, type NetConnectOpts, type Socket } from "node:net";
import { UsageError } from "../command-line.ts";

/** How long a hang-up may take, in milliseconds. */
const hangUpLimit = 2_000;

/** Opens a line to HOST:PORT or unix:PATH. */
export async function dialled(address: string): Promise<Socket> {
  const socket = connect({ ...targetOf(address), noDelay: true } as NetConnectOpts);
  return new Promise((resolve, reject) => {
    socket.once("connect", () => resolve(socket));
    socket.once("error", (error) =>
      reject(
        new UsageError(
          `${address} does not answer: ${error.message}`,
          "`sallyport ras ports` shows where to dial",
        ),
      ),
    );
  });
}

/** A server that does not close its end is not waited for. */
export function hangUp(socket: Socket): void {
  socket.end();
  setTimeout(() => socket.destroy(), hangUpLimit).unref();
}

function targetOf(address: string): NetConnectOpts {
  if (address.startsWith("unix:")) return { path: address.slice("unix:".length) };
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(address);
  const port = Number(match?.[3]);
  if (match === null || port < 1 || port > 65_535) {
    throw new UsageError(`${address} is no address to dial`, "write HOST:PORT or unix:PATH");
  }
  return { host: match[1] ?? match[2] ?? "", port };
}
