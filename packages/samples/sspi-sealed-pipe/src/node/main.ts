/** Two processes: this one starts itself once more, signs on to it, and talks over its standard streams. */
import { spawn } from "node:child_process";
import { settingsAccounts } from "@sallyport/accounts";
import { acceptPipe, initiatePipe } from "../index.ts";

const text = new TextDecoder();
const bytes = new TextEncoder();
const [role] = process.argv.slice(2);

if (role === "server") {
  const accounts = settingsAccounts([{ name: "alice", password: "wonderland" }], { defaultDomain: "HOUSE" });
  const pipe = await acceptPipe({ readable: process.stdin, writable: process.stdout }, accounts, "HOUSE");
  for await (const message of pipe.messages()) {
    pipe.send(bytes.encode(`${pipe.peer} said: ${text.decode(message)}`));
  }
  pipe.end();
  await pipe.close();
} else {
  const child = spawn(process.execPath, [import.meta.filename, "server"], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  let sent = Buffer.alloc(0);
  const writable = {
    write(frame: Uint8Array) {
      sent = Buffer.concat([sent, frame]);
      child.stdin.write(frame);
    },
    end: () => child.stdin.end(),
  };
  const pipe = await initiatePipe({ readable: child.stdout, writable }, "HOUSE\\alice", role ?? "wonderland");
  pipe.send(bytes.encode("the plans are under the stairs"));
  pipe.end();
  for await (const message of pipe.messages()) console.log(text.decode(message));
  console.log(
    `anybody on the way saw ${sent.length} bytes, and "stairs" in them: ${sent.includes("stairs")}`,
  );
  await pipe.close();
}
