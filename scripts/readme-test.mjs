// The first example of a README, as somebody pastes it into an empty project that has the package and nothing else.
import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { environment } from "./workspace.mjs";

/** The port of the examples; a server that runs on this machine may have it. */
const examplePort = "1812";
const timeLimitMs = 60_000;

/**
 * Runs the first TypeScript block of a README, after the `openssl` commands above it. An example that asks a RADIUS
 * server gets the one of the next block that listens. Resolves to undefined where there is no example.
 * @param {string} readme
 * @param {string} project the folder in which the package is installed
 * @param {string} node
 * @returns {Promise<{ code: number, output: string, errors: string } | undefined>}
 */
export async function firstExample(readme, project, node) {
  const blocks = [...readme.matchAll(/^```(ts|sh)\b.*\n([\s\S]*?)^```$/gm)].map(
    ([, language, content = ""]) => ({
      language,
      content,
    }),
  );
  const first = blocks.findIndex(({ language }) => language === "ts");
  const example = blocks[first]?.content;
  if (example === undefined) return undefined;
  const commands = blocks
    .slice(0, first)
    .flatMap(({ content }) => content.split("\n"))
    .filter((line) => line.startsWith("openssl "));
  for (const command of commands) {
    const [program = "", ...args] = command.split(" ");
    await ending(start(program, args, project));
  }
  if (!example.includes(`:${examplePort}"`)) return ending(start(node, [save("example", example)], project));

  const port = String(await freePort());
  const server = blocks.slice(first + 1).find(({ content }) => content.includes(`port: ${examplePort}`));
  const serving = start(node, [save("server", server?.content ?? "", port)], project);
  const ended = await ending(start(node, [save("example", example, port)], project));
  serving.kill();
  return ended;

  /** A module whatever the project's package.json says. */
  function save(/** @type {string} */ name, /** @type {string} */ content, port = examplePort) {
    const file = join(project, `${name}.mts`);
    writeFileSync(file, content.replaceAll(examplePort, port));
    return file;
  }
}

function start(/** @type {string} */ program, /** @type {string[]} */ args, /** @type {string} */ cwd) {
  return spawn(program, args, { cwd, env: environment, timeout: timeLimitMs });
}

/** @param {import("node:child_process").ChildProcessWithoutNullStreams} child */
function ending(child) {
  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    output += text;
    errors += text;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject).on("close", (code) => resolve({ code: code ?? 1, output, errors }));
  });
}

async function freePort() {
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  await once(socket, "close");
  return port;
}
