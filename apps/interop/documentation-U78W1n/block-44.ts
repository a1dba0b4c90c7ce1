// packages/testbench/README.md:46
import { md5Challenge } from "@sallyport/eap";
import { createEapBench, drop } from "@sallyport/testbench";

const bench = createEapBench({ method: md5Challenge(), accounts: [{ name: "alice", password: "wonderland" }] });
const session = await bench.connect({ faults: [drop({ to: "peer", nth: 2 })] });
console.log(session.succeeded); // true: the challenge was sent again
console.log(session.diagram());

export {};
