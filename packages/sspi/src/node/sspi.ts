#!/usr/bin/env node
import { runCommand } from "./sspi-command.ts";

// Whoever reads the output may have seen enough ("sspi decode | head -1").
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") fail(error);
});

try {
  process.exitCode = await runCommand({
    args: process.argv.slice(2),
    input: process.stdin,
    output: process.stdout,
    errors: process.stderr,
  });
} catch (error) {
  fail(error);
}

function fail(error: unknown): void {
  process.stderr.write(`sspi: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
