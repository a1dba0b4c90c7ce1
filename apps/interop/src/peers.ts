import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe } from "vitest";

/** The programs that tests here talk to, and the files they compare with: the Debian package that brings each. */
const packages = {
  chromium: "chromium",
  eapol_test: "eapoltest",
  freeradius: "freeradius",
  gcc: "gcc",
  hostapd: "hostapd",
  "mingw-w64 headers": "mingw-w64-common",
  radclient: "freeradius-utils",
  tshark: "tshark",
  chat: "ppp",
  picocom: "picocom",
  socat: "socat",
  "systemd-analyze": "systemd",
  telnet: "inetutils-telnet",
  "winapi crate": "librust-winapi-dev",
} as const;

/** Where the peers lie that are no programs. */
export const folders = {
  "mingw-w64 headers": "/usr/share/mingw-w64/include",
  "winapi crate": "/usr/share/cargo/registry/winapi-0.3.9/src",
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
  const folder = peer in folders ? folders[peer as keyof typeof folders] : undefined;
  if (folder !== undefined) return existsSync(folder);
  // A browser takes "-h" for a page to open.
  return spawnSync(peer, ["--version"], { stdio: "ignore" }).error === undefined;
}
