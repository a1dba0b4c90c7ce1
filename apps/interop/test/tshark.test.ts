import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createRadiusClient } from "@sallyport/radius/node";
import { expect, it } from "vitest";
import { describeWithPeers } from "../src/peers.ts";
import { pcapOf, recordInFrontOf } from "../src/recorder.ts";
import { run } from "../src/run.ts";
import { labSettings, startSallyport } from "../src/sallyport.ts";
import { temporaryFolder } from "../src/temporary-folder.ts";

const generous = `
import { radiusAttribute, rcAccessAccept, rcAccessChallenge, rcAccessRequest } from "@sallyport/nps";
export function RadiusExtensionProcess2(ecb) {
  if (ecb.requestType !== rcAccessRequest) return 0;
  const accept = ecb.getResponse(rcAccessAccept);
  for (const [type, value] of [[8, "10.0.0.7"], [27, 3600], [11, "staff"], [18, "Hello"], [64, 0x0100000d], [65, 0x01000006], [81, "\\x01vlan20"],
    [69, "\\x01tunnel password"], [25, new Uint8Array([1, 2, 3])], [26, new Uint8Array([0, 0, 0, 9, 1, 9, 115, 104, 101, 108, 108, 58, 97])]]) {
    if (accept.add(radiusAttribute(type, value)) !== 0) return type;
  }
  return 0;
}`;

describeWithPeers(["tshark"], "tshark", () => {
  it("decodes what client and server send: no malformed packet, every authenticator right, the values as we meant them", async () => {
    const server = await startSallyport(
      { ...labSettings, extensions: { authentication: ["./generous.mjs"] } },
      { files: { "generous.mjs": generous } },
    );
    const auth = await recordInFrontOf(server.auth);
    const acct = await recordInFrontOf(server.acct);
    const authClient = createRadiusClient({ server: auth.address, secret: "testing123" });
    const acctClient = createRadiusClient({ server: acct.address, secret: "testing123" });
    const states = [Uint8Array.of(1), Uint8Array.of(2, 2)];
    await authClient.accessRequest({
      "User-Name": "alice",
      "User-Password": "wonderland",
      "NAS-IP-Address": "192.0.2.1",
      "NAS-Port-Type": "Wireless-802.11",
      "Calling-Station-Id": "00-00-5E-00-53-01",
      "Proxy-State": states,
    });
    await authClient.accessRequest({ "User-Name": "alice", "User-Password": "wrong" });
    await authClient.statusServer();
    await acctClient.accountingRequest({
      "Acct-Status-Type": "Stop",
      "Acct-Session-Id": "1",
      "Acct-Session-Time": 3600,
      "Acct-Terminate-Cause": "User-Request",
    });
    await Promise.all([authClient.close(), acctClient.close()]);

    const capture = join(temporaryFolder(), "radius.pcap");
    const datagrams = [...auth.datagrams, ...acct.datagrams];
    expect(datagrams).toHaveLength(8);
    writeFileSync(capture, pcapOf(datagrams));
    const ports = [server.auth, server.acct].flatMap((address) => [
      "-d",
      `udp.port==${address.split(":")[1]},radius`,
    ]);
    const decode = (...args: string[]) =>
      run("tshark", [
        "-r",
        capture,
        "-o",
        "radius.shared_secret:testing123",
        "-o",
        "radius.validate_authenticator:TRUE",
        ...ports,
        ...args,
      ]);

    const codes = await decode("-T", "fields", "-e", "radius.code");
    expect(codes.stdout.trim().split("\n")).toEqual(["1", "2", "1", "3", "12", "2", "4", "5"]);
    const wrong = await decode(
      "-Y",
      "_ws.malformed || _ws.expert.severity >= 6291456 || radius.authenticator.invalid || radius.Message_Authenticator.invalid == 1",
    );
    expect(wrong.stdout).toBe("");
    const whole = await decode("-V");
    for (const value of [
      "User-Password: wonderland",
      "Framed-IP-Address: 10.0.0.7",
      "Session-Timeout: 3600",
      "NAS-Port-Type: Wireless-802.11",
      "Filter-Id: staff",
      "Cisco-AVPair: shell:a",
      "Tag=0x01 val=vlan20",
      "t=Tunnel-Type(64) l=6 Tag=0x01 val=VLAN(13)",
      "t=Tunnel-Password(69) l=21 Tag=0x01 val=Encrypted",
      "Acct-Terminate-Cause: User-Request",
    ]) {
      expect(whole.stdout).toContain(value);
    }
    expect(whole.stdout.toLowerCase()).not.toContain("malformed");
  });
});
