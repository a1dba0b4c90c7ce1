import { createRadiusClient } from "@sallyport/radius/node";
import { createSeededRandom } from "@sallyport/runtime";
import { expect, it } from "vitest";
import { labSettings, startSallyport } from "../src/sallyport.ts";
import { temporaryFolder } from "../src/temporary-folder.ts";

const kills = 20;
const inFlight = 200;
const random = createSeededRandom(20261121);
/** A whole number below `limit`, at most 65 536. */
const below = (limit: number): number => {
  const [high = 0, low = 0] = random(2);
  return ((high << 8) | low) % limit;
};

it(`every acknowledged accounting record is there after ${kills} kill -9 under load`, async () => {
  const folder = temporaryFolder();
  const acknowledged: string[] = [];
  for (let round = 0; round < kills; round++) await loadAndKill(folder, round, acknowledged);

  const server = await startSallyport(labSettings, { folder });
  const { stdout } = await server.command("accounting", "--last", "10000000", "--json");
  const recorded = new Set(
    stdout
      .split("\n")
      .filter(Boolean)
      .map((line) => (JSON.parse(line) as { session: string }).session),
  );
  console.log(`${acknowledged.length} records acknowledged, ${recorded.size} recorded, ${kills} kills`);
  expect(acknowledged.length).toBeGreaterThan(kills * 10);
  expect(new Set(acknowledged).size).toBe(acknowledged.length);
  expect(acknowledged.filter((session) => !recorded.has(session))).toEqual([]);
});

/** Keeps many requests in flight until the server is killed; the moment counts from an answer, so that load is on. */
async function loadAndKill(folder: string, round: number, acknowledged: string[]): Promise<void> {
  const server = await startSallyport({ ...labSettings, log: { requests: false } }, { folder });
  const client = createRadiusClient({ server: server.acct, secret: "testing123", tries: 1 });
  const lastAnswer = below(500);
  const milliseconds = below(30);
  let due = (): void => {};
  const moment = new Promise<void>((resolve) => {
    due = resolve;
  });
  let over = false;
  let sent = 0;
  let answers = 0;
  const send = async (): Promise<void> => {
    while (!over) {
      const session = `${round}-${sent++}`;
      const answer = await client.accountingRequest({
        "Acct-Status-Type": "Interim-Update",
        "Acct-Session-Id": session,
        "User-Name": "alice",
      });
      expect(answer.codeName).toBe("Accounting-Response");
      acknowledged.push(session);
      if (answers++ === lastAnswer) setTimeout(due, milliseconds);
    }
  };
  const load = Array.from({ length: inFlight }, send);
  await Promise.race([moment, Promise.all(load)]);
  const killed = server.stop("SIGKILL");
  over = true;
  expect(await killed).toMatchObject({ signal: "SIGKILL" });
  await client.close();
  // What is unanswered was lost with the server.
  await Promise.allSettled(load);
}
