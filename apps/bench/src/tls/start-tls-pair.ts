import type { LoadGenerator } from "../load-generator.ts";
import type { Scope } from "../scope.ts";
import type { BenchServer, ServerName } from "../servers/bench-server.ts";
import { startFreeRadius } from "../servers/freeradius.ts";
import { type SallyportServer, startSallyport } from "../servers/sallyport.ts";
import type { TlsCase, TlsVersion } from "./tls-cases.ts";
import type { TlsLaboratory } from "./tls-laboratory.ts";

/** Both servers with the same certificates, one method and one version of TLS. */
export async function startTlsPair(
  scope: Scope,
  generator: LoadGenerator,
  options: {
    readonly test: TlsCase;
    readonly version: TlsVersion;
    readonly laboratory: TlsLaboratory;
    readonly workers: number | undefined;
  },
): Promise<Readonly<Record<ServerName, BenchServer>>> {
  const { test, version, laboratory, workers } = options;
  const FreeRADIUS = await startFreeRadius(scope, generator, {
    method: test.method,
    version,
    certificate: laboratory.file("server.pem"),
    key: laboratory.file("server.key"),
    authority: laboratory.file("ca.pem"),
  });
  return { FreeRADIUS, Sallyport: await startTlsSallyport(scope, { ...options, workers }) };
}

/** Our server alone. */
export function startTlsSallyport(
  scope: Scope,
  options: {
    readonly test: TlsCase;
    readonly version: TlsVersion;
    readonly laboratory: TlsLaboratory;
    readonly workers: number | undefined;
    /** Arguments of Node. */
    readonly node?: readonly string[];
    readonly sessions?: number;
  },
): Promise<SallyportServer> {
  const { test, version, laboratory, workers, node = [], sessions } = options;
  const name = { tls: "tls", peap: "peap/mschapv2", ttls: "ttls/pap" }[test.method];
  return startSallyport(scope, {
    node,
    tls: {
      defaultDomain: "LAB",
      authentication: { msChap: true },
      eap: {
        methods: [name],
        ...(sessions !== undefined && { conversations: sessions }),
        tls: {
          certificate: laboratory.file("server.pem"),
          key: laboratory.file("server.key"),
          clientAuthorities: [laboratory.file("ca.pem")],
          minVersion: version,
          maxVersion: version,
          ...(workers !== undefined && { workers }),
          ...(sessions !== undefined && { sessions }),
        },
      },
    },
  });
}
