import type { Environment } from "../src/environment.ts";
import type { Measurement } from "../src/measurement.ts";
import { type Results, type Row, rowOf } from "../src/report/results.ts";

/** A clean run, with what a test wants otherwise. */
export function measurement(differences: Partial<Measurement> = {}): Measurement {
  return {
    sent: 100,
    ok: 100,
    wrongCode: 0,
    forged: 0,
    broken: 0,
    lost: 0,
    stray: 0,
    withSignature: 100,
    packets: 100,
    seconds: 1,
    rps: 100,
    p50: 1_000,
    p99: 2_000,
    generatorCpu: 2,
    serverCpu: 20,
    rss: 80,
    problem: "",
    firstReply: new Uint8Array(),
    ...differences,
  };
}

/** Rounds of which only the CPU time and the rate differ. */
export function rounds(...figures: readonly (readonly [cpu: number, rps: number])[]): {
  kind: "served";
  rounds: Measurement[];
} {
  return { kind: "served", rounds: figures.map(([serverCpu, rps]) => measurement({ serverCpu, rps })) };
}

/** PAP: half the CPU time, twice the rate. */
export const papRow: Row = rowOf(
  { name: "pap-ma", title: "PAP", pledge: { cpu: 0.85, rps: 1 } },
  {
    FreeRADIUS: rounds([20, 50_000], [24, 40_000], [22, 44_000]),
    Sallyport: rounds([10, 100_000], [12, 80_000], [11, 88_000]),
  },
);

/** CHAP: only FreeRADIUS has figures. */
export const chapRow: Row = rowOf(
  { name: "chap", title: "CHAP" },
  { FreeRADIUS: rounds([30, 30_000]), Sallyport: { kind: "not served", reason: "no answer" } },
);

export const environment: Environment = {
  cpu: "Fast & Quiet <CPU>",
  cores: 2,
  memoryGiB: 8,
  kernel: "6.1.0",
  node: "24.21.0",
  sallyport: "1.2.3",
  freeRadius: "3.2.1",
  compiler: "cc 12.2.0",
  fileSystem: "ext4",
  load: 0.1,
};

export function resultsWith(...rows: readonly Row[]): Results {
  return {
    startedAt: "2026-11-21T10:11:12.000Z",
    rounds: 3,
    seconds: 2,
    sourcePorts: 4,
    outstanding: 128,
    environment,
    ceiling: { rps: 500_000, generatorCpu: 1.9, responderCpu: 1.8 },
    rows,
  };
}
