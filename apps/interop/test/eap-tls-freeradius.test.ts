import { expect, it } from "vitest";
import { startFreeRadiusTls } from "../src/freeradius-tls.ts";
import { makeLaboratory } from "../src/laboratory.ts";
import { type OwnPeerOptions, ownPeer } from "../src/own-peer.ts";
import { describeWithPeers } from "../src/peers.ts";
import { markdownTable, readmeTable } from "../src/readme-table.ts";
import { sallyport } from "../src/sallyport.ts";
import { tlsMethods } from "../src/supplicant.ts";
import { twoAtATime } from "../src/two-at-a-time.ts";

describeWithPeers(["freeradius"], "our peer against FreeRADIUS", () => {
  it("every method, twice with resumption where it has some; wrong passwords", async () => {
    const laboratory = await makeLaboratory("rsa");
    const { auth } = await startFreeRadiusTls({
      first: "tls",
      certificate: laboratory.server.certificate,
      key: laboratory.server.key,
      authority: laboratory.authority,
      users: { alice: "wonderland", "alice@lab.example": "not used" },
      maxVersion: "1.3",
      fragmentSize: 500,
      resumption: true,
    });
    const cases = tlsMethods.flatMap((method) => [
      { method, version: "1.2", again: 1 } as const,
      { method, version: "1.3" } as const,
    ]);
    const results = await twoAtATime(cases, (one) => ownPeer(auth, laboratory, one));
    const found = cases.map((one, index) => ({
      ...one,
      results: results[index]?.map(({ kind, keys }) => `${kind}, ${keys}`),
    }));
    expect(found).toEqual(
      cases.map((one) => ({
        ...one,
        results: Array("again" in one ? 2 : 1).fill("accepted, match"),
      })),
    );
    const withPasswords = tlsMethods.filter((method) => !/tls$/.test(method));
    const wrongOnes = await twoAtATime(withPasswords, (method) =>
      ownPeer(auth, laboratory, { method, password: "queen of hearts" }),
    );
    expect(withPasswords.map((method, index) => [method, wrongOnes[index]?.[0]?.kind])).toEqual(
      withPasswords.map((method) => [method, "rejected"]),
    );
    for (const fragmentBytes of [100, 500, 1_400]) {
      const [small] = await ownPeer(auth, laboratory, { method: "tls", fragmentBytes });
      expect({ fragmentBytes, ...small }).toMatchObject({ fragmentBytes, kind: "accepted", keys: "match" });
    }
    const table = markdownTable(
      ["Method", "TLS 1.2, keys equal", "TLS 1.3, keys equal", "again, TLS 1.2", "wrong password"],
      tlsMethods.map((method) => [
        method,
        "yes",
        "yes",
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
    const cases: readonly OwnPeerOptions[] = [
      ...outer.map((method) => ({ method, authority: "stranger-ca.pem" })),
      ...outer.map((method) => ({ method, serverName: "other.lab.example" })),
      ...(["expired", "revoked", "stranger"] as const).map(
        (certificate) => ({ method: "tls", certificate }) as const,
      ),
    ];
    const results = await twoAtATime(cases, (one) => ownPeer(auth, laboratory, one));
    expect(results.map(([result], index) => ({ ...cases[index], kind: result?.kind }))).toEqual(
      cases.map((one) => ({ ...one, kind: "rejected" })),
    );
    expect(await ownPeer(auth, laboratory, { method: "tls" })).toMatchObject([{ kind: "accepted" }]);
    const command = [
      "eap",
      "test",
      "--method",
      "peap",
      "--ca",
      laboratory.file("ca.pem"),
      "--secret",
      "testing123",
    ];
    const further = ["--server-name", laboratory.serverName, "--password", "wonderland", auth, "alice"];
    const drawn = await sallyport([...command, ...further]);
    expect(drawn).toMatchObject({ status: 0, stderr: "" });
    for (const words of ["ClientHello", "ServerHello", "encrypted records", "keys are those of the method"])
      expect(drawn.stdout).toContain(words);
  }, 60_000);
});

it("without an authority or a name the command does not begin, unless it is told that any server will do", async () => {
  const test = (...args: string[]) =>
    sallyport([
      "eap",
      "test",
      "--method",
      "peap",
      ...args,
      "--secret",
      "x",
      "--password",
      "x",
      "127.0.0.1:9",
      "alice",
    ]);
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
