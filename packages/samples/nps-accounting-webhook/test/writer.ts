// Keeps records as fast as it can, and says which are kept, until it is killed.
import { RecordQueue } from "../src/node/record-queue.ts";

const [path = ""] = process.argv.slice(2);
const queue = new RecordQueue(path, 1_000_000);
for (let number = queue.size; ; number += 10) {
  const ids = Array.from({ length: 10 }, (_, index) => `record-${number + index}`);
  await Promise.all(
    ids.map((id) => queue.append({ id, record: id }).then(() => process.stdout.write(`${id}\n`))),
  );
}
