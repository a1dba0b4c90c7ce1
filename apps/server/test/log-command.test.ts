import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it, vi } from "vitest";
import { createProgram } from "../src/program.ts";

const program = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "sallyport-log-command-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command in this process; what it writes is caught. */
async function sallyport(args: readonly string[]): Promise<Ran> {
  const written = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((stream) =>
    vi.spyOn(process[stream], "write").mockImplementation((text, ...rest: unknown[]) => {
      written[stream] += String(text).replaceAll(`${folder}/`, "");
      for (const done of rest) if (typeof done === "function") done();
      return true;
    }),
  );
  try {
    await createProgram().parseAsync(["node", "sallyport", "log", ...args]);
    return { status: Number(process.exitCode), ...written };
  } finally {
    process.exitCode = undefined;
    for (const spy of spies) spy.mockRestore();
  }
}

function fileOf(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

const dts = (user: string, packet: number, reason: number, hour = "15"): string =>
  `<Event><Timestamp data_type="4">05/19/2026 ${hour}:36:50.977</Timestamp><Computer-Name data_type="1">NPS1</Computer-Name><SAM-Account-Name data_type="1">CORP\\${user}</SAM-Account-Name><Packet-Type data_type="0">${packet}</Packet-Type><Reason-Code data_type="0">${reason}</Reason-Code></Event>\r\n`;
const ias = (user: string): string => `10.0.0.1,${user},05/19/2026,16:00:00,IAS,NPS1,4136,4,40,1,44,5F3A\r\n`;

describe("sallyport log", () => {
  const mixed = fileOf(
    "IN2605.log",
    dts("alice", 2, 0) + dts("bob", 3, 16) + ias("alice") + dts("eve", 3, 48, "17"),
  );

  it("NPS-92 prints a line for each row of a mixed file, with the reason in words", async () => {
    const { status, stdout, stderr } = await sallyport([mixed]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const lines = stdout.trimEnd().split("\n");
    expect(lines).toHaveLength(4);
    expect(lines[1]).toMatch(/^2026-05-19T15:36:50\.977 {2}Access-Reject +CORP\\bob {2}reason 16: \w+/);
    expect(lines[2]).toContain("Accounting-Request  alice  Start session 5F3A");
  });

  it("--where, --from and --to choose rows; --json gives them whole", async () => {
    const byUser = await sallyport([mixed, "--where", "user=alice", "--json"]);
    expect(
      byUser.stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      { user: "CORP\\alice", packetTypeName: "Access-Accept", format: "dts" },
      { user: "alice", packetTypeName: "Accounting-Request", attributes: { "Acct-Session-Id": "5F3A" } },
    ]);
    const others = await sallyport([
      mixed,
      "--where",
      "user!=alice",
      "--where",
      "packet=reject",
      "--to",
      "2026-05-19 17:00",
    ]);
    expect(others.stdout).toMatch(/^[^\n]*bob[^\n]*\n$/);
    expect((await sallyport([mixed, "--from", "2026-05-19 17:00"])).stdout).toMatch(/^[^\n]*eve[^\n]*\n$/);
  });

  it("--summary counts over all files, with a chart; --summary --json as figures", async () => {
    const { stdout } = await sallyport([mixed, mixed, "--summary"]);
    expect(stdout).toContain("8 rows from 2026-05-19 15:36 to 2026-05-19 17:36");
    expect(stdout).toMatch(/reason 48 {2}2 {2}No network policy matched/);
    expect(stdout).toMatch(/│[ ▁-█]+\n/);
    const figures = JSON.parse((await sallyport([mixed, "--summary", "--json"])).stdout);
    expect(figures).toMatchObject({ rows: 4, accepts: 1, rejects: 2 });
  });

  it("reads standard input, and stops when nobody reads on", { timeout: 60_000 }, async () => {
    const child = spawn(process.execPath, [program, "log", "-"], { stdio: ["pipe", "pipe", "inherit"] });
    child.stdin.on("error", () => {});
    child.stdin.end(ias("carol").repeat(50_000));
    const [first] = await once(child.stdout, "data");
    child.stdout.destroy();
    expect(String(first)).toContain("carol");
    expect(await once(child, "exit")).toEqual([0, null]);
  });

  it("tells lines that are no rows, with their place, and goes on", async () => {
    const file = fileOf("cut.log", `${dts("alice", 2, 0)}nonsense\n${dts("bob", 3, 16).slice(0, 90)}`);
    const { status, stdout, stderr } = await sallyport([file]);
    expect(status).toBe(0);
    expect(stdout.trimEnd().split("\n")).toHaveLength(1);
    expect(stderr).toContain("cut.log:2: this is no record of an NPS log");
    expect(stderr).toContain("cut.log:3: the record is cut off");
  });

  it("a binary file is named as no log, and costs nothing but its own place", async () => {
    const binary = fileOf(
      "binary.log",
      Uint8Array.from({ length: 50_000 }, (_, index) => (index * 7919) >>> 3),
    );
    const alone = await sallyport([binary]);
    expect(alone).toMatchObject({ status: 1, stdout: "" });
    expect(alone.stderr).toMatch(/^binary\.log is no log of NPS: none of its \d+ lines can be read\n$/);
    const both = await sallyport([binary, mixed]);
    expect(both.status).toBe(0);
    expect(both.stdout.trimEnd().split("\n")).toHaveLength(4);
  });

  it("dates of another culture are told with the option that reads them", async () => {
    const file = fileOf(
      "culture.log",
      ias("alice").replace("05/19", "19/05") + ias("bob").replace("05/19", "03/04"),
    );
    expect((await sallyport([file])).stderr).toContain("add --dates day-first");
    const { stdout, stderr } = await sallyport([file, "--dates", "day-first"]);
    expect(stderr).toBe("");
    expect(stdout.split("\n").map((line) => line.slice(0, 10))).toEqual(["2026-05-19", "2026-04-03", ""]);
  });

  it.each([
    [[join(folder, "nowhere.log")], "nowhere.log does not exist"],
    [[folder], "is a folder"],
    [[mixed, "--where", "usr=alice"], "did you mean user?"],
    [[mixed, "--where", "Reason-Cod=16"], "did you mean Reason-Code?"],
    [[mixed, "--where", "alice"], "write for example --where user=alice"],
    [[mixed, "--from", "yesterday"], "--from yesterday is no time"],
    [[mixed, "--encoding", "klingon"], "klingon is no encoding"],
  ])("a mistake in %j is told in plain words", async (args, told) => {
    const { status, stdout, stderr } = await sallyport(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(told);
    expect(stderr).not.toContain("    at ");
  });
});
