import { describe, expect, it } from "vitest";
import {
  eapModule,
  mainConfiguration,
  siteConfiguration,
  usersFile,
} from "../src/servers/freeradius-configuration.ts";

const place = { configuration: "/c/$1", run: "/r", log: "/l", auth: 40_001, acct: 40_002 };
const delivered = `logdir = /var/log/freeradius
raddbdir = /etc/freeradius/3.0
radacctdir = \${logdir}/radacct
run_dir = \${localstatedir}/run/\${name}
max_requests = 16384
log {
\tdestination = files
}
security {
\tuser = freerad
\tgroup = freerad
\treject_delay = 1
}
thread pool {
\tmax_requests_per_server = 0
}
`;

describe("mainConfiguration", () => {
  it("moves the folders, silences the log and lifts the limits; the rest stays as it was delivered", () => {
    expect(mainConfiguration(delivered, place)).toBe(`logdir = /l
raddbdir = /c/$1
radacctdir = \${logdir}/radacct
run_dir = /r
max_requests = 2000000
log {
\tdestination = null
}
security {


\treject_delay = 0
}
thread pool {
\tmax_requests_per_server = 0
}
`);
  });

  it("refuses a file that it does not understand", () => {
    expect(() => mainConfiguration(delivered.replace("reject_delay", "delay"), place)).toThrow(
      /reject_delay/,
    );
  });
});

describe("the other files", () => {
  it("open the two ports on loopback alone", () => {
    const site = siteConfiguration(place);
    expect(site.match(/ipaddr = .*/g)).toEqual(["ipaddr = 127.0.0.1", "ipaddr = 127.0.0.1"]);
    expect(site).toMatch(/type = auth\s+ipaddr = 127\.0\.0\.1\s+port = 40001/);
    expect(site).toMatch(/type = acct\s+ipaddr = 127\.0\.0\.1\s+port = 40002/);
    expect(site).toMatch(/accounting \{\s+detail\n/);
  });

  it("know the account, with the text that the other server's extension adds", () => {
    expect(usersFile({ name: "bob", password: "hello" })).toBe(
      'bob Cleartext-Password := "hello"\n\tReply-Message = "Hello, bob"\n',
    );
  });

  it("offer both methods of EAP, the wanted one first, for as many conversations as requests", () => {
    expect(eapModule("mschapv2")).toBe(`eap {
  default_eap_type = mschapv2
  max_sessions = \${max_requests}
  md5 {
  }
  mschapv2 {
  }
}
`);
    expect(eapModule("md5")).toContain("default_eap_type = md5\n");
  });
});
