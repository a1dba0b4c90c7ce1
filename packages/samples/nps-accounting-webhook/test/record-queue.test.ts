import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { QueueFull, RecordQueue } from "../src/node/record-queue.ts";
import { temporaryFile } from "./temporary-file.ts";

function queueIn(path: string, limit = 1_000_000): RecordQueue {
  const queue = new RecordQueue(path, limit);
  onTestFinished(() => queue.close().catch(() => undefined));
  return queue;
}

const named = (...ids: string[]) => ids.map((id) => ({ id, record: { of: id } }));
const idsOf = (queue: RecordQueue) => queue.first(queue.size).map(({ id }) => id);

describe("the queue of records", () => {
  it("keeps records in order over a restart, and forgets those that have left", async () => {
    const path = temporaryFile();
    const first = queueIn(path);
    await Promise.all(named("a", "b", "c").map((one) => first.append(one)));
    first.remove(1);
    await first.append({ id: "d", record: { of: "d" } });
    await first.close();
    const second = queueIn(path);
    expect(second.size).toBe(3);
    expect(second.first(10)).toEqual(named("b", "c", "d"));
    expect(second.first(1)).toEqual(named("b"));
  });

  it("keeps what arrives together in one transaction, and nothing of it where one cannot be kept", async () => {
    const path = temporaryFile();
    const queue = queueIn(path);
    const circular: Record<string, unknown> = {};
    circular["itself"] = circular;
    const settled = await Promise.allSettled([
      queue.append({ id: "a", record: 1 }),
      queue.append({ id: "b", record: circular }),
    ]);
    expect(settled.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect([queue.size, queue.first(10)]).toEqual([0, []]);
    await queue.append({ id: "c", record: 1 });
    expect(idsOf(queue)).toEqual(["c"]);
  });

  it("keeps what is under way before it is closed", async () => {
    const path = temporaryFile();
    const queue = queueIn(path);
    const kept = queue.append({ id: "a", record: 1 });
    await queue.close();
    await kept;
    expect(idsOf(queueIn(path))).toEqual(["a"]);
  });

  it("has a bound, which counts what is being kept", async () => {
    const queue = queueIn(temporaryFile(), 2);
    const settled = await Promise.allSettled(named("a", "b", "c").map((one) => queue.append(one)));
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
    expect(settled[2]).toMatchObject({ reason: expect.any(QueueFull) });
    queue.remove(1);
    await queue.append({ id: "d", record: 1 });
    expect(idsOf(queue)).toEqual(["b", "d"]);
  });

  it("leaves a file of something else as it is", () => {
    const path = temporaryFile();
    writeFileSync(path, "not a queue, whatever its name says: ".repeat(20));
    const before = readFileSync(path, "utf8");
    expect(() => queueIn(path)).toThrow("not a database");
    expect(readFileSync(path, "utf8")).toBe(before);
  });

  it.skipIf(process.platform === "win32")("nobody else may read its file", async () => {
    const path = temporaryFile();
    await queueIn(path).append({ id: "a", record: 1 });
    for (const file of [path, `${path}-wal`]) expect(statSync(file).mode & 0o077).toBe(0);
  });

  it("has every record that was kept, after kill -9 of its process", async () => {
    const path = temporaryFile();
    const writer = fileURLToPath(new URL("writer.ts", import.meta.url));
    // A second process goes on where the first was killed.
    for (let times = 0; times < 2; times++) {
      const child = spawn(process.execPath, ["--experimental-strip-types", writer, path], {
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
      const queue = new RecordQueue(path, 1_000_000);
      const found = idsOf(queue);
      await queue.close();
      expect(found).toEqual(found.map((_, index) => `record-${index}`));
      expect(kept.filter((id) => !found.includes(id))).toEqual([]);
    }
  });
});
