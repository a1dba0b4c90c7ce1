import { createRadiusClient, type RadiusClient } from "@sallyport/radius/node";
import type { SettingsInput } from "@sallyport/server";
import { describe, expect, it, onTestFinished } from "vitest";
import { describeWithPeers } from "../src/peers.ts";
import { radclient } from "../src/radclient.ts";
import { type Sallyport, startSallyport } from "../src/sallyport.ts";
import { lastTrace, lastTraces } from "../src/traces.ts";

/** After the right password a code is asked for; the file stands in both lists. */
const oneTimeCode = `
import { type RadiusExtensionControlBlock, attributeText, radiusAttribute, ratReplyMessage, ratState, ratUserPassword,
  rcAccessAccept, rcAccessChallenge, rcAccessReject, rcAccessRequest, repAuthentication } from "@sallyport/nps";

export function RadiusExtensionProcess2(ecb: RadiusExtensionControlBlock): number {
  if (ecb.requestType !== rcAccessRequest) return 0;
  const answered = ecb.answeredChallenge;
  if (ecb.point === repAuthentication) return answered === undefined ? 0 : decide(ecb, answered.data as string);
  return answered === undefined && ecb.responseType === rcAccessAccept ? challenge(ecb) : 0;
}

function challenge(ecb: RadiusExtensionControlBlock): number {
  const response = ecb.getResponse(rcAccessChallenge);
  response?.add(radiusAttribute(ratState, ecb.issueState("123456")));
  response?.add(radiusAttribute(ratReplyMessage, "Code, please"));
  return ecb.setResponseType(rcAccessChallenge);
}

function decide(ecb: RadiusExtensionControlBlock, code: string): number {
  const given = ecb.getRequest().find(ratUserPassword);
  const right = given !== undefined && attributeText(given) === code;
  return ecb.setResponseType(right ? rcAccessAccept : rcAccessReject);
}
`;

const settings: SettingsInput = {
  radius: {
    auth: "127.0.0.1:0",
    acct: "127.0.0.1:0",
    clients: [
      { name: "first", address: "127.0.0.1", secret: "testing123" },
      { name: "second", address: "127.0.0.2", secret: "testing123" },
    ],
  },
  accounts: [
    { name: "alice", password: "wonderland" },
    { name: "bob", password: "builder" },
  ],
  extensions: { authentication: ["./one-time-code.ts"], authorization: ["./one-time-code.ts"] },
};
const start = (folder?: string) =>
  startSallyport(settings, { files: { "one-time-code.ts": oneTimeCode }, ...(folder && { folder }) });

/** A client of the project; from 127.0.0.2 it is another one to the server. */
function clientOf(server: Sallyport, localAddress = "127.0.0.1"): RadiusClient {
  const client = createRadiusClient({ server: server.auth, secret: "testing123", localAddress });
  onTestFinished(() => client.close());
  return client;
}

/** The first leg: the password is right, and the State of the challenge comes back. */
async function challenged(client: RadiusClient): Promise<Uint8Array> {
  const challenge = await client.accessRequest({ "User-Name": "alice", "User-Password": "wonderland" });
  expect(challenge.codeName).toBe("Access-Challenge");
  expect(challenge.get("Reply-Message")).toBe("Code, please");
  const state = challenge.attributes.find(({ type }) => type === 24)?.value;
  if (state === undefined) throw new Error("the challenge has no State");
  return Uint8Array.from(state);
}

async function answerOf(client: RadiusClient, state: Uint8Array, code: string, user = "alice") {
  const answer = await client.accessRequest({ "User-Name": user, "User-Password": code, State: state });
  return answer.codeName;
}

/** Where State says what kind of conversation it belongs to. */
const kindOctet = 4;

function withBitFlipped(state: Uint8Array, at: number): Uint8Array {
  return state.map((octet, index) => (index === at ? octet ^ 1 : octet));
}

const refusal = (why: string) => ({
  answer: { type: "Access-Reject" },
  reason: { code: 97 },
  steps: expect.arrayContaining([
    expect.objectContaining({ stage: "Challenge", outcome: `the State is refused: ${why}` }),
  ]),
});
const acceptance = { answer: { type: "Access-Accept" }, reason: { code: 0 } };

describeWithPeers(["radclient"], "a challenge answered by radclient", () => {
  const request = (user: string, password: string, ...more: readonly string[]) => [
    `User-Name = "${user}"`,
    `User-Password = "${password}"`,
    "Message-Authenticator = 0x00",
    ...more,
  ];
  const stateOf = async (server: Sallyport): Promise<string> => {
    const challenge = await radclient(server.auth, request("alice", "wonderland"));
    expect(challenge.answer).toBe("Access-Challenge");
    expect(challenge.attributes).toContain('Reply-Message = "Code, please"');
    const state = challenge.attributes.find((attribute) => /^State = 0x[0-9a-f]{42}$/.test(attribute));
    if (state === undefined) throw new Error(`the challenge has no State:\n${challenge.stdout}`);
    return state;
  };

  it("the right code: Access-Accept; the wrong password is never asked for a code", async () => {
    const server = await start();
    const state = await stateOf(server);
    expect((await radclient(server.auth, request("alice", "123456", state))).answer).toBe("Access-Accept");
    expect((await radclient(server.auth, request("alice", "looking glass"))).answer).toBe("Access-Reject");
  });

  it("a wrong code: Access-Reject by the extension, and the State is used up", async () => {
    const server = await start();
    const state = await stateOf(server);
    expect((await radclient(server.auth, request("alice", "654321", state))).answer).toBe("Access-Reject");
    expect((await radclient(server.auth, request("alice", "123456", state))).answer).toBe("Access-Reject");
    expect(await lastTraces(server, 2)).toMatchObject([
      { answer: { type: "Access-Reject" }, reason: { code: 21 } },
      refusal("used"),
    ]);
  });

  it("a State replayed: the identical request gets the same answer, one with another code Access-Reject", async () => {
    const server = await start();
    const state = await stateOf(server);
    const ask = async (code: string) => (await radclient(server.auth, request("alice", code, state))).answer;
    expect(await ask("123456")).toBe("Access-Accept");
    expect(await ask("123456")).toBe("Access-Accept");
    expect(await ask("123457")).toBe("Access-Reject");
    const [, first, again, other] = await lastTraces(server, 4);
    expect(first?.steps).toContainEqual(expect.objectContaining({ outcome: "answers a challenge" }));
    expect(again?.steps).toEqual([expect.objectContaining({ outcome: "the same answer once more" })]);
    expect(other).toMatchObject(refusal("used"));
  });
});

describe("a challenge answered by the client of this project", () => {
  it("the right code: Access-Accept; a wrong one: Access-Reject by the extension", async () => {
    const client = clientOf(await start());
    expect(await answerOf(client, await challenged(client), "123456")).toBe("Access-Accept");
    expect(await answerOf(client, await challenged(client), "000000")).toBe("Access-Reject");
  });

  it("a used State from other identifiers: the same answer to the same request, Access-Reject to any other", async () => {
    const server = await start();
    const client = clientOf(server);
    const state = await challenged(client);
    expect(await answerOf(client, state, "000000")).toBe("Access-Reject");
    expect(await answerOf(client, state, "000000")).toBe("Access-Reject");
    expect(await answerOf(client, state, "123456")).toBe("Access-Reject");
    const [, , again, other] = await lastTraces(server, 4);
    expect(again?.steps).toEqual([expect.objectContaining({ outcome: "the same answer once more" })]);
    expect(other).toMatchObject(refusal("used"));
  });

  it("a State with any octet altered: Access-Reject, and the right one stays good", async () => {
    const server = await start();
    const client = clientOf(server);
    const state = await challenged(client);
    const positions = Array.from(state.keys()).filter((at) => at !== kindOctet);
    for (const at of positions)
      expect(await answerOf(client, withBitFlipped(state, at), "123456")).toBe("Access-Reject");
    const traces = await lastTraces(server, positions.length);
    expect(traces).toMatchObject(positions.map(() => refusal("unknown")));
    expect(await answerOf(client, state, "123456")).toBe("Access-Accept");
  });

  it("a State of another kind or length is nobody's challenge: the code is a wrong password", async () => {
    const server = await start();
    const client = clientOf(server);
    const state = await challenged(client);
    const foreign = [
      withBitFlipped(state, kindOctet),
      state.slice(0, -1),
      Uint8Array.from([...state, 0]),
      state.slice(0, 1),
    ];
    for (const other of foreign) expect(await answerOf(client, other, "123456")).toBe("Access-Reject");
    const traces = await lastTraces(server, foreign.length);
    expect(traces.map(({ reason }) => reason?.code)).toEqual([16, 16, 16, 16]);
    expect(await answerOf(client, state, "123456")).toBe("Access-Accept");
  });

  it("a State from another client: Access-Reject; the client that was challenged can still answer", async () => {
    const server = await start();
    const client = clientOf(server);
    const state = await challenged(client);
    expect(await answerOf(clientOf(server, "127.0.0.2"), state, "123456")).toBe("Access-Reject");
    const trace = await lastTrace(server);
    expect(trace.request.client).toBe("second");
    expect(trace).toMatchObject(refusal("other client"));
    expect(await answerOf(client, state, "123456")).toBe("Access-Accept");
  });

  it("a State for another user: Access-Reject; the user who was challenged can still answer", async () => {
    const server = await start();
    const client = clientOf(server);
    const state = await challenged(client);
    expect(await answerOf(client, state, "123456", "bob")).toBe("Access-Reject");
    expect(await lastTrace(server)).toMatchObject(refusal("other user"));
    expect(await answerOf(client, state, "123456", "alice")).toBe("Access-Accept");
    expect(await lastTrace(server)).toMatchObject(acceptance);
  });

  it("a State from before a restart: Access-Reject", async () => {
    const before = await start();
    const state = await challenged(clientOf(before));
    await before.stop();
    const after = await start(before.folder);
    const client = clientOf(after);
    expect(await answerOf(client, state, "123456")).toBe("Access-Reject");
    expect(await lastTrace(after)).toMatchObject(refusal("unknown"));
    expect(await answerOf(client, await challenged(client), "123456")).toBe("Access-Accept");
  });
});
