import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWithPeers } from "../src/peers.ts";

const docs = fileURLToPath(new URL("../../docs", import.meta.url));
const built = join(docs, ".vitepress/dist");
const types: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".svg": "image/svg+xml",
};

describeWithPeers(["chromium"], "the documentation site, in a browser", () => {
  let browser: Browser;
  let server: Server;
  let site: string;

  beforeAll(async () => {
    if (!existsSync(join(built, "index.html"))) {
      execFileSync(process.execPath, ["src/main.ts", "--build"], { cwd: docs, stdio: "ignore" });
    }
    server = createServer((request, response) => {
      const file = fileOf(new URL(request.url ?? "/", "http://site").pathname);
      if (file === undefined) response.writeHead(404).end();
      else
        response
          .writeHead(200, { "content-type": types[extname(file)] ?? "text/plain" })
          .end(readFileSync(file));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    // As root, Chromium refuses to run with its sandbox.
    browser = await chromium.launch({ executablePath: executable(), args: ["--no-sandbox"] });
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  it.each([
    { width: 1280, colorScheme: "light" },
    { width: 1280, colorScheme: "dark" },
    { width: 390, colorScheme: "light" },
    { width: 390, colorScheme: "dark" },
  ] as const)(
    "fits $width pixels in $colorScheme, and draws every picture",
    async ({ width, colorScheme }) => {
      const { page, complaints } = await open({ width, colorScheme });
      for (const path of [
        "/",
        "/guides/",
        "/guides/nps-extension",
        "/windows-names",
        "/packages/",
        "/packages/nps",
        "/api/nps",
        "/pictures",
      ]) {
        await page.goto(site + path, { waitUntil: "networkidle" });
        expect(await page.locator("h1").first().isVisible(), path).toBe(true);
        const excess = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth");
        expect(excess, `${path} is wider than the window`).toBeLessThanOrEqual(0);
      }
      await page.waitForFunction("document.querySelectorAll('.diagram svg').length >= 3");
      const cut = await page.evaluate(
        "[...document.querySelectorAll('.diagram:not(.wide)')].filter((box) => box.scrollWidth > box.clientWidth + 1).length",
      );
      expect(cut, "pictures of which a part is hidden").toBe(0);
      expect(complaints).toEqual([]);
      await page.context().close();
    },
  );

  it("finds RasSecurityDialogEnd, and goes there", async () => {
    const { page, complaints } = await open({ width: 1280, colorScheme: "light" });
    await page.goto(site, { waitUntil: "networkidle" });
    await page.getByRole("button", { name: "Search" }).first().click();
    await page.locator(".search-input").fill("RasSecurityDialogEnd");
    const first = page.locator(".result").first();
    await first.waitFor();
    expect(await first.textContent()).toContain("RasSecurityDialogEnd");
    await first.click();
    await page.waitForFunction("document.body.innerText.includes('RasSecurityDialogEnd')");
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("leads from a package to its reference, and back", async () => {
    const { page, complaints } = await open({ width: 1280, colorScheme: "light" });
    await page.goto(`${site}/packages/sspi`, { waitUntil: "networkidle" });
    await page.locator(".vp-doc").getByRole("link", { name: "@sallyport/sspi/http" }).first().click();
    await page.waitForURL("**/api/sspi/http");
    await page.getByRole("heading", { name: "@sallyport/sspi/http" }).waitFor();
    await page.locator(".vp-doc").getByRole("link", { name: "@sallyport/sspi", exact: true }).first().click();
    await page.waitForURL("**/packages/sspi");
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  async function open(how: { readonly width: number; readonly colorScheme: "light" | "dark" }): Promise<{
    readonly page: Page;
    readonly complaints: string[];
  }> {
    const context = await browser.newContext({
      viewport: { width: how.width, height: 900 },
      colorScheme: how.colorScheme,
    });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("pageerror", ({ message }) => complaints.push(message));
    page.on("response", (response) => {
      if (response.status() >= 400 && !response.url().endsWith("/favicon.ico"))
        complaints.push(response.url());
    });
    return { page, complaints };
  }
});

/** The built file behind an address, with or without its extension. */
function fileOf(path: string): string | undefined {
  const named = join(built, decodeURIComponent(path.endsWith("/") ? `${path}index.html` : path));
  return [named, `${named}.html`].find((file) => existsSync(file) && statSync(file).isFile());
}

function executable(): string {
  return execFileSync("sh", ["-c", "command -v chromium"], { encoding: "utf8" }).trim();
}
