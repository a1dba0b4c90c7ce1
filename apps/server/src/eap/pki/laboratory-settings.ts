import { laboratoryFiles } from "./laboratory-files.ts";

/** Settings of a server for a laboratory: loopback, one access server, its accounts, every method. */
export function laboratorySettings({
  secret,
  realm,
  passwords,
}: {
  readonly secret: string;
  readonly realm: string;
  readonly passwords: ReadonlyMap<string, string>;
}): string {
  const accounts = Array.from(
    passwords,
    ([name, password]) =>
      `    { "name": ${JSON.stringify(name)}, "password": ${JSON.stringify(password)}, "groups": ["staff"] }`,
  );
  return `// A laboratory for 802.1X. Check these settings with: sallyport check
{
  "radius": {
    // Loopback only. For a real access point: "0.0.0.0:1812", and a client with its address.
    "auth": "127.0.0.1:1812",
    "acct": "127.0.0.1:1813",
    "clients": [
      { "name": "localhost", "address": "127.0.0.1", "secret": "${secret}", "requireMessageAuthenticator": "always" }
    ]
  },
  // alice@${realm} of a client's certificate is the account alice of this domain.
  "defaultDomain": "${domainOf(realm)}",
  "accounts": [
${accounts.join(",\n")}
  ],
  "authentication": { "msChap": true },
  "eap": {
    // Offered in this order; a supplicant asks for another one if it was told to.
    "methods": [
      "tls",
      "peap/mschapv2",
      "peap/gtc",
      "peap/tls",
      "ttls/pap",
      "ttls/chap",
      "ttls/mschap",
      "ttls/mschapv2",
      "ttls/eap-md5",
      "ttls/eap-mschapv2",
      "ttls/eap-gtc"
    ],
    "tls": {
      "certificate": "./${laboratoryFiles.server}",
      "key": "./${laboratoryFiles.serverKey}",
      "clientAuthorities": ["./${laboratoryFiles.authority}"],
      "revocationLists": ["./${laboratoryFiles.revocationList}"]
    }
  },
  "state": "./state"
}
`;
}

/** The NetBIOS domain that a realm stands for: LAB for lab.example. */
function domainOf(realm: string): string {
  return (realm.split(".")[0] ?? realm).toUpperCase();
}
