import { expect, it } from "vitest";
import { gate, lab, throughTheGate } from "./harness.ts";

it("a call goes through all stages, and its trace says so", async () => {
  const { dial, clock, ended, accounting } = await lab({ module: gate });
  const caller = await dial({ script: throughTheGate });
  await clock.advanceAsync(1_000);
  expect(caller.connection).toMatchObject({ local: "10.99.0.2", peer: "10.99.0.1" });
  expect(await settled(caller.dialer.ping(), clock)).toMatchObject({ kind: "reply" });
  caller.dialer.hangUp();
  await clock.advanceAsync(10_000);
  expect(caller.end).toMatchObject({ error: 0, state: 0x2000 });
  expect(caller.steps.filter((step) => !/Send|Receive/.test(step))).toEqual([
    "answer: answer",
    "RAS security module: RasSecurityDialogBegin -> NO_ERROR",
    "RAS security module: RasSecurityDialogComplete(SECURITYMSG_SUCCESS)",
    "RAS security module: RasSecurityDialogEnd -> ERROR_PORT_DISCONNECTED (619)",
    "PPP link: LCP",
    "PPP authentication: Windows provider, MS-CHAPv2 or CHAP or PAP",
    "PPP authentication: MS-CHAPv2: alice -> NO_ERROR",
    "PPP network: IPCP: 10.99.0.2 -> NO_ERROR",
    "connected: 10.99.0.1 to 10.99.0.2",
    "hang-up: other side: the other side ended the link -> ERROR_PPP_REMOTE_TERMINATED (719)",
  ]);
  expect(ended.map(({ userName, end }) => [userName, end?.stage, end?.error])).toEqual([
    ["alice", "connected", 719],
  ]);
  expect(accounting.map(({ status, terminateCause }) => [status, terminateCause])).toEqual([
    ["start", undefined],
    ["stop", "User-Request"],
  ]);
  expect(clock.pending).toBe(0);
});

async function settled<Value>(
  promise: Promise<Value>,
  clock: { advanceAsync(by: number): Promise<void> },
): Promise<Value> {
  await clock.advanceAsync(1);
  return promise;
}
