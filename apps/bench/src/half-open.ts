import { setTimeout as delay } from "node:timers/promises";
import type { RadiusAnswer } from "@sallyport/radius";
import { createRadiusClient, type RadiusClient } from "@sallyport/radius/node";
import { BenchError } from "./bench-error.ts";
import { casesNamed, secret } from "./cases.ts";
import { answerConversation, type OpenConversation, openConversation } from "./eap-conversation.ts";
import { type Environment, readEnvironment } from "./environment.ts";
import { LoadGenerator } from "./load-generator.ts";
import type { Scope } from "./scope.ts";
import { collected, memoryProbe, residentMemory } from "./server-memory.ts";
import { type SallyportServer, startSallyport } from "./servers/sallyport.ts";

/** What a conversation that waits for its peer may take, in octets: 60 MB for 10 000. */
const allowedEach = 6_000;
/** Whole logins before the first look at the memory: code is compiled, the trace ring is full. */
const warmUpLogins = 2_000;
/** Conversations beyond the limit, and so the number of those that must go. */
const surplus = 20;
/** How many requests wait for an answer at a time. */
const window = 64;
/** Longer than answers are kept for resends, in milliseconds: five seconds by port, ten by State. */
const settleTime = 11_000;

/** MB are millions of octets. */
interface Memory {
  /** What the system counts (VmRSS). */
  readonly rss: number;
  /** What is alive after a full collection: objects and buffers. */
  readonly live: number;
}

export interface HalfOpenResults {
  readonly startedAt: string;
  readonly environment: Environment;
  readonly conversations: number;
  /** Conversations opened per second. */
  readonly rate: number;
  /** Both after a forced collection. */
  readonly before: Memory;
  readonly after: Memory;
  /** RSS when the last conversation was opened, with what requests in flight and resends take, in MB. */
  readonly loaded: number;
  /** By how much memory grew, in MB: RSS or what is alive, whichever grew more, for RSS may hold room from before. */
  readonly growth: number;
  /** What `growth` may be, in MB. */
  readonly allowance: number;
  /** What was found of the order of eviction; empty where it is right. */
  readonly complaints: readonly string[];
}

/**
 * Opens as many EAP conversations as the server keeps, answers none, and looks at its memory before and after. Then it
 * opens some more and sees who had to go.
 */
export async function runHalfOpen(
  scope: Scope,
  conversations: number,
  onProgress: (line: string) => void,
): Promise<HalfOpenResults> {
  const startedAt = new Date().toISOString();
  const environment = await readEnvironment();
  const generator = await LoadGenerator.compile(scope, scope.temporaryFolder());
  const server = await startSallyport(scope, {
    conversations,
    node: memoryProbe,
  });
  const client = createRadiusClient({ server: `127.0.0.1:${server.auth}`, secret, timeout: 10_000 });
  scope.defer(() => client.close());

  await warmUp(generator, server);
  const before = await settledMemory(scope, generator, server);
  onProgress(`before: RSS ${before.rss.toFixed(1)} MB, live ${before.live.toFixed(1)} MB`);

  const begun = performance.now();
  const open = await openMany(client, 0, conversations);
  const rate = conversations / ((performance.now() - begun) / 1_000);
  const loaded = residentMemory(server.pid);
  onProgress(`${conversations} conversations wait: RSS ${loaded.toFixed(1)} MB`);
  const after = await settledMemory(scope, generator, server);
  onProgress(`settled: RSS ${after.rss.toFixed(1)} MB, live ${after.live.toFixed(1)} MB`);

  open.push(...(await openMany(client, conversations, surplus)));
  const complaints = await evictionComplaints(client, open, conversations);
  const ended = server.ended();
  if (ended !== undefined)
    throw new BenchError(`the server did not survive: ${ended}`, "see its own words above");
  return {
    startedAt,
    environment,
    conversations,
    rate,
    before,
    after,
    loaded,
    growth: Math.max(after.rss - before.rss, after.live - before.live),
    allowance: (conversations * allowedEach) / 1e6,
    complaints,
  };
}

/** Opens conversations in the order of their numbers, as far as the network keeps it. */
export async function openMany(
  client: RadiusClient,
  first: number,
  count: number,
): Promise<OpenConversation[]> {
  const open: OpenConversation[] = [];
  for (let number = first; number < first + count; number += window) {
    const length = Math.min(window, first + count - number);
    const batch = Array.from({ length }, (_, index) => openConversation(client, number + index));
    open.push(...(await Promise.all(batch)));
  }
  return open;
}

/**
 * With more conversations than the limit, the oldest are gone, and only they: answers to them are refused, while the
 * oldest that is left and the newest are accepted.
 *
 * @param open all that were opened, the oldest first
 */
export async function evictionComplaints(
  client: RadiusClient,
  open: readonly OpenConversation[],
  limit: number,
): Promise<string[]> {
  const evicted = open.length - limit;
  const complaints: string[] = [];
  const expectCode = async (place: number, code: number): Promise<void> => {
    const conversation = open.at(place);
    if (conversation === undefined) throw new RangeError(`no conversation was opened at ${place}`);
    const answer: RadiusAnswer = await answerConversation(client, conversation);
    if (answer.code !== code) complaints.push(`conversation ${conversation.number}: ${answer.codeName}`);
  };
  for (let place = 0; place < evicted; place++) await expectCode(place, accessReject);
  for (const place of [evicted, evicted + 1, -2, -1]) await expectCode(place, accessAccept);
  return complaints;
}

const accessAccept = 2;
const accessReject = 3;

async function warmUp(generator: LoadGenerator, server: SallyportServer): Promise<void> {
  const request = casesNamed(["eap-md5"]).flatMap((test) => test.request);
  const { ok, problem } = await generator.run({
    port: server.auth,
    seconds: 60,
    count: warmUpLogins,
    request,
  });
  if (ok === warmUpLogins) return;
  throw new BenchError(
    `only ${ok} of ${warmUpLogins} logins by EAP-MD5 succeeded${problem === "" ? "" : `: ${problem}`}`,
    "npm run bench -- --only eap-md5 says more",
  );
}

/** What is left when answers kept for resends are forgotten and all garbage is collected. */
async function settledMemory(
  scope: Scope,
  generator: LoadGenerator,
  server: SallyportServer,
): Promise<Memory> {
  await delay(settleTime, undefined, { signal: scope.signal });
  // Answers that are too old are forgotten when the next request comes.
  await generator.run({ port: server.auth, count: 1, request: ["--mode", "pap", "--message-authenticator"] });
  const live = await collected(scope, server);
  return { rss: residentMemory(server.pid), live };
}
