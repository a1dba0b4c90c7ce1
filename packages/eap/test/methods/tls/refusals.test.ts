import {
  CERT_E_CN_NO_MATCH,
  CERT_E_EXPIRED,
  CERT_E_UNTRUSTEDROOT,
  CERT_E_WRONG_USAGE,
  CRYPT_E_NO_REVOCATION_CHECK,
  CRYPT_E_REVOKED,
} from "@sallyport/errors/hresult";
import { ERROR_NO_EAPTLS_CERTIFICATE } from "@sallyport/errors/ras";
import { type TlsAlertName, tlsAlerts } from "@sallyport/tls-engine";
import { describe, expect, it } from "vitest";
import { eapTls } from "../../../src/methods/tls/eap-tls.ts";
import type { TlsRefusalReason } from "../../../src/methods/tls-core/tls-refusal.ts";
import { converse } from "../conversation.ts";
import { engine, identityOf, ocsp, pem, serverEndpoint, tlsPair } from "./fixtures.ts";

const crl = { revocationLists: [pem("authority.crl")] };

describe.each(["TLSv1.2", "TLSv1.3"] as const)("EAP-TLS with %s", (protocol) => {
  const noCertificate: TlsAlertName = protocol === "TLSv1.2" ? "handshake_failure" : "certificate_required";
  const cases: [who: string, client: string | undefined, TlsRefusalReason, TlsAlertName, code: number][] = [
    ["nobody", undefined, "no-certificate", noCertificate, ERROR_NO_EAPTLS_CERTIFICATE],
    ["an expired certificate", "client-expired", "expired", "certificate_expired", CERT_E_EXPIRED],
    ["a revoked one", "client-revoked", "revoked", "certificate_revoked", CRYPT_E_REVOKED],
    ["one of a stranger", "client-other", "untrusted", "unknown_ca", CERT_E_UNTRUSTEDROOT],
    ["one for servers", "client-server-use", "wrong-usage", "unsupported_certificate", CERT_E_WRONG_USAGE],
  ];

  it.each(cases)(
    "EAP-43 the server refuses %s with an alert, then Failure",
    async (_who, client, reason, alert, code) => {
      const pair = tlsPair({
        protocol,
        server: crl,
        client: { identity: client === undefined ? undefined : identityOf(client) },
      });
      const run = await converse(pair);
      expect(run.authenticator?.did, run.trace.join("\n")).toBe(`SendAndDone ${code}`);
      expect(run.peer?.did).toBe("Done 691");
      expect(pair.refusals.server).toMatchObject([{ reason, alert, code }]);
      expect(pair.refusals.client).toMatchObject([{ reason: "alert", alert: tlsAlerts[alert] }]);
      expect(pair.asked).toEqual([]);
    },
  );

  it("EAP-43 the host refuses: access_denied, and its code", async () => {
    const pair = tlsPair({ protocol, authorise: () => Promise.resolve({ kind: "refused", code: 647 }) });
    const run = await converse(pair);
    expect(run.authenticator?.did).toBe("SendAndDone 647");
    expect(run.peer?.did).toBe("Done 691");
    expect(pair.refusals.server).toMatchObject([{ reason: "not-authorised", code: 647 }]);
    expect(pair.refusals.client).toMatchObject([{ reason: "alert", alert: 49 }]);
  });

  it("a session that is resumed is refused when the account has been disabled since", async () => {
    let disabled = false;
    const pair = tlsPair({
      protocol,
      endpoint: serverEndpoint(),
      authorise: () => (disabled ? { kind: "refused", code: 647 } : { kind: "admitted" }),
    });
    await converse(pair);
    disabled = true;
    const run = await converse(pair);
    expect(run.authenticator?.did).toBe("SendAndDone 647");
    expect(pair.asked[1]?.connection.resumed).toBe(true);
    expect(pair.refusals.client).toMatchObject([{ reason: "alert", alert: 49 }]);
    // A ticket that has led to a refusal is not tried again.
    disabled = false;
    const after = await converse(pair);
    expect(after.authenticator?.did).toBe("SendAndDone 0");
    expect(pair.asked[2]?.connection.resumed).toBe(false);
  });

  const servers: [what: string, settings: object, TlsRefusalReason, TlsAlertName, code: number][] = [
    [
      "another name",
      { serverNames: ["evil.example"] },
      "name-mismatch",
      "bad_certificate",
      CERT_E_CN_NO_MATCH,
    ],
    [
      "an authority that it does not know",
      { trustedAuthorities: [pem("other-authority")] },
      "untrusted",
      "unknown_ca",
      CERT_E_UNTRUSTEDROOT,
    ],
  ];
  it.each(servers)("the peer refuses a server with %s", async (_what, client, reason, alert, code) => {
    const pair = tlsPair({ protocol, client });
    const run = await converse(pair);
    expect(run.authenticator?.did, run.trace.join("\n")).toBe("SendAndDone 691");
    expect(run.peer?.did).toBe(`Done ${code}`);
    expect(pair.refusals.client).toMatchObject([{ reason, alert, code }]);
    expect(pair.refusals.server).toMatchObject([{ reason: "alert", alert: tlsAlerts[alert] }]);
  });

  const stapled: [what: string, response: Uint8Array, TlsRefusalReason, TlsAlertName, code: number][] = [
    ["says that it is revoked", ocsp("server.revoked"), "revoked", "certificate_revoked", CRYPT_E_REVOKED],
    [
      "is out of date",
      ocsp("server.stale"),
      "revocation-unknown",
      "bad_certificate_status_response",
      CRYPT_E_NO_REVOCATION_CHECK,
    ],
  ];
  it.each(stapled)(
    "RFC 6066 section 8: the peer refuses a server whose OCSP response %s, and is not resumed",
    async (_what, response, reason, alert, code) => {
      const pair = tlsPair({ protocol, endpoint: serverEndpoint({ ocspResponse: response }) });
      for (const _again of [1, 2]) {
        const run = await converse(pair);
        expect(run.peer?.did).toBe(`Done ${code}`);
        expect(pair.refusals.client.at(-1)).toMatchObject({ reason, alert, code });
        expect(pair.refusals.server.at(-1)).toMatchObject({ reason: "alert", alert: tlsAlerts[alert] });
      }
      expect(pair.asked.filter(({ connection }) => connection.resumed)).toEqual([]);
    },
  );

  it("any of several names of a server will do, and none is needed where the peer says so", async () => {
    for (const client of [
      { serverNames: ["radius1.example", "radius2.example"] },
      { serverNames: [], acceptAnyServerName: true },
      { serverNames: [], trustedAuthorities: [], acceptAnyServer: true },
    ]) {
      const run = await converse(tlsPair({ protocol, client }));
      expect(run.peer?.did).toBe("Done 0");
    }
  });

  it("a peer without certificate may be admitted where the host says so", async () => {
    const pair = tlsPair({ protocol, client: { identity: undefined }, requireCertificate: false });
    const run = await converse(pair);
    expect(run.authenticator?.did).toBe("SendAndDone 0");
    expect(run.peer?.did).toBe("Done 0");
    expect(pair.asked[0]?.certificates).toEqual([]);
    // One that is there must be good all the same.
    const other = tlsPair({
      protocol,
      client: { identity: identityOf("client-other") },
      requireCertificate: false,
    });
    expect((await converse(other)).authenticator?.did).toBe(`SendAndDone ${CERT_E_UNTRUSTEDROOT}`);
  });

  it("a session of one credential set is no session of another", async () => {
    const endpoints = [serverEndpoint(), serverEndpoint({ identity: identityOf("server-rsa") })];
    const pair = tlsPair({ protocol });
    for (const endpoint of endpoints) {
      const { authenticator, asked } = tlsPair({ protocol, endpoint });
      const run = await converse({ authenticator, peer: pair.peer });
      expect(run.peer?.did).toBe("Done 0");
      expect(asked[0]?.connection.resumed).toBe(false);
    }
  });
});

it("versions without one in common end with protocol_version", async () => {
  const pair = tlsPair({ protocol: "TLSv1.2", server: { minVersion: "TLSv1.3" } });
  const run = await converse(pair);
  expect(run.authenticator?.did, run.trace.join("\n")).toBe("SendAndDone 691");
  expect(run.peer?.did).toBe("Done 691");
  expect(pair.refusals.server).toMatchObject([{ reason: "handshake", alert: tlsAlerts.protocol_version }]);
  expect(pair.refusals.client).toMatchObject([{ reason: "alert", alert: tlsAlerts.protocol_version }]);
});

it("a peer that would trust anybody unasked is not made", () => {
  const identity = identityOf("client");
  expect(() => eapTls({ client: { engine, identity, serverNames: ["radius.example"] } })).toThrow(
    "trustedAuthorities is missing, or acceptAnyServer",
  );
  expect(() => eapTls({ client: { engine, identity, trustedAuthorities: [pem("authority")] } })).toThrow(
    "serverNames is missing, or acceptAnyServerName",
  );
  expect(() => eapTls({ fragmentBytes: 99 })).toThrow(RangeError);
});

it("EAP-87 a role that has no options is not supported", () => {
  const { authenticator, peer } = tlsPair();
  expect(authenticator.rolesSupported).toBe(1);
  expect(peer.rolesSupported).toBe(2);
  expect(eapTls({}).rolesSupported).toBe(0);
});
