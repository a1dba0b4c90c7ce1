export { constantTimeEqual } from "./constant-time-equal.ts";
export { HmacMd5, hmacMd5 } from "./hmac-md5.ts";
export { md4 } from "./md4.ts";
export { Md5, md5 } from "./md5.ts";
export { Secret } from "./secret.ts";
