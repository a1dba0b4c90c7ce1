#!/usr/bin/env node
import { createProgram } from "./program.ts";

// Without a command it starts: `npx @sallyport/server` is the first thing that people type.
await createProgram().parseAsync(process.argv.length > 2 ? process.argv : [...process.argv, "start"]);
