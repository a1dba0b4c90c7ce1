// packages/testbench/README.md:140
import { acceptSecurityContext, acquireCredentials, SEC_E_LOGON_DENIED, SEC_I_CONTINUE_NEEDED, type SspiError } from "@sallyport/sspi";
import { createSspiBench, scriptedPackage, waits } from "@sallyport/testbench";

const negotiate = scriptedPackage({
  info: { name: "Negotiate" },
  accept: [{ status: SEC_I_CONTINUE_NEEDED, token: Uint8Array.of(1, 2, 3) }, waits(5_000, SEC_E_LOGON_DENIED)],
});
const { provider, clock } = createSspiBench({ packages: [negotiate] });
const server = await acquireCredentials({ provider, package: "Negotiate", use: "inbound" });
const context = acceptSecurityContext(server);
await context.step(Uint8Array.of(9));
const refused = context.step(Uint8Array.of(9)).catch((error: SspiError) => error.symbol);
await clock.advanceAsync(5_000);
console.log(await refused, negotiate.calls.length); // SEC_E_LOGON_DENIED 3

export {};
