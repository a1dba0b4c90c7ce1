import {
  acceptSecurityContext,
  acquireCredentials,
  type ContextStep,
  createSecHandle,
  createSspiProvider,
  out,
  type PackageContext,
  SEC_E_OK,
  SEC_I_CONTINUE_NEEDED,
  SECBUFFER_TOKEN,
  type SecurityCredentials,
  type SspiAsyncContext,
  type SspiProvider,
  secBuffer,
  secBufferDesc,
} from "@sallyport/sspi";
import { measuredPackage } from "./measured-package.ts";

const token = new Uint8Array(40);
const answer = { status: SEC_I_CONTINUE_NEEDED, token };

/** What one call costs, in microseconds of CPU time: of all threads of the process, so that the garbage counts too. */
export interface CallCost {
  /** The package called directly, in a loop. */
  readonly direct: number;
  /** SspiAcceptSecurityContextAsync, its callback, SspiReinitAsyncContext. */
  readonly queued: number;
  /** `await context.step(token)`. */
  readonly awaited: number;
}

/** One round: the same number of steps in each of the three ways. */
export async function measureCallCost(steps: number): Promise<CallCost> {
  let captured: ContextStep | undefined;
  const given = measuredPackage((step) => {
    captured = step;
    return answer;
  });
  const provider = createSspiProvider({ packages: [given] });
  const credentials = await acquireCredentials({ provider, package: "Measured", use: "inbound" });
  const cost = {
    awaited: await perStep(steps, () => callAwaited(credentials, steps)),
    queued: await perStep(steps, () => callQueued(provider, credentials, steps)),
    direct: await perStep(steps, async () => callDirectly(captured, steps)),
  };
  await credentials.close();
  const left = provider.objects();
  if (left.contexts + left.credentials + left.asyncContexts + left.pendingCalls > 0) {
    throw new Error(`the measurement left objects behind: ${JSON.stringify(left)}`);
  }
  return cost;
}

/** Bytes that so many contexts take while each waits for its package: handles, buffers and async contexts included. */
export async function measureContextMemory(contexts: number, heap: () => number): Promise<number> {
  const waiting: ((given: typeof answer) => void)[] = [];
  const provider = createSspiProvider({
    packages: [measuredPackage(() => new Promise((resolve) => waiting.push(resolve)))],
  });
  const credentials = await acquireCredentials({ provider, package: "Measured", use: "inbound" });
  const before = heap();
  const begun = Array.from({ length: contexts }, () => {
    const context = acceptSecurityContext(credentials);
    return { context, step: context.step(token.slice()) };
  });
  while (waiting.length < contexts) await turn();
  const bytes = heap() - before;
  for (const resolve of waiting) resolve(answer);
  for (const { context, step } of begun) {
    await step;
    await context.close();
  }
  await credentials.close();
  return bytes;
}

/** Bytes held after each slice of create, queue and free: what grows from slice to slice leaks. */
export async function measureCycles(cycles: number, slices: number, heap: () => number): Promise<number[]> {
  const provider = createSspiProvider({ packages: [measuredPackage(() => answer)] });
  const credentials = await acquireCredentials({ provider, package: "Measured", use: "inbound" });
  const held: number[] = [];
  for (let slice = 0; slice < slices; slice += 1) {
    for (let cycle = 0; cycle < cycles / slices; cycle += 1) await oneCycle(provider, credentials);
    held.push(heap());
  }
  await credentials.close();
  return held;
}

/** A context is made, waited for, deleted; both async contexts are freed, the second one while its call is pending. */
async function oneCycle(provider: SspiProvider, credentials: SecurityCredentials): Promise<void> {
  const handle = createSecHandle();
  const first = created(provider);
  await new Promise<void>((resolve) => {
    provider.SspiSetAsyncNotifyCallback(first, () => resolve(), null);
    accept(provider, first, credentials, handle, true);
  });
  provider.SspiFreeAsyncContext(first);
  const second = created(provider);
  provider.SspiDeleteSecurityContextAsync(second, handle);
  provider.SspiFreeAsyncContext(second);
}

/** With the very step object that the provider hands over. */
function callDirectly(step: ContextStep | undefined, steps: number): void {
  if (step === undefined) throw new Error("the package was never called");
  const context: PackageContext = { step: () => answer };
  let total = 0;
  for (let index = 0; index < steps; index += 1) {
    const given = context.step(step);
    if (typeof given === "object" && "status" in given) total += given.status;
  }
  if (total !== steps * SEC_I_CONTINUE_NEEDED) throw new Error("the package answered otherwise");
}

function callQueued(provider: SspiProvider, credentials: SecurityCredentials, steps: number): Promise<void> {
  const context = created(provider);
  const handle = createSecHandle();
  return new Promise((resolve) => {
    let left = steps;
    const next = (): void => {
      left -= 1;
      if (left < 0) {
        provider.SspiFreeAsyncContext(context);
        provider.DeleteSecurityContext(handle);
        resolve();
        return;
      }
      provider.SspiReinitAsyncContext(context);
      accept(provider, context, credentials, handle, left === steps - 1);
    };
    provider.SspiSetAsyncNotifyCallback(context, next, null);
    next();
  });
}

async function callAwaited(credentials: SecurityCredentials, steps: number): Promise<void> {
  const context = acceptSecurityContext(credentials);
  for (let index = 0; index < steps; index += 1) await context.step(token);
  await context.close();
}

const input = secBufferDesc(secBuffer(SECBUFFER_TOKEN, token));
const output = secBufferDesc(secBuffer(SECBUFFER_TOKEN, 64));
const attributes = out(0);

function accept(
  provider: SspiProvider,
  context: SspiAsyncContext,
  credentials: SecurityCredentials,
  handle: ReturnType<typeof createSecHandle>,
  isFirst: boolean,
): void {
  for (const buffer of output.buffers) buffer.size = 64;
  const queued = provider.SspiAcceptSecurityContextAsync(
    context,
    credentials.handle,
    isFirst ? null : handle,
    input,
    0,
    0,
    handle,
    output,
    attributes,
    null,
  );
  if (queued !== SEC_E_OK) throw new Error(`the call was not queued: ${queued}`);
}

function created(provider: SspiProvider): SspiAsyncContext {
  const context = provider.SspiCreateAsyncContext();
  if (context === null) throw new Error("there is no async context left");
  return context;
}

async function perStep(steps: number, work: () => Promise<void>): Promise<number> {
  const begun = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / steps;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
