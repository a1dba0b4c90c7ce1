import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, onTestFinished } from "vitest";

/** A folder with these files, outside of any project; removed when the test has finished. */
export function temporaryFolder(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "sallyport-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

/** A folder for all tests of a file; removed when they have finished. */
export function temporaryFolderForFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "sallyport-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
