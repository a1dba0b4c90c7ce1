import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** What a page is made of: files by path, `/` among them. */
export type PageFiles = ReadonlyMap<string, string>;

const types: Readonly<Record<string, string>> = { js: "text/javascript", html: "text/html" };

/**
 * Opens a page in Chromium without a window and resolves to what the page posts to `/result`. Browser and server are
 * gone when it has. The page is served from loopback, so that modules load as they do on the web.
 */
export async function resultOfPage(files: PageFiles, profile: string): Promise<unknown> {
  let post: (result: unknown) => void = () => {};
  const posted = new Promise<unknown>((resolve) => {
    post = resolve;
  });
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    if (request.method === "POST" && path === "/result") {
      let body = "";
      request.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      request.on("end", () => {
        response.end();
        post(JSON.parse(body));
      });
      return;
    }
    const content = files.get(path);
    if (content === undefined) {
      response.writeHead(404).end();
      return;
    }
    const extension = path === "/" ? "html" : path.slice(path.lastIndexOf(".") + 1);
    response
      .writeHead(200, { "content-type": `${types[extension] ?? "text/plain"}; charset=utf-8` })
      .end(content);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const browser = spawn(
    "chromium",
    [
      "--headless",
      "--no-sandbox", // it refuses to run as root with one
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--disable-background-networking",
      "--no-first-run",
      `--user-data-dir=${profile}`,
      `http://127.0.0.1:${port}/`,
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  let said = "";
  browser.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const ended = once(browser, "close");
  try {
    return await Promise.race([
      posted,
      ended.then(([status]) => {
        throw new Error(`chromium ended (${String(status)}) before the page answered: ${said}`);
      }),
    ]);
  } finally {
    browser.kill("SIGTERM");
    await ended;
    server.closeAllConnections();
    server.close();
  }
}
