import { execFile } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { BenchError } from "./bench-error.ts";
import { type Measurement, parseMeasurement } from "./measurement.ts";
import type { Scope } from "./scope.ts";

const execute = promisify(execFile);
const source = fileURLToPath(new URL("./generator/radload.c", import.meta.url));

/** The C compiler; CC names another one. */
export const compiler: string = process.env["CC"] || "cc";

/** As many source ports and outstanding requests as a handful of busy access servers have together. */
export const sourcePorts = 4;
export const outstanding = 128;

export interface Load {
  /** The server's port on loopback. */
  readonly port: number;
  /** The server's process, whose CPU time and memory are read. */
  readonly pid?: number;
  /** Default 1; with a count, which ends the run by itself, 10: a busy machine may stand still for a second. */
  readonly seconds?: number;
  /** Send this many requests, or lead this many logins, then stop. */
  readonly count?: number;
  /** At most so many requests a second; without it as many as the server answers. */
  readonly rate?: number;
  /** After how long a request counts as lost, in milliseconds. Default 1000. */
  readonly timeout?: number;
  /** What to send and to expect, as arguments of the generator. */
  readonly request?: readonly string[];
}

/** The load generator, compiled for this machine. */
export class LoadGenerator {
  readonly #program: string;
  readonly #scope: Scope;

  private constructor(program: string, scope: Scope) {
    this.#program = program;
    this.#scope = scope;
  }

  /** @throws {BenchError} where there is no Linux, no C compiler, or one that refuses */
  static async compile(scope: Scope, folder: string): Promise<LoadGenerator> {
    if (process.platform !== "linux") {
      throw new BenchError(
        `the benchmark needs Linux (sendmmsg, /proc), and this is ${process.platform}`,
        "run it in a container or a virtual machine",
      );
    }
    const program = join(folder, "radload");
    try {
      await execute(compiler, ["-O3", "-o", program, source, "-lm"], {
        signal: scope.signal,
        timeout: 60_000,
      });
    } catch (cause) {
      scope.signal.throwIfAborted();
      const { code, stderr } = cause as { code?: unknown; stderr?: string };
      throw code === "ENOENT"
        ? new BenchError(
            `there is no C compiler: ${compiler} is not on the PATH`,
            "apt-get install gcc libc6-dev, or name one in CC",
            cause,
          )
        : new BenchError(
            `${compiler} does not compile the load generator:\n${stderr ?? String(cause)}`,
            "the C library's headers may be missing: apt-get install libc6-dev",
            cause,
          );
    }
    return new LoadGenerator(program, scope);
  }

  async run(load: Load): Promise<Measurement> {
    const { seconds = load.count === undefined ? 1 : 10, timeout = 1_000 } = load;
    const args = [
      ["--port", load.port],
      ["--source-ports", sourcePorts],
      ["--outstanding", outstanding],
      ["--seconds", seconds],
      ["--timeout-ms", timeout],
      load.pid === undefined ? [] : ["--server", load.pid],
      load.count === undefined ? [] : ["--count", load.count],
      load.rate === undefined ? [] : ["--rate", load.rate],
      load.request ?? [],
    ];
    const { stdout } = await execute(this.#program, args.flat().map(String), {
      signal: this.#scope.signal,
      killSignal: "SIGKILL",
      timeout: Math.ceil(1_000 * seconds) + 2 * timeout + 10_000,
    });
    return parseMeasurement(stdout);
  }

  /** Starts the answering side of the same program: an empty, rightly signed reply to whatever comes. */
  async startAnswering(): Promise<{ readonly port: number; readonly pid: number }> {
    const { pid, stdout } = await this.#scope.start(this.#program, ["--mode", "answer"]);
    const [line] = await once(stdout, "data", { signal: this.#scope.signal });
    return { pid, port: Number(/^ready (\d+)/.exec(String(line))?.[1]) };
  }
}
