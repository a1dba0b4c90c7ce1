import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "./temporary-folder.ts";

/** A configuration for Samba's tools that keeps everything in a folder of its own; the file's path. */
export function sambaConfiguration(): string {
  const folder = temporaryFolder();
  for (const name of ["lock", "private", "state", "cache"]) mkdirSync(join(folder, name));
  const lines = ["[global]", "workgroup = TESTDOM", "netbios name = PEER"];
  lines.push(`lock directory = ${folder}/lock`, `private dir = ${folder}/private`);
  lines.push(`state directory = ${folder}/state`, `cache directory = ${folder}/cache`, "");
  const file = join(folder, "smb.conf");
  writeFileSync(file, lines.join("\n"));
  return file;
}
