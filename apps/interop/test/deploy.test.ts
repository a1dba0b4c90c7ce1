import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { describeWithPeers } from "../src/peers.ts";
import { run } from "../src/run.ts";

const deploy = fileURLToPath(new URL("../../server/deploy", import.meta.url));

describeWithPeers(["systemd-analyze"], "the systemd unit", () => {
  it("is one that systemd accepts without a remark", async () => {
    const { status, stdout, stderr } = await run("systemd-analyze", [
      "verify",
      `${deploy}/sallyport.service`,
    ]);
    expect(`${stdout}${stderr}`).toBe("");
    expect(status).toBe(0);
  });

  it("leaves the server little that it could do to the machine", async () => {
    const { stdout } = await run("systemd-analyze", [
      "security",
      "--offline=true",
      "--threshold=25",
      `${deploy}/sallyport.service`,
    ]);
    expect(stdout).toMatch(/Overall exposure level for sallyport\.service: [0-2]\.\d/);
  });

  it("starts what the package installs", () => {
    const unit = readFileSync(`${deploy}/sallyport.service`, "utf8");
    const { publishConfig } = JSON.parse(readFileSync(`${deploy}/../package.json`, "utf8")) as {
      publishConfig: { bin: Record<string, string> };
    };
    const [command = ""] = Object.keys(publishConfig.bin);
    expect(unit).toContain(`ExecStart=/usr/bin/env ${command} start --config`);
    const image = readFileSync(`${deploy}/Dockerfile`, "utf8");
    expect(image).toContain(
      `/node_modules/@sallyport/server/${publishConfig.bin[command]?.replace("./", "")}`,
    );
  });
});
