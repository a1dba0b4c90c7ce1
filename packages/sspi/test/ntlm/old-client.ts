import { ntHash } from "@sallyport/crypto";
import { responseKey, responseProof } from "../../src/packages/ntlm/response-keys.ts";
import { decodeAvPairs, findAvPair } from "../../src/packages/ntlm/wire/av-pairs.ts";
import { decodeChallengeMessage } from "../../src/packages/ntlm/wire/challenge-message.ts";
import { encodeNtlmv2Response } from "../../src/packages/ntlm/wire/ntlmv2-response.ts";
import { newMessage, writeField, writeUint32 } from "../../src/packages/ntlm/wire/payload.ts";
import { encodeUtf16 } from "../../src/packages/ntlm/wire/text.ts";

/** What curl --ntlm sends: NTLMv2, the payload at 64, no Flags pair. */
export function responseWithoutMic(
  challenge: Uint8Array,
  changes: {
    readonly time?: Uint8Array;
    readonly flags?: number;
    readonly user?: string;
    readonly text?: (word: string) => Uint8Array;
    readonly bindings?: Uint8Array;
  } = {},
): Uint8Array {
  const { user = "alice", text = encodeUtf16, flags = 0x00888205 } = changes;
  const { serverChallenge, targetInfo = new Uint8Array(4) } = decodeChallengeMessage(challenge);
  const pairs = decodeAvPairs(targetInfo);
  if (changes.bindings !== undefined) pairs.push({ id: 10, value: changes.bindings });
  const time = changes.time ?? findAvPair(pairs, 7) ?? new Uint8Array(8);
  const ntResponse = encodeNtlmv2Response(time, new Uint8Array(8).fill(3), pairs);
  const key = responseKey(ntHash("alicepw"), user, "TESTDOM");
  ntResponse.set(responseProof(key, serverChallenge, ntResponse.subarray(16)).proof);
  const names = [text("TESTDOM"), text(user)] as const;
  const message = newMessage(3, 64 + ntResponse.length + names[0].length + names[1].length);
  let next = writeField(message, 20, 64, ntResponse);
  next = writeField(message, 28, next, names[0]);
  writeField(message, 36, next, names[1]);
  writeUint32(message, 60, flags);
  return message;
}
