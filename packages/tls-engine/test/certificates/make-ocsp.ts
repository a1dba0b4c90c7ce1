import { writeFileSync } from "node:fs";
import { type OcspResponseOptions, ocspResponse } from "../ocsp-responses.ts";

// Makes the OCSP responses that tests of other packages read; `make.sh` runs it when the certificates are new.

const fromNow = (day: string): number => Date.parse(day) - Date.now();
const always = { thisUpdate: fromNow("2020-01-01"), nextUpdate: fromNow("2119-12-31") };

const responses: Readonly<Record<string, OcspResponseOptions>> = {
  "server.good": always,
  "server.revoked": { ...always, status: "revoked" },
  "server.unknown": { ...always, status: "unknown" },
  "server.stale": { ...always, nextUpdate: fromNow("2020-02-01") },
  "server-rsa.good": { ...always, about: "server-rsa" },
};

for (const [name, options] of Object.entries(responses)) {
  writeFileSync(new URL(`${name}.ocsp`, import.meta.url), ocspResponse(options));
}
