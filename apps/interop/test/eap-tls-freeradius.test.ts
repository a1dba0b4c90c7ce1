import { expect, it } from "vitest";
import { startFreeRadiusTls } from "../src/freeradius-tls.ts";
import { type Laboratory, makeLaboratory } from "../src/laboratory.ts";
import { describeWithPeers } from "../src/peers.ts";
import { markdownTable, readmeTable } from "../src/readme-table.ts";
import { sallyport } from "../src/sallyport.ts";
import { type TlsMethod, tlsMethods } from "../src/supplicant.ts";
import { twoAtATime } from "../src/two-at-a-time.ts";

interface LogOn {
  readonly method: TlsMethod;
  readonly password?: string;
  readonly certificate?: string;
  readonly authority?: string;
  readonly serverName?: string;
  readonly further?: readonly string[];
}

/** `sallyport eap test`, with its log. */
async function logOn(server: string, laboratory: Laboratory, options: LogOn) {
  const { method, password = "wonderland", certificate = "alice", authority = "ca.pem" } = options;
  const { serverName = laboratory.serverName, further = [] } = options;
  const [outer = "", inner] = method.split("/");
  const certificates = outer === "tls" || inner === "tls";
  const ended = await sallyport([
    ...["eap", "test", "--method", outer, ...(inner === undefined ? [] : ["--inner", inner])],
    ...["--ca", laboratory.file(authority), "--server-name", serverName],
    ...(certificates
      ? ["--cert", laboratory.file(`${certificate}.pem`), "--key", laboratory.file(`${certificate}.key`)]
      : ["--password", password]),
    ...(outer === "tls" ? [] : ["--anonymous-identity", "anonymous@lab.example"]),
    ...[...further, "--json", "--secret", "testing123", server],
    certificates ? "alice@lab.example" : "alice",
  ]);
  const lines = ended.stdout.split("\n").filter(Boolean);
  const results = lines.map((line) => (JSON.parse(line) as { result: { kind: string; keys: string } }).result);
  return { status: ended.status, kinds: results.map(({ kind }) => kind), keys: results.map(({ keys }) => keys), stderr: ended.stderr };
}

describeWithPeers(["freeradius"], "our peer against FreeRADIUS", () => {
  it("every method, twice with resumption where it has some; wrong passwords", async () => {
    const laboratory = await makeLaboratory("rsa");
    const { auth } = await startFreeRadiusTls({
      first: "tls",
      certificate: laboratory.server.certificate,
      key: laboratory.server.key,
      authority: laboratory.authority,
      users: { alice: "wonderland", "alice@lab.example": "not used" },
      resumption: true,
    });
    const rightOnes = await twoAtATime(tlsMethods, (method) =>
      logOn(auth, laboratory, { method, further: ["--resume", "--tls-version", "1.2"] }),
    );
    expect(tlsMethods.map((method, index) => ({ method, ...rightOnes[index] }))).toEqual(
      tlsMethods.map((method) => ({
        method,
        status: 0,
        kinds: ["accepted", "accepted"],
        keys: ["match", "match"],
        stderr: "",
      })),
    );
    const withPasswords = tlsMethods.filter((method) => !/tls$/.test(method));
    const wrongOnes = await twoAtATime(withPasswords, (method) =>
      logOn(auth, laboratory, { method, password: "queen of hearts" }),
    );
    expect(withPasswords.map((method, index) => [method, wrongOnes[index]?.kinds])).toEqual(
      withPasswords.map((method) => [method, ["rejected"]]),
    );
    const newest = await logOn(auth, laboratory, { method: "tls", further: ["--tls-version", "1.3"] });
    expect(newest).toMatchObject({ kinds: ["accepted"], keys: ["match"] });
    const small = await logOn(auth, laboratory, { method: "tls", further: ["--fragment-size", "100"] });
    expect(small).toMatchObject({ kinds: ["accepted"], keys: ["match"] });
    const table = markdownTable(
      ["Method", "accepted, keys equal", "again", "wrong password"],
      tlsMethods.map((method) => [
        method,
        method === "tls" ? "TLS 1.2, TLS 1.3, fragments of 100" : "TLS 1.2",
        "yes",
        withPasswords.includes(method) ? "refused" : "",
      ]),
    );
    expect(readmeTable("freeradius", table)).toBe(table);
  }, 90_000);

  it("refuses a server of another authority or name, and is refused with a bad certificate", async () => {
    const laboratory = await makeLaboratory("p256");
    const { auth } = await startFreeRadiusTls({
      first: "peap",
      certificate: laboratory.server.certificate,
      key: laboratory.server.key,
      authority: laboratory.authority,
      revocationList: laboratory.revocationList,
      users: { alice: "wonderland", "alice@lab.example": "not used" },
    });
    const outer = ["tls", "peap/mschapv2", "ttls/pap"] as const;
    const cases: readonly LogOn[] = [
      ...outer.map((method) => ({ method, authority: "stranger-ca.pem" })),
      ...outer.map((method) => ({ method, serverName: "other.lab.example" })),
      ...["expired", "revoked", "stranger"].map((certificate) => ({ method: "tls", certificate }) as const),
    ];
    const results = await twoAtATime(cases, (one) => logOn(auth, laboratory, one));
    expect(results.map(({ kinds }, index) => ({ ...cases[index], kinds }))).toEqual(
      cases.map((one) => ({ ...one, kinds: ["rejected"] })),
    );
    expect(await logOn(auth, laboratory, { method: "tls" })).toMatchObject({ kinds: ["accepted"] });
  }, 60_000);
});

it("without an authority or a name the command does not begin, unless it is told that any server will do", async () => {
  const test = (...args: string[]) =>
    sallyport(["eap", "test", "--method", "peap", ...args, "--secret", "x", "--password", "x", "127.0.0.1:9", "alice"]);
  const laboratory = await makeLaboratory("p256");
  expect(await test()).toMatchObject({ status: 2, stderr: expect.stringContaining("use --ca FILE") });
  expect(await test("--ca", laboratory.file("ca.pem"))).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("use --server-name NAME"),
  });
  expect((await test("--any-server", "--timeout", "0.1")).status).toBe(3);
  expect(await test("--any-server", "--inner", "pap")).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("cannot be inside of peap"),
  });
});
