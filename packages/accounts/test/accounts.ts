import { type Account, type AccountSettings, settingsAccounts } from "../src/index.ts";

export const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

export const hex = (octets: Uint8Array): string => Buffer.from(octets).toString("hex");

export const fromHex = (digits: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(Buffer.from(digits, "hex"));

/** Alice, whose password is "wonderland" unless told otherwise. */
export function alice(settings: Partial<AccountSettings> = {}): Account {
  const password = settings.passwordHash === undefined ? "wonderland" : undefined;
  const found = settingsAccounts([{ name: "alice", password, ...settings }]).find({
    domain: "",
    name: "alice",
  });
  if (found === undefined) throw new Error("the account is missing");
  return found;
}

/** Alice, of whose password only the NT hash is kept. */
export const aliceByNtHash: Account = alice({ passwordHash: "nt:3e057cd123205aa168af5f121716b335" });

/** Alice, of whose password only a scrypt hash is kept. It is one of "wonderland", and cheap. */
export const aliceByScrypt: Account = alice({
  passwordHash: "$scrypt$ln=4,r=1,p=1$7QtfcKRiKziinrC1Lkhbow$RMnYjhA2thz2LCMcieRxRWbL+JTEvr0A7wQHykLXOY8",
});

/** The same bytes with one bit changed. */
export function withBitFlipped(octets: Uint8Array, bit: number): Uint8Array<ArrayBuffer> {
  const flipped = Uint8Array.from(octets);
  const at = (bit >> 3) % flipped.length;
  flipped[at] = (flipped[at] as number) ^ (1 << (bit & 7));
  return flipped;
}
