// packages/samples/eap-key-proof/README.md:12
import { keyProof } from "@sallyport/sample-eap-key-proof";

const keys = new Map([["printer-1", Uint8Array.from({ length: 32 }, (_, index) => index)]]); // your database

export default keyProof({ deviceKey: (identity) => keys.get(identity) });

export {};
