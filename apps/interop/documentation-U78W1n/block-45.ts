// packages/testbench/README.md:92
import { createEapBench } from "@sallyport/testbench";
import { md5Challenge } from "@sallyport/eap";

const bench = createEapBench({ method: md5Challenge(), accounts: [] });
const session = await bench.connect({
  async peer(line) {
    await line.identify("alice");
    await line.receive(); // the challenge
    line.respond(Uint8Array.of(200)); // a length that is a lie: discarded
    line.nak([13]);
  },
});
console.log(session.packets.at(-1), session.authenticator?.result); // to the peer: Failure 108 918

export {};
