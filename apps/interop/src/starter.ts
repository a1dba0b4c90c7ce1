import { spawn } from "node:child_process";
import { once } from "node:events";
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
