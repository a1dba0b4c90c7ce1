// packages/samples/eap-key-proof/README.md:29
import { keyProof } from "@sallyport/sample-eap-key-proof";
import { createEapBench } from "@sallyport/testbench";

const key = crypto.getRandomValues(new Uint8Array(32));
const bench = createEapBench({ method: keyProof({ deviceKey: () => key }), identity: "printer-1" });
const session = await bench.connect({ peer: { userData: key } });
console.log(session.keysCompared); // match
console.log(session.diagram());

export {};
