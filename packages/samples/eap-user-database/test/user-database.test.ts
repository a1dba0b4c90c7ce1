import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { challengeHash, challengeResponse, ntHash } from "@sallyport/crypto";
import type { EapOffer, EapOutcome, EapService } from "@sallyport/nps";
import { createNpsBench, type NpsBenchOptions } from "@sallyport/testbench";
import { describe, expect, it, onTestFinished } from "vitest";
import { userDatabase } from "../src/index.ts";

/** A file with users. */
function databaseOf(users: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), "user-database-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "users.sqlite");
  const database = new DatabaseSync(path);
  onTestFinished(() => database.close());
  database.exec("CREATE TABLE users (name TEXT PRIMARY KEY, password TEXT NOT NULL) STRICT");
  const insert = database.prepare("INSERT INTO users VALUES (?, ?)");
  for (const [name, password] of Object.entries(users)) insert.run(name, password);
  return { path, database };
}

function serverWith(settings: object, options: Partial<NpsBenchOptions> = {}) {
  const module = userDatabase();
  const bench = createNpsBench({
    extensions: { authentication: [{ module, name: "users", settings }], authorization: [module] },
    accounts: [{ name: "alice", password: "wonderland" }],
    ...options,
  });
  onTestFinished(() => bench.stop());
  const logOn = async (user: string, password: string) =>
    (await bench.access({ "User-Name": user, "User-Password": password })).codeName;
  return { bench, logOn };
}

describe("users in a database", () => {
  it.each(["carol", "Carol", "SALLYPORT\\carol", "carol@sallyport.example"])(
    "log on by MS-CHAPv2, without an account, in every spelling of their name: %s",
    async (name) => {
      const { bench } = serverWith({ database: databaseOf({ carol: "looking glass" }).path });
      const [ours, theirs] = [new Uint8Array(16).fill(1), new Uint8Array(16).fill(2)];
      const logOn = async (password: string) => {
        const response = challengeResponse(challengeHash(theirs, ours, name), ntHash(password));
        const answer = await bench.access({
          "User-Name": name,
          "MS-CHAP-Challenge": ours,
          "MS-CHAP2-Response": Uint8Array.of(5, 0, ...theirs, ...new Uint8Array(8), ...response),
        });
        return answer.codeName;
      };
      expect(await logOn("looking glass")).toBe("Access-Accept");
      expect(await logOn("guess")).toBe("Access-Reject");
    },
  );

  it("are beside the accounts of the server, and come before them", async () => {
    const { logOn } = serverWith({ database: databaseOf({ carol: "looking glass" }).path });
    expect(await logOn("carol", "looking glass")).toBe("Access-Accept");
    expect(await logOn("alice", "wonderland")).toBe("Access-Accept");
    expect(await logOn("dave", "looking glass")).toBe("Access-Reject");
    const both = serverWith({ database: databaseOf({ alice: "looking glass" }).path });
    expect(await both.logOn("alice", "looking glass")).toBe("Access-Accept");
    expect(await both.logOn("alice", "wonderland")).toBe("Access-Reject");
  });

  it("may change while the server runs", async () => {
    const { path, database } = databaseOf({ carol: "looking glass" });
    const { logOn } = serverWith({ database: path });
    expect(await logOn("carol", "looking glass")).toBe("Access-Accept");
    database.exec("UPDATE users SET password = 'jabberwock'");
    expect(await logOn("carol", "looking glass")).toBe("Access-Reject");
    expect(await logOn("carol", "jabberwock")).toBe("Access-Accept");
    database.exec("DELETE FROM users");
    expect(await logOn("carol", "jabberwock")).toBe("Access-Reject");
  });

  it("are found by a query of one's own; a name is a parameter, and never part of it", async () => {
    const { path, database } = databaseOf({});
    database.exec(
      "CREATE TABLE staff (login TEXT, word TEXT, active INT); INSERT INTO staff VALUES ('carol', 'x', 1), ('dave', 'x', 0)",
    );
    const query = "SELECT word FROM staff WHERE login = ? AND active";
    const { logOn } = serverWith({ database: path, query });
    expect(await logOn("carol", "x")).toBe("Access-Accept");
    expect(await logOn("dave", "x")).toBe("Access-Reject");
    expect(await logOn("' OR active --", "x")).toBe("Access-Reject");
  });

  it("an empty password is none, and admits nobody", async () => {
    const { logOn } = serverWith({ database: databaseOf({ carol: "" }).path });
    expect(await logOn("carol", "")).toBe("Access-Reject");
  });

  it("nobody is told that a password is wrong while the database is away", async () => {
    const { path, database } = databaseOf({ carol: "looking glass" });
    const { bench, logOn } = serverWith({ database: path });
    await bench.start();
    database.exec("DROP TABLE users");
    expect(await logOn("carol", "looking glass")).toBe("silence");
    expect(bench.log.events.at(-1)?.severity).toBe("error");
  });

  it("no password is in log, trace or record", async () => {
    const { bench } = serverWith({ database: databaseOf({ carol: "looking glass" }).path });
    const answer = await bench.access({ "User-Name": "carol", "User-Password": "guess" });
    const written = JSON.stringify([bench.log.events, answer.trace, answer.explain(), answer.attributes]);
    expect(written).toContain("carol");
    expect(written).not.toContain("looking glass");
  });

  it("a database of another kind may answer later", async () => {
    const module = userDatabase({
      open: async () => ({
        passwordOf: async (name) => (name === "carol" ? "looking glass" : undefined),
        close: () => undefined,
      }),
    });
    const bench = createNpsBench({ extensions: { authentication: [module] }, accounts: [] });
    const answer = await bench.access({ "User-Name": "carol", "User-Password": "looking glass" });
    expect(answer.codeName).toBe("Access-Accept");
  });

  it.each([
    [{}, "settings.database is no file name"],
    [{ database: "/nowhere/users.sqlite" }, "unable to open database file"],
    [{ query: "SELECT password FROM nobody WHERE name = ?" }, "no such table: nobody"],
    [{ query: 7 }, "settings.query is no text"],
  ])("prevents the start with settings that cannot work: %j", async (settings, words) => {
    const { path } = databaseOf({});
    const { bench } = serverWith("query" in settings ? { database: path, ...settings } : settings);
    await expect(bench.start()).rejects.toThrow(words);
  });
});

describe("EAP", () => {
  /** A conversation that ends at once, as the pipeline sees it; `offers` is what it was given. */
  function conversation(outcome: EapOutcome) {
    const offers: EapOffer[] = [];
    const eap: EapService = {
      open: () => ({
        kind: "round",
        round: {
          begins: true,
          proceed(offer) {
            offers.push(offer);
            return outcome;
          },
          ending: () => [],
          settle: () => undefined,
        },
      }),
    };
    return { eap, offers };
  }

  const peap = { type: 25, name: "PEAP" } as const;
  const inside = (identity: string): EapOutcome => ({
    kind: "success",
    method: peap,
    identity,
    attributes: [],
  });
  const packet = (user: string) => ({ "User-Name": user, "EAP-Message": Uint8Array.of(2, 1, 0, 5, 1) });

  it("NPS-66 the password goes to the method inside of PEAP", async () => {
    const { eap, offers } = conversation(inside("carol"));
    const { bench } = serverWith({ database: databaseOf({ carol: "looking glass" }).path }, { eap });
    expect((await bench.access(packet("carol"))).codeName).toBe("Access-Accept");
    expect(offers.map(({ suppliedPassword }) => new TextDecoder().decode(suppliedPassword))).toEqual([
      "looking glass",
    ]);
  });

  it("who gives another name inside than outside is refused: the password was that of the name outside", async () => {
    const { eap } = conversation(inside("alice"));
    const { bench } = serverWith({ database: databaseOf({ carol: "looking glass" }).path }, { eap });
    expect((await bench.access(packet("carol"))).codeName).toBe("Access-Reject");
    expect(bench.log.events.at(-1)).toMatchObject({
      severity: "warning",
      message: "rejected: another user inside the tunnel than outside",
      fields: { user: "SALLYPORT\\ALICE" },
    });
    const other = serverWith({ database: databaseOf({}).path }, { eap });
    expect((await other.bench.access(packet("anonymous"))).codeName).toBe("Access-Accept");
  });
});
