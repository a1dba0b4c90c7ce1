import { Duplex } from "node:stream";
import type { SocketLine } from "./socket-line.ts";

/**
 * The line as a stream, for the stage after the dialog. It begins with what the dialog left unread; its end hangs up.
 */
export function lineStream(line: SocketLine, unread: Uint8Array): Duplex {
  const stream = new Duplex({
    read: () => line.resume(),
    write(chunk: Uint8Array, _encoding, done) {
      line.write(Uint8Array.from(chunk), () => done());
    },
    final(done) {
      line.hangUp();
      done();
    },
    destroy(error, done) {
      line.hangUp();
      done(error);
    },
  });
  if (unread.length > 0) stream.push(unread);
  line.deliverTo((bytes) => {
    if (!stream.push(bytes)) line.pause();
  });
  return stream;
}
