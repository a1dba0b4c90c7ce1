import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { PppdCall, PppdGuest, PppdOnLine } from "./guest.ts";

/** What every caller is told of the server: its name for the secrets. */
const callerOptions = ["noauth", "remotename ras", "ipcp-accept-remote"];
/** What this server has not, and pppd asks for. */
const withoutExtras = ["noccp", "noipv6"];

export interface Dialled extends PppdOnLine {
  /** The modem's end: destroying it loses the line. */
  readonly socket: Socket;
  /** Where the server sees the call come from. */
  readonly from: string;
}

/** Has pppd call a server: the modem dials when pppd has opened its line. */
export async function dial(
  guest: PppdGuest,
  address: string,
  { options = [], ...call }: Partial<PppdCall> & { readonly user?: string; readonly extras?: boolean } = {},
): Promise<Dialled> {
  const { user = "alice", extras = false, ...rest } = call;
  const all = [...callerOptions, `name ${user}`, ...(extras ? [] : withoutExtras), ...options];
  const peer = guest.call({ options: all, ...rest });
  await peer.dialing;
  const [host = "", port] = address.split(":");
  const socket = connect(Number(port), host);
  join(socket, peer);
  await once(socket, "connect");
  return { ...peer, socket, from: `127.0.0.1:${socket.localPort}` };
}

/** A port that pppd answers: each connection is a call of its own. */
export async function answeringPppd(
  guest: PppdGuest,
  call: PppdCall,
): Promise<{ readonly address: string; readonly peer: Promise<PppdOnLine>; readonly server: Server }> {
  const server = createServer({ noDelay: true });
  const peer = once(server, "connection").then(async ([socket]) => {
    const answering = guest.call(call);
    await answering.dialing;
    join(socket as Socket, answering);
    return answering;
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  return { address: `127.0.0.1:${port}`, peer, server };
}

/** Both directions; whichever end is gone, the other one is: that is what carrier means. */
function join(socket: Socket, { line }: PppdOnLine): void {
  socket.setNoDelay(true);
  socket.on("error", () => {});
  socket.on("data", (bytes: Uint8Array) => void line.write(bytes));
  line.on("data", (bytes: Uint8Array) => void socket.write(bytes));
  socket.once("close", () => line.destroy());
  line.once("close", () => socket.destroySoon());
}
