import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { LaboratoryAuthority } from "@sallyport/server/laboratory";
import { account } from "../cases.ts";
import type { Scope } from "../scope.ts";

export type KeyKind = "rsa" | "p256";

/** Certificates of one kind of keys, which both servers and the peer use. */
export interface TlsLaboratory {
  readonly serverName: string;
  /** In PEM. */
  readonly authority: string;
  readonly server: { readonly certificate: string; readonly key: string };
  readonly client: { readonly certificate: string; readonly key: string };
  /** The files `ca.pem`, `server.pem` and `server.key`. */
  file(name: string): string;
}

const serverName = "radius.lab.example";
/** The realm of identities and of the principal name in the client's certificate. */
export const realm = "lab.example";

/** Makes an authority, the certificate of the servers and that of the account. */
export async function makeTlsLaboratory(scope: Scope, keyKind: KeyKind): Promise<TlsLaboratory> {
  const folder = scope.temporaryFolder();
  const file = (name: string): string => join(folder, name);
  const authority = await LaboratoryAuthority.create({ commonName: "Benchmark", keyKind });
  const server = await authority.issue({
    commonName: serverName,
    purpose: "server",
    names: { dns: [serverName] },
  });
  const client = await authority.issue({
    commonName: account.name,
    purpose: "client",
    names: { upn: [`${account.name}@${realm}`] },
  });
  const contents = {
    "ca.pem": authority.certificate,
    "server.pem": server.certificate,
    "server.key": server.key,
  };
  for (const [name, content] of Object.entries(contents)) writeFileSync(file(name), content, { mode: 0o600 });
  return { serverName, authority: authority.certificate, server, client, file };
}
