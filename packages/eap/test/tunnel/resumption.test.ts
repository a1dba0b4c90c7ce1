import { createMemorySessionStore, type TlsProtocol } from "@sallyport/tls-engine";
import { describe, expect, it } from "vitest";
import {
  type EapProvider,
  findAuthAttribute,
  genericTokenCard,
  msChapV2,
  peap,
  raatFastRoamedSession,
  raatFilterId,
  textAttribute,
  ttls,
} from "../../src/index.ts";
import { PasswordBook } from "../methods/password-book.ts";
import {
  client,
  hexKeys,
  login,
  peapCredentials,
  provider,
  type TunnelRun,
  ttlsCredentials,
} from "./tunnel-bench.ts";

const versions: readonly TlsProtocol[] = ["TLSv1.2", "TLSv1.3"];
const roamed = ({ authenticator }: TunnelRun) =>
  findAuthAttribute(authenticator?.attributes ?? [], raatFastRoamedSession)?.value;

describe.each(versions)("resumption over %s", (maxVersion) => {
  function pairs() {
    const asked: string[] = [];
    const watched: EapProvider = {
      authenticate: (request) => {
        asked.push(`authenticate ${request.identity}`);
        return provider.authenticate(request);
      },
      authorize: ({ identity }) => {
        asked.push(`authorize ${identity}`);
        return { result: 0, attributes: [textAttribute(raatFilterId, "fresh")] };
      },
    };
    const methods = [genericTokenCard()];
    return {
      asked,
      peap: {
        authenticator: peap({
          server: { credentials: peapCredentials({ maxVersion }), provider: watched },
          methods,
        }),
        peer: peap({ client, methods }),
      },
      ttls: {
        authenticator: ttls({ server: { credentials: ttlsCredentials({ maxVersion }), provider: watched } }),
        peer: ttls({ client: { ...client, protocol: "pap" } }),
      },
    };
  }

  it.each(["peap", "ttls"] as const)(
    "%s: the inner identity stays with the session, and policy is asked anew",
    async (name) => {
      const { asked, ...both } = pairs();
      const first = await login(both[name]);
      expect([first.authenticator?.result, first.peer?.result, roamed(first)]).toEqual([0, 0, 0]);
      // Without the password: nobody is asked for it.
      const second = await login({ ...both[name], password: null });
      expect([second.authenticator?.result, second.peer?.result, roamed(second)]).toEqual([0, 0, 1]);
      expect(second.authenticator?.identity).toBe("alice");
      expect(asked).toEqual(["authenticate alice", "authorize alice"]);
      const filter = findAuthAttribute(second.authenticator?.attributes ?? [], raatFilterId)?.value;
      expect(new TextDecoder().decode(filter as Uint8Array)).toBe("fresh");
      expect(hexKeys(second.peer)).toEqual(hexKeys(second.authenticator).reverse());
      expect(hexKeys(second.peer)).not.toEqual(hexKeys(first.peer));
      expect(second.packets.length).toBeLessThanOrEqual(first.packets.length);
    },
  );

  it.each(["peap", "ttls"] as const)("%s: who lost the permission meanwhile is refused", async (name) => {
    let allowed = 0;
    const strict: EapProvider = { ...provider, authorize: () => ({ result: allowed, attributes: [] }) };
    const methods = [genericTokenCard()];
    const both =
      name === "peap"
        ? {
            authenticator: peap({
              server: { credentials: peapCredentials({ maxVersion }), provider: strict },
              methods,
            }),
            peer: peap({ client, methods }),
          }
        : {
            authenticator: ttls({
              server: { credentials: ttlsCredentials({ maxVersion }), provider: strict },
            }),
            peer: ttls({ client: { ...client, protocol: "pap" } }),
          };
    expect((await login(both)).authenticator?.result).toBe(0);
    allowed = 649;
    const refused = await login(both);
    expect([refused.authenticator?.result, refused.authenticator?.identity]).toEqual([649, "alice"]);
    expect(refused.peer?.result).not.toBe(0);
  });

  it.each(["peap", "ttls"] as const)(
    "%s: a session whose inner authentication failed admits nobody",
    async (name) => {
      const kept = new Set<string>();
      let ever = 0;
      const memory = createMemorySessionStore({ now: () => 0 });
      const store = {
        get: (key: string) => memory.get(key),
        set: (key: string, value: Uint8Array, seconds: number) => {
          ever += 1;
          kept.add(key);
          memory.set(key, value, seconds);
        },
        delete: (key: string) => {
          kept.delete(key);
          memory.delete(key);
        },
      };
      // The server keeps the session itself from the handshake on; in TLS 1.3 the client does.
      const carrier = maxVersion === "TLSv1.2" ? ("ids" as const) : ("tickets" as const);
      const settings = { maxVersion, resumption: { store, carrier } };
      const methods = [genericTokenCard()];
      const authenticator =
        name === "peap"
          ? peap({ server: { credentials: peapCredentials(settings), provider }, methods })
          : ttls({ server: { credentials: ttlsCredentials(settings), provider } });
      const peer =
        name === "peap" ? peap({ client, methods }) : ttls({ client: { ...client, protocol: "pap" } });
      const failed = await login({ authenticator, peer, password: "queen of hearts" });
      expect(failed.authenticator?.result).toBe(691);
      expect([...kept]).toEqual([]);
      expect(ever).toBe(maxVersion === "TLSv1.2" ? 1 : 0);
      const again = await login({ authenticator, peer, password: "queen of hearts" });
      expect(again.authenticator?.result).toBe(691);
    },
  );

  it("a session of TLS that outlived its store is none: the inner method runs again", async () => {
    const store = createMemorySessionStore({ now: () => 0 });
    const forgetful = { get: () => undefined, set: store.set.bind(store), delete: store.delete.bind(store) };
    const accounts = new PasswordBook({ alice: "wonderland" });
    const methods = [msChapV2({ accounts, retries: 0 })];
    const both = {
      authenticator: peap({
        server: { credentials: peapCredentials({ maxVersion, resumption: { store: forgetful } }) },
        methods,
      }),
      peer: peap({ client, methods }),
    };
    for (const round of [1, 2]) {
      const run = await login(both);
      expect([run.authenticator?.result, run.peer?.result, roamed(run)]).toEqual([0, 0, 0]);
      expect(accounts.seen).toHaveLength(round);
      expect(hexKeys(run.peer)).toEqual(hexKeys(run.authenticator).reverse());
    }
  });

  it("users who share an outer identity do not share a session", async () => {
    const accounts = new PasswordBook({ alice: "wonderland", bob: "builder" });
    const methods = [msChapV2({ accounts, retries: 0 })];
    let who = "alice";
    const authenticator = peap({ server: { credentials: peapCredentials({ maxVersion }) }, methods });
    const peer = peap({ client: { ...client, innerIdentity: () => who }, methods });
    expect((await login({ authenticator, peer })).authenticator?.identity).toBe("alice");
    who = "bob";
    const run = await login({ authenticator, peer, password: "builder" });
    expect([run.authenticator?.identity, run.authenticator?.result]).toEqual(["bob", 0]);
    expect(accounts.seen).toEqual(["alice as alice", "bob as bob"]);
  });
});
