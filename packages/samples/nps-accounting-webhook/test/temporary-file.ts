import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A file name in a folder that goes when the test has finished. */
export function temporaryFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "accounting-webhook-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "queue.sqlite");
}
