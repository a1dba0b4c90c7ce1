import type { RequestTraceJson } from "@sallyport/nps";
import { expect, it } from "vitest";
import { type KeyKind, makeLaboratory } from "../src/laboratory.ts";
import { describeWithPeers } from "../src/peers.ts";
import { markdownTable, readmeTable } from "../src/readme-table.ts";
import { type Sallyport, startSallyport } from "../src/sallyport.ts";
import { type SupplicantOptions, supplicant, type TlsMethod, tlsMethods } from "../src/supplicant.ts";
import { lastTraces } from "../src/traces.ts";
import { twoAtATime } from "../src/two-at-a-time.ts";

const versions = ["1.2", "1.3"] as const;
const keyKinds: readonly KeyKind[] = ["rsa", "p256"];
const fragmentSizes = [100, 500, 1_000, 1_400] as const;

/** What was found, by method and column. */
const cells = new Map<string, string>();
const cell = (method: TlsMethod, column: string, found: string): void =>
  void cells.set(`${method} ${column}`, found);

/** The last trace of each station. */
async function tracesByStation(server: Sallyport): Promise<Map<string, RequestTraceJson>> {
  const traces = await lastTraces(server, 1_000);
  return new Map(
    traces.map((trace) => [
      trace.request.attributes.find(({ name }) => name === "Calling-Station-Id")?.text.toLowerCase() ?? "",
      trace,
    ]),
  );
}

function station(index: number): string {
  return `02:00:00:00:${[index >> 8, index & 255].map((octet) => octet.toString(16).padStart(2, "0")).join(":")}`;
}

function traceOf(traces: ReadonlyMap<string, RequestTraceJson>, index: number): RequestTraceJson | undefined {
  return traces.get(station(index).replaceAll(":", "-"));
}

/** The end of what a program said. */
function lastLines(output = "it did not run"): string {
  return output.trimEnd().split("\n").slice(-6).join("\n");
}

const innerOf = (method: TlsMethod): string | undefined => method.split("/")[1];

describeWithPeers(["eapol_test"], "the supplicant of wpa_supplicant", () => {
  it.each(keyKinds)(
    "every method, TLS 1.2 and 1.3, %s keys, and again",
    async (keyKind) => {
      const laboratory = await makeLaboratory(keyKind);
      const server = await startSallyport(laboratory.settings(tlsMethods));
      const cases = tlsMethods.flatMap((method) => versions.map((version) => ({ method, version })));
      const results = await twoAtATime(cases, (one, index) =>
        supplicant(server.auth, laboratory, { ...one, again: 1, station: station(index) }),
      );
      const traces = await tracesByStation(server);
      const found = cases.map(({ method, version }, index) => {
        const result = results[index];
        const trace = traceOf(traces, index);
        const { inner, details = {} } = trace?.eap ?? {};
        const resumed = details["resumed"] ?? "not told";
        cell(method, `${version} ${keyKind}`, "yes");
        if (keyKind === "p256") cell(method, `again ${version}`, resumed);
        return {
          method,
          version,
          keys: result?.success === true ? result.keysMatch : lastLines(result?.output),
          answer: trace?.answer?.type,
          account: trace?.account,
          inner,
          tls: details["TLS version"],
          resumed,
        };
      });
      expect(found).toEqual(
        cases.map(({ method, version }) => ({
          method,
          version,
          keys: 2,
          answer: "Access-Accept",
          account: "LAB\\alice",
          inner: innerOf(method),
          tls: `TLSv${version}`,
          resumed: "yes",
        })),
      );
    },
    120_000,
  );

  it("fragments of every size, from both sides", async () => {
    const laboratory = await makeLaboratory("rsa");
    const server = await startSallyport(laboratory.settings(tlsMethods, { fragmentSize: 100 }));
    const cases = tlsMethods.flatMap((method) => {
      const sizes = method === "peap/tls" ? fragmentSizes.slice(1) : fragmentSizes;
      return sizes.map((fragmentSize) => ({ method, fragmentSize }));
    });
    const results = await twoAtATime(cases, (one) => supplicant(server.auth, laboratory, one));
    const found = cases.map(({ method, fragmentSize }, index) => {
      const { success, keysMatch, output } = results[index] ?? {};
      cell(method, "fragments", "yes");
      return { method, fragmentSize, keys: success === true ? keysMatch : lastLines(output) };
    });
    expect(found).toEqual(cases.map((one) => ({ ...one, keys: 1 })));
  }, 120_000);

  it("refusals: passwords, certificates, names; the reason that the administrator reads", async () => {
    const laboratory = await makeLaboratory("p256");
    const server = await startSallyport(laboratory.settings(tlsMethods));
    const password = "queen of hearts";
    const withPasswords = tlsMethods.filter((method) => method !== "tls" && method !== "peap/tls");
    const cases: readonly (readonly [string, SupplicantOptions, number, RegExp?])[] = [
      ...withPasswords.map((method) => [`wrong password, ${method}`, { method, password }, 16] as const),
      ...versions.flatMap((version) => [
        [
          `expired certificate, TLS ${version}`,
          { method: "tls", version, certificate: "expired" },
          268,
        ] as const,
        [
          `certificate of tomorrow, TLS ${version}`,
          { method: "tls", version, certificate: "early" },
          268,
        ] as const,
        [
          `revoked certificate, TLS ${version}`,
          { method: "tls", version, certificate: "revoked" },
          256,
        ] as const,
        [
          `another authority's certificate, TLS ${version}`,
          { method: "tls", version, certificate: "stranger" },
          295,
        ] as const,
        [
          `a server's certificate, TLS ${version}`,
          { method: "tls", version, certificate: "server-purpose" },
          283,
        ] as const,
        [
          `a certificate of nobody's account, TLS ${version}`,
          { method: "tls", version, certificate: "nobody" },
          298,
        ] as const,
      ]),
      ["revoked certificate inside of PEAP", { method: "peap/tls", certificate: "revoked" }, 256],
      ["no certificate, TLS 1.2", { method: "tls", certificate: null }, 22],
      ...(["tls", "peap/mschapv2", "ttls/pap"] as const).flatMap((method) =>
        versions.flatMap((version) => [
          [
            `the supplicant trusts another authority, ${method}, TLS ${version}`,
            { method, version, authority: "stranger-ca.pem" },
            23,
            /unknown_ca|UNKNOWN_CA/,
          ] as const,
          [
            `the supplicant expects another name, ${method}, TLS ${version}`,
            { method, version, serverName: "other.lab.example" },
            23,
            /the peer refuses|ALERT/,
          ] as const,
        ]),
      ),
    ];
    const results = await twoAtATime(cases, ([, options], index) =>
      supplicant(server.auth, laboratory, { ...options, station: station(index) }),
    );
    const traces = await tracesByStation(server);
    const found = cases.map(([title, , , words], index) => {
      const { success, output } = results[index] ?? {};
      const trace = traceOf(traces, index);
      const failure = trace?.eap?.details?.["TLS failed"] ?? "";
      return {
        title,
        refused: success === false || lastLines(output),
        reason: trace?.reason?.code,
        failure: words === undefined || words.test(failure) || failure,
      };
    });
    expect(found).toEqual(
      cases.map(([title, , reason]) => ({ title, refused: true, reason, failure: true })),
    );
    const rows = cases.map(([title], index) => {
      const { reason } = traceOf(traces, index) ?? {};
      return [title, `${reason?.code}: ${reason?.text}`];
    });
    for (const method of withPasswords) cell(method, "wrong password", "refused");
    const table = markdownTable(["What", "Reason"], rows);
    expect(readmeTable("refusals", table)).toBe(table);
  }, 120_000);

  it("the table of the README is what was found", () => {
    const columns = [
      ...keyKinds.flatMap((keyKind) => versions.map((version) => `${version} ${keyKind}`)),
      "fragments",
      ...versions.map((version) => `again ${version}`),
      "wrong password",
    ];
    const table = markdownTable(
      [
        "Method",
        ...columns.map((column) => column.replace(/^1/, "TLS 1").replace("again 1", "again, TLS 1")),
      ],
      tlsMethods.map((method) => [
        method,
        ...columns.map((column) => cells.get(`${method} ${column}`) ?? ""),
      ]),
    );
    expect(readmeTable("supplicant", table)).toBe(table);
  });
});
