#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { createRadiusClient } from "@sallyport/radius/node";
import { systemClock } from "@sallyport/runtime";
import { chart } from "../chart.ts";
import { Monitor } from "../monitor.ts";

const help = `radius-monitor: asks RADIUS servers whether they are there (Status-Server, RFC 5997), and plots how long they take.

Usage: radius-monitor --secret-file FILE HOST:PORT ...

  --secret-file FILE   the shared secret of these servers
  --interval SECONDS   between two questions, 5 by default
  --once               ask once; exit status 1 when a server did not answer
  --json               a line of JSON for each round

Examples:
  radius-monitor --secret-file radclient.secret 192.0.2.1:1812 192.0.2.2:1812
  radius-monitor --secret-file radclient.secret --once --json 127.0.0.1:1812
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    "secret-file": { type: "string" },
    interval: { type: "string", default: "5" },
    once: { type: "boolean" },
    json: { type: "boolean" },
    help: { type: "boolean" },
  },
});
const file = values["secret-file"];
const interval = Number(values.interval) * 1_000;
if (values.help) {
  process.stdout.write(help);
} else if (file === undefined || positionals.length === 0 || !(interval > 0)) {
  process.stderr.write(help);
  process.exitCode = 2;
} else {
  const secret = readFileSync(file, "utf8").trim();
  const timeout = Math.min(interval, 5_000);
  const clients = positionals.map((server) => createRadiusClient({ server, secret, timeout, tries: 2 }));
  const show = (): void => {
    const reports = monitor.reports();
    if (values.json) process.stdout.write(`${JSON.stringify(reports)}\n`);
    else
      process.stdout.write(
        `${process.stdout.isTTY ? "\u001b[2J\u001b[H" : ""}${chart(reports, process.stdout.columns)}\n`,
      );
  };
  const monitor = new Monitor({
    servers: positionals.map((name, index) => ({ name, ask: async () => clients[index]?.statusServer() })),
    clock: systemClock,
    interval,
    ...(!values.once && { onChange: show }),
  });
  if (values.once) {
    const reports = await monitor.once();
    show();
    process.exitCode = reports.every(({ state }) => state === "up") ? 0 : 1;
    await Promise.all(clients.map((client) => client.close()));
  } else monitor.start();
}
