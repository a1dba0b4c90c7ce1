#!/usr/bin/env node
import { createLogsProgram } from "./program.ts";

await createLogsProgram().parseAsync();
