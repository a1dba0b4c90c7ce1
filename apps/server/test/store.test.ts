import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Secret } from "@sallyport/crypto";
import { type AccountingRecord, AttributeList } from "@sallyport/nps";
import {
  type AttributeInput,
  attributesFromNames,
  decodeRadiusPacket,
  encodeRadiusPacket,
} from "@sallyport/radius";
import { expect, it, onTestFinished } from "vitest";
import { readAccounting, Store, storeFile } from "../src/store/store.ts";

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "sallyport-store-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function record(input: AttributeInput): AccountingRecord {
  const packet = decodeRadiusPacket(
    encodeRadiusPacket({
      code: 4,
      identifier: 0,
      authenticator: new Uint8Array(16),
      attributes: attributesFromNames(input),
    }),
  );
  const client = { name: "lab", address: "192.0.2.7", secret: new Secret("s") };
  const attributes = AttributeList.ofPacket(packet, (hidden) => hidden);
  return {
    packetType: 4,
    receivedAt: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
    received: {
      packet,
      client,
      source: { address: "192.0.2.7", port: 9 },
      receivedAt: 0,
      port: "accounting",
    },
    uniqueId: 1,
    attributes,
    request: attributes,
    authenticationType: undefined,
    reason: 0,
    connectionRequestPolicy: undefined,
    networkPolicy: undefined,
    eap: undefined,
  };
}

it("a record is readable, with every attribute by name, as soon as its promise has resolved", async () => {
  const path = folder();
  const store = Store.open(path, { fsync: false });
  await store.write(
    record({
      "Acct-Status-Type": "Stop",
      "Acct-Session-Id": "5F3A",
      "User-Name": "alice",
      Class: ["a", "b"],
      "Acct-Session-Time": 60,
    }),
  );
  expect(readAccounting(path, { limit: 5 })).toEqual([
    {
      id: 1,
      receivedAt: "2026-01-02T03:04:05.678Z",
      client: "lab",
      source: "192.0.2.7:9",
      status: "Stop",
      session: "5F3A",
      user: "alice",
      attributes: expect.objectContaining({
        "Acct-Status-Type": "Stop",
        "Acct-Session-Time": "60",
        Class: [expect.any(String), expect.any(String)],
      }),
    },
  ]);
  store.close();
});

it("records of one turn are written together, in order; the newest are read, and those of one session", async () => {
  const path = folder();
  const store = Store.open(path, { fsync: true });
  const sessions = Array.from({ length: 50 }, (_, index) => `s${index}`);
  await Promise.all(
    sessions.map((session) =>
      store.write(record({ "Acct-Status-Type": "Start", "Acct-Session-Id": session })),
    ),
  );
  expect(readAccounting(path, { limit: 2 }).map(({ session }) => session)).toEqual(["s48", "s49"]);
  expect(readAccounting(path, { limit: 9, session: "s7" }).map(({ id }) => id)).toEqual([8]);
  store.close();
});

it("records that were waiting when the store is closed are written", async () => {
  const path = folder();
  const store = Store.open(path, { fsync: false });
  const written = store.write(record({ "Acct-Status-Type": "Start" }));
  store.close();
  await written;
  expect(readAccounting(path, { limit: 5 })).toHaveLength(1);
});

it("a record that cannot be written rejects its promise, and the store works on", async () => {
  const path = folder();
  const store = Store.open(path, { fsync: false });
  const broken = { ...record({ "Acct-Status-Type": "Start" }), receivedAt: Number.NaN };
  await expect(store.write(broken)).rejects.toThrowError(RangeError);
  await store.write(record({ "Acct-Status-Type": "Stop" }));
  expect(readAccounting(path, { limit: 5 }).map(({ status }) => status)).toEqual(["Stop"]);
  store.close();
});

it("who was seen to send Message-Authenticator is remembered over a restart", () => {
  const path = folder();
  const first = Store.open(path, { fsync: false });
  first.seenMessageAuthenticator.add("lab");
  first.seenMessageAuthenticator.add("lab");
  first.close();
  const second = Store.open(path, { fsync: false });
  expect([second.seenMessageAuthenticator.has("lab"), second.seenMessageAuthenticator.has("other")]).toEqual([
    true,
    false,
  ]);
  second.close();
});

it("the state folder is made for its owner alone, and one that cannot be made is an error", () => {
  const path = join(folder(), "new", "state");
  Store.open(path, { fsync: false }).close();
  expect(statSync(path).mode & 0o777).toBe(0o700);
  expect(statSync(storeFile(path)).mode & 0o077).toBe(0);
  const occupied = join(folder(), "file");
  writeFileSync(occupied, "");
  expect(() => Store.open(join(occupied, "state"), { fsync: false })).toThrowError(/ENOTDIR/);
});
