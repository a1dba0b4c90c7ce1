import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "@sallyport/errors/messages";
import { expect, it } from "vitest";
import { resultOfPage } from "../src/browser.ts";
import { codeBlocks, root } from "../src/markdown.ts";
import { describeWithPeers } from "../src/peers.ts";
import { run } from "../src/run.ts";
import { temporaryFolder } from "../src/temporary-folder.ts";

const home = join(root, "packages/errors");
const { exports } = JSON.parse(readFileSync(join(home, "package.json"), "utf8")) as {
  readonly exports: Readonly<Record<string, string>>;
};
const entries = Object.keys(exports).filter((key) => key !== "./package.json");

/** Every entry, as a page imports it that has nothing of Node; then what a reader of logs would do with them. */
const program = `
const post = (result) => fetch("/result", { method: "POST", body: JSON.stringify(result) });
try {
  const names = {};
  for (const entry of ${JSON.stringify(entries)}) {
    names[entry] = Object.keys(await import("@sallyport/errors" + entry.slice(1))).length;
  }
  const { WindowsError, useSymbols } = await import("@sallyport/errors");
  const { ERROR_PORT_DISCONNECTED } = await import("@sallyport/errors/ras");
  const { describeExitCode, loadLookup, lookup } = await import("@sallyport/errors/lookup");
  const { reasonText } = await import("@sallyport/errors/nps");
  const error = new WindowsError({ ERROR_PORT_DISCONNECTED }, { space: "ras" });
  const codes = await loadLookup();
  useSymbols(codes.symbolOf);
  await post({
    names,
    node: [typeof process, typeof Buffer, typeof require],
    agent: navigator.userAgent,
    error: JSON.parse(JSON.stringify(error)),
    is: WindowsError.is(error, 619, "ras"),
    named: new WindowsError(-2146893048, { space: "hresult" }).message,
    found: (await lookup("0x80090308")).matches.map(({ symbol, hasOwnText }) => [symbol, hasOwnText]),
    line: codes.annotate("Status: 0xC000006D"),
    exit: await describeExitCode(3221225477),
    reason: reasonText(48),
  });
} catch (error) {
  await post({ failed: String(error && error.stack || error) });
}`;

/** The package as it is published, built anew. */
async function buildPackage(): Promise<ReadonlyMap<string, string>> {
  const folder = temporaryFolder();
  const built = await run(join(home, "node_modules/.bin/tsup"), ["--out-dir", folder], { cwd: home });
  expect(built).toMatchObject({ status: 0, stderr: "" });
  const scripts = readdirSync(folder).filter((name) => name.endsWith(".js"));
  return new Map(scripts.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

describeWithPeers(["chromium"], "error codes in a browser", () => {
  it("the page in the README tells what the code means", async () => {
    const [block] = codeBlocks("packages/errors/README.md").filter(({ language }) => language === "html");
    const report = `<script type="module">
      const post = () => fetch("/result", { method: "POST", body: JSON.stringify(document.body.textContent) });
      new MutationObserver(post).observe(document.body, { childList: true });
    </script>`;
    const files = new Map([["/", `<!doctype html><body>${report}${block?.content}</body>`]]);
    for (const [name, content] of await buildPackage()) {
      files.set(`/node_modules/@sallyport/errors/dist/${name}`, content);
    }
    const said = await resultOfPage(files, temporaryFolder());
    expect(said).toBe(messageOf(0x80090308, "hresult")?.message);
  });

  it("every entry of the built package works in a page: nothing in it asks for Node", async () => {
    const scripts = await buildPackage();
    const imports = Object.fromEntries(
      entries.map((entry) => [
        `@sallyport/errors${entry.slice(1)}`,
        `/${(exports[entry] ?? "").replace(/^\.\/src\/(.*)\.ts$/, "$1.js")}`,
      ]),
    );
    const page = `<!doctype html><script type="importmap">${JSON.stringify({ imports })}</script><script type="module">${program}</script>`;
    const files = new Map([
      ["/", page],
      ...Array.from(scripts, ([name, content]) => [`/${name}`, content] as const),
    ]);

    const result = (await resultOfPage(files, temporaryFolder())) as {
      names: Record<string, number>;
      agent: string;
    };
    expect(result).toMatchObject({
      node: ["undefined", "undefined", "undefined"],
      error: {
        name: "WindowsError",
        code: 619,
        space: "ras",
        symbol: "ERROR_PORT_DISCONNECTED",
        message: "ERROR_PORT_DISCONNECTED (619)",
      },
      is: true,
      named: "SEC_E_INVALID_TOKEN (0x80090308)",
      found: [["SEC_E_INVALID_TOKEN", true]],
      line: "Status: 0xC000006D  [0xC000006D = STATUS_LOGON_FAILURE]",
      exit: expect.stringMatching(/^0xC0000005 STATUS_ACCESS_VIOLATION: /),
      reason: "No network policy matched the request.",
    });
    expect(result.agent).toContain("Chrome");
    for (const entry of entries) expect(result.names[entry], entry).toBeGreaterThan(0);
    expect(result.names["./win32"]).toBe(2801);
  });
});
