import { inspect } from "node:util";
import { expect, it } from "vitest";
import {
  type NpsExtensionModule,
  type RadiusAttributes,
  radiusAttribute,
  ratClearTextPassword,
  ratReplyMessage,
  rcAccessAccept,
  rdtString,
  traceLine,
  traceNarrative,
} from "../src/index.ts";
import { callLog, createHarness } from "./harness.ts";

it("NPS-81 the ping user name is rejected at once: no policies, no modules, no log", async () => {
  const { calls, extension } = callLog();
  const harness = createHarness({
    pingUserName: "ping",
    authentication: [extension({ RadiusExtensionProcess2: () => 0 })],
    accounts: {
      find: () => {
        throw new Error("no account expected");
      },
    },
  });
  expect((await harness.access({ "User-Name": "ping" })).answer).toBe("reject");
  expect(calls).toEqual([]);
  expect(harness.records).toEqual([]);
});

it("NPS-85 a hundred requests in flight at once do not mix", async () => {
  const waiting: (() => void)[] = [];
  const { extension } = callLog();
  const module: NpsExtensionModule = {
    async RadiusExtensionProcess2(ecb) {
      const port = ecb.getRequest().find(5)?.value;
      await new Promise<void>((resolve) => waiting.push(resolve));
      return (
        ecb
          .getResponse(rcAccessAccept)
          ?.add({ attrType: ratReplyMessage, dataType: rdtString, value: `port ${port}` }) ?? 1
      );
    },
  };
  const harness = createHarness({ authentication: [extension(module)] });
  const requests = Array.from({ length: 100 }, (_, port) =>
    harness.nps.handle(
      harness.received(1, { "User-Name": "alice", "User-Password": "wonderland", "NAS-Port": port }),
    ),
  );
  expect(waiting).toHaveLength(100);
  for (const resume of waiting.reverse()) resume();
  const answers = await Promise.all(requests);
  answers.forEach((answer, port) => {
    expect(new TextDecoder().decode(answer?.attributes[0]?.value)).toBe(`port ${port}`);
  });
});

it("NPS-88 passwords, keys and State show nowhere: traces, lines, inspection, JSON", async () => {
  let seen: RadiusAttributes = [];
  const { extension } = callLog();
  const harness = createHarness({
    authentication: [
      extension({ RadiusExtensionProcess: (attributes) => ((seen = attributes), 0) }),
      extension({
        RadiusExtensionProcess2: (ecb) =>
          ecb.getRequest().add(radiusAttribute(ratClearTextPassword, "hunter2-clear")),
      }),
    ],
  });
  const { trace } = await harness.access({ "User-Password": "hunter2-guess", State: "hunter2-state" });
  const texts = [
    JSON.stringify(trace),
    traceLine(trace),
    traceNarrative(trace),
    inspect(trace, { depth: 9 }),
    inspect(seen, { depth: 9, showHidden: true }),
    JSON.stringify(seen),
    inspect(harness.log.events, { depth: 9 }),
  ];
  for (const text of texts) expect(text).not.toMatch(/hunter2/);
  for (const text of texts) expect(text).not.toContain(Buffer.from("hunter2").toString("hex"));
  expect(traceNarrative(trace)).toContain("User-Password = ***");
});

it("a trace as a narrative tells the request, each stage, and the answer with its reason", async () => {
  const { extension } = callLog();
  const harness = createHarness({
    authentication: [extension({ RadiusExtensionProcess: () => 0 }, "./office-hours.ts")],
  });
  const { trace } = await harness.access({ "User-Password": "wrong" });
  const narrative = traceNarrative(trace).replace(/\d+\.\d ms/g, "0.0 ms");
  expect(narrative).toMatchInlineSnapshot(`
    "Request #1: Access-Request (identifier 0) from client lab, 192.0.2.7:4001, at 2026-01-02T03:04:05.000Z
        User-Name = alice
        User-Password = ***

        0.0 ms  Connection request policies  matched (policy "Use local authentication for all users", provider "authenticate here")
        0.0 ms  Authentication extensions    Continue (extension "./office-hours.ts", form 1)
        0.0 ms  Authentication               refused (problem "wrong-password", method "PAP")
        0.0 ms  Network policies             skipped: not an Access-Accept
        0.0 ms  Accounting log               recorded

    Answer: Access-Reject after 0.0 ms. reason 16: Authentication failed: unknown user name or wrong password."
  `);
  expect(traceLine(trace).replace(/\d+\.\d ms/g, "0.0 ms")).toMatchInlineSnapshot(
    `"#1 Access-Reject  alice@lab 192.0.2.7:4001  reason 16: Authentication failed: unknown user name or wrong password.  0.0 ms"`,
  );
});
