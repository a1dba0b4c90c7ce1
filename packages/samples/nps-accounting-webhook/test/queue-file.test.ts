import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { QueueFile, QueueFull } from "../src/node/queue-file.ts";
import { temporaryFile } from "./temporary-file.ts";

const usual = { fsync: false, limit: 1_000_000 };

async function queueIn(path: string, options = usual): Promise<QueueFile> {
  const queue = await QueueFile.open(path, options);
  onTestFinished(() => queue.close().catch(() => undefined));
  return queue;
}

const named = (...ids: string[]) => ids.map((id) => ({ id, record: { of: id } }));
const idsOf = (queue: QueueFile) => queue.first(queue.size).map(({ id }) => id);

describe("the queue in a file", () => {
  it("keeps records in order over a restart, and forgets those that have left", async () => {
    const path = temporaryFile();
    const first = await queueIn(path);
    await Promise.all(named("a", "b", "c").map((one) => first.append(one)));
    await first.remove(1);
    await first.append({ id: "d", record: { of: "d" } });
    await first.close();
    const second = await queueIn(path);
    expect(second.first(10)).toEqual(named("b", "c", "d"));
  });

  it("drops the end of a write that was cut off, whatever its length, and goes on behind what is whole", async () => {
    const path = temporaryFile();
    const first = await queueIn(path);
    for (const one of named("a", "b")) await first.append(one);
    await first.close();
    const whole = readFileSync(path);
    const lastLine = whole.length - (whole.indexOf("\n") + 1);
    for (let cut = 1; cut <= lastLine; cut++) {
      writeFileSync(path, whole);
      truncateSync(path, whole.length - cut);
      const queue = await QueueFile.open(path, usual);
      await queue.append({ id: "c", record: 1 });
      await queue.close();
      const again = await QueueFile.open(path, usual);
      expect(idsOf(again)).toEqual(["a", "c"]);
      await again.close();
    }
  });

  it("refuses a file into which somebody else has written, with the line; it is left as it is", async () => {
    const path = temporaryFile();
    const first = await queueIn(path);
    await first.append({ id: "a", record: 1 });
    await first.close();
    appendFileSync(path, 'something else\n{"done":0}\n');
    const before = readFileSync(path, "utf8");
    await expect(QueueFile.open(path, usual)).rejects.toThrow(/queue\.jsonl, line 2 is no line of a queue/);
    expect(readFileSync(path, "utf8")).toBe(before);
  });

  it("has a bound, which counts what is being written", async () => {
    const queue = await queueIn(temporaryFile(), { fsync: false, limit: 2 });
    const settled = await Promise.allSettled(named("a", "b", "c").map((one) => queue.append(one)));
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
    expect(settled[2]).toMatchObject({ reason: expect.any(QueueFull) });
    await queue.remove(1);
    await queue.append({ id: "d", record: 1 });
    expect(idsOf(queue)).toEqual(["b", "d"]);
  });

  it.each([true, false])("is written anew when most of it has left (fsync: %s)", async (fsync) => {
    const path = temporaryFile();
    const queue = await queueIn(path, { fsync, limit: 10_000 });
    const many = Array.from({ length: 1_200 }, (_, index) => `r${index}`);
    await Promise.all(named(...many).map((one) => queue.append(one)));
    const full = statSync(path).size;
    for (let times = 0; times < 11; times++) await queue.remove(100);
    expect(statSync(path).size).toBeLessThan(full / 5);
    await queue.append({ id: "last", record: 1 });
    await queue.close();
    expect(idsOf(await queueIn(path))).toEqual([...many.slice(1_100), "last"]);
  });

  it.each(["fsync", "no fsync"])(
    "has every record that was kept, after kill -9 of its process (%s)",
    async (mode) => {
      const path = temporaryFile();
      const writer = fileURLToPath(new URL("writer.ts", import.meta.url));
      // A second process goes on where the first was killed.
      for (let times = 0; times < 2; times++) {
        const child = spawn(process.execPath, ["--experimental-strip-types", writer, path, mode], {
          stdio: ["ignore", "pipe", "ignore"],
        });
        let said = "";
        for await (const chunk of child.stdout.setEncoding("utf8")) {
          said += chunk;
          if (said.length > 5_000) child.kill("SIGKILL");
        }
        if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
        expect(child.signalCode).toBe("SIGKILL");
        const kept = said.slice(0, said.lastIndexOf("\n")).split("\n");
        expect(kept.length).toBeGreaterThan(100);
        const queue = await QueueFile.open(path, usual);
        const found = idsOf(queue);
        await queue.close();
        expect(found).toEqual(found.map((_, index) => `record-${index}`));
        expect(kept.filter((id) => !found.includes(id))).toEqual([]);
      }
    },
  );
});
