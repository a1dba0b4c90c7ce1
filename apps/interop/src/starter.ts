import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { program } from "./sallyport.ts";

/**
 * Lets a first start write its configuration into a folder, and stops the server when it is ready or has failed: its
 * fixed ports may be taken on this machine, which changes nothing about the files.
 */
export async function ensureStarterIn(
  folder: string,
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const child = spawn(process.execPath, [program, "start"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    if (stdout.includes("\n")) child.kill("SIGTERM");
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  await once(child, "close");
  return { stdout, stderr };
}

/** Moves a starter configuration to free ports. */
export function useFreePorts(folder: string): void {
  const file = join(folder, "sallyport", "sallyport.config.json");
  const content = readFileSync(file, "utf8");
  writeFileSync(
    file,
    content.replace("127.0.0.1:1812", "127.0.0.1:0").replace("127.0.0.1:1813", "127.0.0.1:0"),
  );
}
