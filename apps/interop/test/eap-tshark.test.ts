import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { oneTimePassword } from "@sallyport/eap";
import { expect, it } from "vitest";
import { describeWithPeers } from "../src/peers.ts";
import { pcapOf, recordInFrontOf } from "../src/recorder.ts";
import { run } from "../src/run.ts";
import { labSettings, sallyport, startSallyport } from "../src/sallyport.ts";
import { temporaryFolder } from "../src/temporary-folder.ts";

const passphrase = "A Valid Pass Phrase";
const first = oneTimePassword({ algorithm: "md5", seed: "dog2", sequence: 500, passphrase });

describeWithPeers(["tshark"], "tshark", () => {
  it("decodes every EAP conversation cleanly: right and wrong passwords, Nak, EAP-Start, keys", async () => {
    const server = await startSallyport({
      ...labSettings,
      eap: { methods: ["mschapv2", "md5", "gtc", "otp"] },
      accounts: [
        {
          name: "alice",
          password: "wonderland",
          oneTimePassword: `otp-md5 500 dog2 ${Buffer.from(first).toString("hex")}`,
        },
      ],
    });
    const recorded = await recordInFrontOf(server.auth);
    const test = async (method: string, password: string, ...further: string[]) =>
      (
        await sallyport([
          "eap",
          "test",
          "--method",
          method,
          recorded.address,
          "--secret",
          "testing123",
          "--password",
          password,
          ...further,
          "alice",
        ])
      ).status;
    const statuses = [
      await test("mschapv2", "wonderland"),
      await test("mschapv2", "queen of hearts"),
      await test("md5", "wonderland", "--eap-start"),
      await test("md5", "queen of hearts"),
      await test("gtc", "wonderland"),
      await test("gtc", "queen of hearts"),
      await test("otp", passphrase),
      await test("otp", "another pass phrase"),
    ];
    expect(statuses).toEqual([0, 1, 0, 1, 0, 1, 0, 1]);

    const capture = join(temporaryFolder(), "eap.pcap");
    writeFileSync(capture, pcapOf(recorded.datagrams));
    const decode = (...args: string[]) =>
      run("tshark", [
        "-r",
        capture,
        "-o",
        "radius.shared_secret:testing123",
        "-o",
        "radius.validate_authenticator:TRUE",
        "-d",
        `udp.port==${server.auth.split(":")[1]},radius`,
        ...args,
      ]);
    const wrong = await decode(
      "-Y",
      "_ws.malformed || _ws.expert.severity >= 6291456 || radius.authenticator.invalid || radius.Message_Authenticator.invalid == 1",
    );
    expect(wrong.stdout).toBe("");
    const types = await decode("-T", "fields", "-e", "eap.type", "-Y", "eap.code == 1");
    expect(new Set(types.stdout.trim().split("\n"))).toEqual(new Set(["1", "4", "5", "6", "26"]));
    const codes = await decode(
      "-T",
      "fields",
      "-e",
      "eap.code",
      "-Y",
      "radius.code == 2 || radius.code == 3",
    );
    expect(codes.stdout.trim().split("\n")).toEqual(["3", "4", "3", "4", "3", "4", "3", "4"]);
    const whole = await decode("-V");
    expect(whole.stdout.toLowerCase()).not.toContain("malformed");
    expect(whole.stdout).toContain("MS-MPPE-Send-Key");
  });
});
