import { expect, it } from "vitest";
import { EAPACTION_Done, EAPACTION_SendWithTimeout } from "../src/index.ts";
import { authenticator, ends, request, response, scripted, sends } from "./harness.ts";

it("EAP-14, EAP-15, EAP-16: start, packet, timeout and end reach one function; a start looks like a resend", async () => {
  const method = scripted({
    make: [request(EAPACTION_SendWithTimeout), sends(EAPACTION_SendWithTimeout, 1, 1), ends(EAPACTION_Done)],
  });
  const { host, clock, lastId, outcomes } = await authenticator([method.module]);
  host.start();
  clock.advance(3_000);
  const packet = response(lastId(), 4, [1, 2, 3]);
  host.receive(Uint8Array.of(...packet, 0xee, 0xee));
  expect(method.calls).toEqual(["Begin", "Make null", "Make null", `Make 2/${lastId()}`, "End"]);
  expect(method.made[0]?.input).toEqual(method.made[1]?.input);
  expect(method.made[2]?.received).toEqual(packet);
  expect(outcomes).toMatchObject([{ result: 0, identity: "alice", method: 4, endedBy: "method" }]);
});
