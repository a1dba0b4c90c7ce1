import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe } from "vitest";
import { describeWithPeers, missingPeers } from "../peers.ts";
import { temporaryFolderForFile } from "../temporary-folder.ts";
import { bootGuest, type PppdGuest } from "./guest.ts";

const peers = ["linux.uml", "busybox", "chat"] as const;

/**
 * Tests with a real pppd in a guest of User Mode Linux, which boots once for the file. Where it cannot boot (a machine
 * that does not let processes trace others) they are skipped with the reason, and fail with `CI=true`.
 */
export async function describeWithPppd(
  title: string,
  secrets: readonly string[],
  tests: (guest: PppdGuest) => void,
): Promise<void> {
  if (missingPeers(peers).length > 0) {
    describeWithPeers(peers, title, () => {});
    return;
  }
  const jobs = join(temporaryFolderForFile(), "pppd");
  mkdirSync(jobs);
  try {
    const guest = await bootGuest({ jobs, secrets });
    describe(title, () => {
      afterAll(() => guest.stop());
      tests(guest);
    });
  } catch (error) {
    if (process.env["CI"] === "true") throw error;
    const reason = (error as Error).message.split("\n")[0];
    describe.skip(`${title}: skipped, User Mode Linux does not boot here: ${reason}`, () => tests(noGuest));
  }
}

const noGuest: PppdGuest = {
  call: () => {
    throw new Error("there is no guest");
  },
  stop: () => Promise.resolve(),
};
