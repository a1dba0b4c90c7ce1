import { connect, type Socket } from "node:net";
import { printableName } from "@sallyport/ras-security";
import type { OpenLine } from "@sallyport/ras-security/node";
import type { Log } from "@sallyport/runtime";
import type { RasHandOver } from "../settings/ras-settings.ts";

/** How long a target may take to answer, in milliseconds. */
const connectLimit = 10_000;

type Target = Extract<RasHandOver, { kind: "tcp" }>;

/** Gives an open line to the service that the settings name. */
export function handOver(line: OpenLine, target: Target | undefined, log: Log): void {
  const { call, outcome } = line;
  if (outcome.kind === "success") {
    const user = outcome.domain === "" ? outcome.userName : `${outcome.domain}\\${outcome.userName}`;
    log.write({
      source: "RemoteAccess",
      id: 0,
      severity: "audit-success",
      message: `port ${call.deviceName}: ${printableName(user)} has passed the security dialog`,
      fields: { port: call.deviceName, user, from: call.from },
    });
  }
  if (target === undefined) echo(line);
  else connectTo(line, target, log);
}

/** Says so, and sends back what comes. */
function echo({ stream, outcome }: OpenLine): void {
  const who = outcome.kind === "success" ? `, ${printableName(outcome.userName)}` : "";
  stream.write(
    `Welcome${who}. This is the echo service: it sends back what you type, until you hang up.\r\n`,
  );
  stream.pipe(stream);
}

function connectTo(line: OpenLine, target: { readonly host: string; readonly port: number }, log: Log): void {
  const { stream, call } = line;
  const socket = connect({ host: target.host, port: target.port, noDelay: true });
  const where = `${target.host}:${target.port}`;
  const fields = { port: call.deviceName, user: call.userName, target: where };
  socket.setTimeout(connectLimit, () => socket.destroy(new Error("it does not answer")));
  socket.once("connect", () => {
    socket.setTimeout(0);
    log.write({
      source: "RemoteAccess",
      id: 0,
      severity: "information",
      message: `port ${call.deviceName}: connected to ${where}`,
      fields,
    });
    stream.pipe(socket);
    socket.pipe(stream);
  });
  socket.once("error", (error) => {
    log.write({
      source: "RemoteAccess",
      id: 0,
      severity: "error",
      message: `port ${call.deviceName}: ${where} cannot be reached, or broke off: ${error.message}`,
      fields,
    });
    if (!stream.writableEnded && !stream.destroyed) stream.end("\r\nThe service is not available.\r\n");
  });
  endTogether(stream, socket);
}

/** Whichever end closes, the other one does, when it has what was on its way. */
function endTogether(stream: OpenLine["stream"], socket: Socket): void {
  stream.once("close", () => socket.destroySoon());
  socket.once("close", () => {
    if (!stream.writableEnded && !stream.destroyed) stream.end();
  });
}
