// packages/testbench/README.md:116
import { defineSecurityDialog } from "@sallyport/ras-security";
import { createRasBench } from "@sallyport/testbench";

const module = defineSecurityDialog(async (dialog) => dialog.refuse(await dialog.ask("Username: "), "CORP"));
const bench = createRasBench({ module });
const caller = await bench.dial({ faults: { delayMs: 300 } });
await caller.expect("Username: ");
await caller.type("alice\r", { everyMs: 2_000 });
console.log((await caller.ended()).kind); // failure
console.log(caller.calls.at(-3)); // RasSecurityDialogEnd -> ERROR_PORT_DISCONNECTED (619)

export {};
