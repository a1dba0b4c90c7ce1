import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SettingsInput } from "@sallyport/server";
import { type IssuedCertificate, LaboratoryAuthority } from "@sallyport/server/laboratory";
import { labSettings } from "./sallyport.ts";
import { temporaryFolder } from "./temporary-folder.ts";

export type KeyKind = "rsa" | "p256";

/** What tests of TLS methods need: certificates good and bad, as files in one folder. */
export interface Laboratory {
  readonly folder: string;
  readonly serverName: string;
  /** The path of a file: `ca.pem`, `stranger.pem`; of a certificate, `alice.pem` with `alice.key`. */
  file(name: string): string;
  /** In PEM. */
  readonly authority: string;
  readonly revocationList: string;
  readonly server: IssuedCertificate;
  /** Settings of a server that offers these methods. */
  settings(methods: readonly string[], tls?: object): SettingsInput;
}

/** The certificates of clients. */
const clients = ["alice", "expired", "early", "revoked", "stranger", "server-purpose", "nobody"] as const;
export type ClientCertificate = (typeof clients)[number];

const serverName = "radius.lab.example";
const day = 86_400_000;

/** Makes the certificates of one kind of keys, in a folder that is removed when the test has finished, or in another. */
export async function makeLaboratory(
  keyKind: KeyKind,
  folder: string = temporaryFolder(),
): Promise<Laboratory> {
  const file = (name: string): string => join(folder, name);
  const authority = await LaboratoryAuthority.create({ commonName: "Laboratory", keyKind });
  const stranger = await LaboratoryAuthority.create({ commonName: "Stranger", keyKind });
  const server = await authority.issue({
    commonName: serverName,
    purpose: "server",
    names: { dns: [serverName] },
  });
  const issued = new Map<ClientCertificate, IssuedCertificate>();
  for (const name of clients) {
    const account = name === "nobody" ? "nobody" : "alice";
    const certificate = await (name === "stranger" ? stranger : authority).issue({
      commonName: account,
      purpose: name === "server-purpose" ? "server" : "client",
      names: { upn: [`${account}@lab.example`] },
      ...(name === "expired" && {
        notBefore: new Date(Date.now() - 9 * day),
        notAfter: new Date(Date.now() - day),
      }),
      ...(name === "early" && { notBefore: new Date(Date.now() + day) }),
    });
    issued.set(name, certificate);
  }
  const revoked = issued.get("revoked");
  const revocationList = await authority.revocationList(
    1,
    revoked === undefined ? [] : [{ serialNumber: revoked.serialNumber, revokedAt: new Date() }],
  );
  const write = (name: string, content: string): void => writeFileSync(file(name), content, { mode: 0o600 });
  write("ca.pem", authority.certificate);
  write("stranger-ca.pem", stranger.certificate);
  write("crl.pem", revocationList);
  write("server.pem", server.certificate);
  write("server.key", server.key);
  for (const [name, { certificate, key }] of issued) {
    write(`${name}.pem`, certificate);
    write(`${name}.key`, key);
  }
  return {
    folder,
    serverName,
    file,
    authority: authority.certificate,
    revocationList,
    server,
    settings: (methods, tls = {}) => ({
      ...labSettings,
      defaultDomain: "LAB",
      authentication: { msChap: true },
      log: { requests: false },
      eap: {
        methods: [...methods],
        tls: {
          certificate: file("server.pem"),
          key: file("server.key"),
          clientAuthorities: [file("ca.pem")],
          revocationLists: [file("crl.pem")],
          ...tls,
        },
      },
    }),
  };
}
