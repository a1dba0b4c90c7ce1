import { spawnSync } from "node:child_process";
import { describe } from "vitest";

/** The programs that tests here talk to, with the Debian package that brings each. */
const packages = {
  freeradius: "freeradius",
  radclient: "freeradius-utils",
  tshark: "tshark",
} as const;
export type Peer = keyof typeof packages;

/**
 * Tests that need peers. Where one is missing they are skipped, with the reason in their title; with `CI=true` that is
 * a failure, because CI installs every peer (scripts/install-peers.sh).
 */
export function describeWithPeers(peers: readonly Peer[], title: string, tests: () => void): void {
  const missing = peers.filter((peer) => !isInstalled(peer));
  if (missing.length === 0) {
    describe(title, tests);
    return;
  }
  const reason = missing
    .map((peer) => `${peer} is not installed (apt-get install ${packages[peer]})`)
    .join(", ");
  if (process.env["CI"] === "true") throw new Error(`${title}: ${reason}`);
  describe.skip(`${title}: skipped, ${reason}`, tests);
}

function isInstalled(peer: Peer): boolean {
  return spawnSync(peer, ["-h"], { stdio: "ignore" }).error === undefined;
}
