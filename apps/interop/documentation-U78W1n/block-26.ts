// packages/crypto/README.md:11
import { HmacMd5, md5, Secret } from "@sallyport/crypto";

const secret = new Secret("testing123");
const hmac = new HmacMd5(secret.reveal()); // both pads are hashed once
const datagram = new Uint8Array(38);
hmac.update(datagram).digestInto(datagram, 22);
console.log(md5(datagram).length, `${secret}`); // 16 ***

export {};
