import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { BenchError } from "../bench-error.ts";
import { compiler } from "../load-generator.ts";
import type { Scope } from "../scope.ts";
import type { NtlmCost } from "./measure.ts";

const execute = promisify(execFile);
const source = fileURLToPath(new URL("./gss-ntlmssp.c", import.meta.url));

/** Microseconds of CPU time that gss-ntlmssp takes. */
export type GssCost = Pick<NtlmCost, "accept" | "seal64" | "seal1024" | "seal65536">;

/** gss-ntlmssp behind MIT's GSS-API, both sides in one process. */
export class GssPeer {
  readonly #program: string;
  readonly #users: string;
  readonly #scope: Scope;

  private constructor(program: string, users: string, scope: Scope) {
    this.#program = program;
    this.#users = users;
    this.#scope = scope;
  }

  /** @throws {BenchError} where there is no C compiler, or no GSS-API to compile against */
  static async compile(scope: Scope, folder: string): Promise<GssPeer> {
    const program = join(folder, "gss-ntlmssp");
    const users = join(folder, "users");
    writeFileSync(users, "TESTDOM:alice:alicepw\n", { mode: 0o600 });
    try {
      await execute(compiler, ["-O2", "-o", program, source, "-lgssapi_krb5"], {
        signal: scope.signal,
        timeout: 60_000,
      });
    } catch (cause) {
      scope.signal.throwIfAborted();
      throw new BenchError(
        `${compiler} does not compile the GSS-API program: ${(cause as { stderr?: string }).stderr ?? String(cause)}`,
        "apt-get install gcc libc6-dev libkrb5-dev gss-ntlmssp",
        cause,
      );
    }
    return new GssPeer(program, users, scope);
  }

  /** @throws {BenchError} where gss-ntlmssp is not installed, or refuses */
  async run(seconds: number): Promise<GssCost> {
    try {
      const { stdout } = await execute(this.#program, [String(seconds)], {
        env: { ...process.env, NTLM_USER_FILE: this.#users },
        signal: this.#scope.signal,
        timeout: Math.ceil(20_000 * seconds) + 10_000,
      });
      return JSON.parse(stdout) as GssCost;
    } catch (cause) {
      this.#scope.signal.throwIfAborted();
      throw new BenchError(
        `gss-ntlmssp does not run: ${(cause as { stderr?: string }).stderr ?? String(cause)}`,
        "apt-get install gss-ntlmssp",
        cause,
      );
    }
  }
}
