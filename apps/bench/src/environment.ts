import { execFile } from "node:child_process";
import { readFileSync, statfsSync } from "node:fs";
import { cpus, loadavg, release, tmpdir, totalmem } from "node:os";
import { promisify } from "node:util";
import { compiler } from "./load-generator.ts";

const execute = promisify(execFile);

/** Where a run took place: figures without it mean nothing. */
export interface Environment {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly kernel: string;
  readonly node: string;
  readonly sallyport: string;
  /** "not used" where only this server was run. */
  readonly freeRadius: string;
  readonly compiler: string;
  /** What the accounting records are written to. */
  readonly fileSystem: string;
  /** Average of the last minute before the run; near 0 on a quiet machine. */
  readonly load: number;
}

export async function readEnvironment(freeRadius = "not used"): Promise<Environment> {
  const processors = cpus();
  const manifest = readFileSync(new URL("../../server/package.json", import.meta.url), "utf8");
  const { stdout } = await execute(compiler, ["--version"]).catch(() => ({ stdout: "" }));
  return {
    cpu: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.versions.node,
    sallyport: (JSON.parse(manifest) as { version: string }).version,
    freeRadius,
    compiler: stdout.split("\n", 1)[0] || compiler,
    fileSystem: fileSystemNames.get(statfsSync(tmpdir()).type) ?? "unknown",
    load: loadavg()[0] ?? 0,
  };
}

export function environmentLines(environment: Environment): string[] {
  const { cpu, cores, memoryGiB, kernel, node, sallyport, freeRadius, compiler, fileSystem, load } =
    environment;
  return [
    `${cpu}, ${cores} cores shared by server and generator, ${memoryGiB} GiB, Linux ${kernel}, ${fileSystem}, load before the run ${load.toFixed(1)}`,
    `Sallyport ${sallyport} on Node ${node}; FreeRADIUS ${freeRadius}; ${compiler}`,
  ];
}

/** statfs(2): the magic numbers of what a temporary folder usually lies on. */
const fileSystemNames: ReadonlyMap<number, string> = new Map([
  [0xef53, "ext4"],
  [0x0102_1994, "tmpfs"],
  [0x5846_5342, "xfs"],
  [0x9123_683e, "btrfs"],
  [0x794c_7630, "overlayfs"],
  [0x2fc1_2fc1, "zfs"],
]);
