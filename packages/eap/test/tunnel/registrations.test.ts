import { silentLog } from "@sallyport/runtime";
import { describe, expect, it } from "vitest";
import {
  type EapMethodRegistration,
  genericTokenCard,
  openEapMethods,
  peap,
  RAS_EAP_ROLE_AUTHENTICATEE,
  RAS_EAP_ROLE_AUTHENTICATOR,
  RAS_EAP_ROLE_EXCLUDE_IN_PEAP,
  ttls,
} from "../../src/index.ts";
import { client, login, peapCredentials, provider, ttlsCredentials } from "./tunnel-bench.ts";

/** An inner method that tells when it is initialized. */
function watched(calls: string[]): EapMethodRegistration {
  const inner = genericTokenCard();
  return {
    ...inner,
    module: {
      RasEapGetInfo(type, info) {
        const status = inner.module.RasEapGetInfo(type, info);
        info.initialize = (initialize) => {
          calls.push(`Initialize(${initialize})`);
          return 0;
        };
        return status;
      },
    },
  };
}

describe("tunnel methods as registrations", () => {
  it("EAP-04 inner methods are initialized and closed with the outer one, once for several hosts", async () => {
    const calls: string[] = [];
    const method = peap({ server: { credentials: peapCredentials(), provider }, methods: [watched(calls)] });
    const first = await openEapMethods([method], { log: silentLog });
    const second = await openEapMethods([method], { log: silentLog });
    expect(calls).toEqual(["Initialize(true)"]);
    await first.close();
    expect(calls).toEqual(["Initialize(true)"]);
    const peer = peap({ client, methods: [genericTokenCard()] });
    expect((await login({ authenticator: method, peer })).authenticator?.result).toBe(0);
    await second.close();
    expect(calls).toEqual(["Initialize(true)", "Initialize(false)"]);
  });

  it("EAP-02 an inner type that is registered twice makes the tunnel unavailable", async () => {
    const methods = [genericTokenCard(), genericTokenCard()];
    const method = peap({ server: { credentials: peapCredentials() }, methods });
    expect((await openEapMethods([method], { log: silentLog })).methods).toEqual([]);
  });

  it("EAP-87 the roles are those that have credentials, and never inside another tunnel", () => {
    const roles = [
      peap({ server: { credentials: peapCredentials() } }),
      peap({ client }),
      ttls({ server: { credentials: ttlsCredentials() }, client }),
    ].map(({ rolesSupported }) => rolesSupported);
    expect(roles).toEqual([
      RAS_EAP_ROLE_AUTHENTICATOR | RAS_EAP_ROLE_EXCLUDE_IN_PEAP,
      RAS_EAP_ROLE_AUTHENTICATEE | RAS_EAP_ROLE_EXCLUDE_IN_PEAP,
      RAS_EAP_ROLE_AUTHENTICATOR | RAS_EAP_ROLE_AUTHENTICATEE | RAS_EAP_ROLE_EXCLUDE_IN_PEAP,
    ]);
  });

  it("EAP-85 both yield session keys", () => {
    expect(peap({ client }).mppeEncryptionSupported).toBe(true);
    expect(ttls({ client }).mppeEncryptionSupported).toBe(true);
  });

  it("options that make no sense are refused at once", () => {
    const server = { credentials: ttlsCredentials() };
    expect(() => ttls({ server: { ...server, protocols: [] } })).toThrow(RangeError);
    expect(() => ttls({ server, maxInnerRounds: 0 })).toThrow(RangeError);
    expect(() => peap({ client, maxInnerRounds: 1_001 })).toThrow(RangeError);
    for (const fragmentBytes of [99, 65_001, 1.5]) {
      expect(() => peap({ client, fragmentBytes })).toThrow(RangeError);
      expect(() => ttls({ client, fragmentBytes })).toThrow(RangeError);
    }
  });
});
