import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Sallyport } from "./sallyport.ts";

/** Asks the console of a running server as the commands of the program do, without a process for each question. */
export async function askConsole<Reply>(
  { folder, process: { pid } }: Sallyport,
  path: string,
  method: "GET" | "POST" = "GET",
): Promise<Reply> {
  const file = join(folder, "sallyport-state", `running-${pid}.json`);
  const { console, token } = JSON.parse(readFileSync(file, "utf8")) as { console: string; token: string };
  const response = await fetch(`${console}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Reply;
}
