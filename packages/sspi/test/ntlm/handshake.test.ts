import { expect, it } from "vitest";
import { SEC_E_OK, SEC_I_CONTINUE_NEEDED } from "../../src/index.ts";
import { bench, shakeHands } from "./ntlm-harness.ts";

it("NTLM-06 three legs: CONTINUE, CONTINUE, OK with a token, OK without; nobody is mutually authenticated", async () => {
  const { client, server } = await bench().open({
    initiate: { request: ["mutualAuthentication", "integrity"] },
  });
  const first = await client.step();
  const second = await server.step(first.token);
  const third = await client.step(second.token);
  const fourth = await server.step(third.token);
  expect([first, second, third, fourth].map(({ status }) => status)).toEqual([
    SEC_I_CONTINUE_NEEDED,
    SEC_I_CONTINUE_NEEDED,
    SEC_E_OK,
    SEC_E_OK,
  ]);
  expect([first, second, third, fourth].map(({ token }) => token.length > 0)).toEqual([
    true,
    true,
    true,
    false,
  ]);
  expect(client.features).toEqual(["replayDetection", "sequenceDetection", "integrity"]);
  expect(server.features).toEqual(client.features);
});

it("NTLM-42 messages are sealed in both directions, each with its own stream and numbers", async () => {
  const { client, server } = await shakeHands(
    await bench().open({ initiate: { request: ["confidentiality"] } }),
  );
  const text = new TextEncoder().encode("hello");
  for (let number = 0; number < 6; number += 1) {
    const wrapped = client.wrap(text);
    expect(wrapped[12]).toBe(number);
    expect(server.unwrap(wrapped)).toEqual({ data: text, encrypted: true, extra: 0 });
    server.verify(client.sign(text), text); // uses up a number too
    number += 1;
  }
  for (let number = 0; number < 6; number += 1) {
    expect(client.unwrap(server.wrap(text)).data).toEqual(text);
  }
});
