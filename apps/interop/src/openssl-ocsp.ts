import { X509Certificate } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./run.ts";
import { temporaryFolder } from "./temporary-folder.ts";

export interface OcspQuestion {
  /** PEM files. */
  readonly certificate: string;
  readonly issuer: string;
  readonly signer: string;
  readonly signerKey: string;
  readonly status: "good" | "revoked";
}

/** The answer of OpenSSL's OCSP responder, in DER, which holds for a day. */
export async function opensslOcspResponse(question: OcspQuestion): Promise<Uint8Array<ArrayBuffer>> {
  const { certificate, issuer, signer, signerKey, status } = question;
  const folder = temporaryFolder();
  const [index, response] = [join(folder, "index.txt"), join(folder, "response.der")];
  const { serialNumber } = new X509Certificate(readFileSync(certificate));
  const revoked = status === "revoked" ? "200102000000Z" : "";
  writeFileSync(
    index,
    [status === "good" ? "V" : "R", "491231235959Z", revoked, serialNumber, "unknown", "/CN=any\n"].join(
      "\t",
    ),
  );
  const ended = await run("openssl", [
    ...["ocsp", "-index", index, "-CA", issuer, "-rsigner", signer, "-rkey", signerKey],
    ...["-issuer", issuer, "-cert", certificate, "-ndays", "1", "-respout", response, "-noverify"],
  ]);
  if (ended.status !== 0) throw new Error(`openssl ocsp: ${ended.stderr}`);
  return new Uint8Array(readFileSync(response));
}
