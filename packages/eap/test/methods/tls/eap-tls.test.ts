import { describe, expect, it } from "vitest";
import { findAuthAttribute } from "../../../src/contract/auth-attribute.ts";
import { raatSessionId, raatUserName } from "../../../src/contract/auth-attribute-types.ts";
import { findMppeKeys } from "../../../src/contract/mppe-key-attributes.ts";
import { attributeText, type Conversation, converse, hex } from "../conversation.ts";
import { serverEndpoint, tlsPair } from "./fixtures.ts";

describe.each(["TLSv1.2", "TLSv1.3"] as const)("EAP-TLS with %s", (protocol) => {
  it("EAP-84 both sides prove who they are, and have the same keys, named from their own view", async () => {
    const pair = tlsPair({ protocol });
    const run = await converse(pair);

    expect(run.authenticator?.did, run.trace.join("\n")).toBe("SendAndDone 0");
    expect(run.peer?.did).toBe("Done 0");
    expect(attributeText(run.authenticator, raatUserName)).toBe("EXAMPLE\\alice");
    expectSameKeys(run);
    expect(pair.asked).toHaveLength(1);
    expect(pair.asked[0]).toMatchObject({ identity: "alice", connection: { protocol, resumed: false } });
    expect(pair.asked[0]?.certificates[0]?.subject).toBe("O=Sallyport tests\nCN=alice");
  });

  it("resumes, and asks again who it is", async () => {
    const pair = tlsPair({ protocol, endpoint: serverEndpoint() });
    await converse(pair);
    const run = await converse(pair);

    expect(run.authenticator?.did, run.trace.join("\n")).toBe("SendAndDone 0");
    expect(run.peer?.did).toBe("Done 0");
    expectSameKeys(run);
    expect(pair.asked.map(({ connection }) => connection.resumed)).toEqual([false, true]);
    expect(pair.asked[1]?.certificates[0]?.subject).toBe("O=Sallyport tests\nCN=alice");
  });

  it.each([100, 255, 1000, 1400])("goes in fragments of %i octets", async (fragmentBytes) => {
    const run = await converse({ ...tlsPair({ protocol, fragmentBytes }), rounds: 100 });
    expect(run.peer?.did, run.trace.join("\n")).toBe("Done 0");
    expectSameKeys(run);
  });
});

function expectSameKeys(run: Conversation): void {
  const server = findMppeKeys(run.authenticator?.attributes ?? []);
  const client = findMppeKeys(run.peer?.attributes ?? []);
  expect(hex(server?.send ?? new Uint8Array(0))).toMatch(/^[0-9a-f]{64}$/);
  expect(server).toEqual({ send: client?.receive, receive: client?.send });
  const sessionId = findAuthAttribute(run.authenticator?.attributes ?? [], raatSessionId)?.value;
  expect(sessionId).toHaveLength(65);
  expect(sessionId).toEqual(findAuthAttribute(run.peer?.attributes ?? [], raatSessionId)?.value);
}
