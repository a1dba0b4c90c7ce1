import { constantTimeEqual } from "@sallyport/crypto";
import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import type { RasServer } from "../ras/ras-server.ts";
import type { ReloadReport } from "../reload/reload.ts";
import type { TraceRing } from "../trace-ring.ts";

export interface ConsoleOptions {
  readonly token: string;
  readonly traces: TraceRing;
  /** Counters of the receivers, by port. */
  readonly status: () => object;
  /** The ports for callers, where there are any. */
  readonly ras?: Pick<RasServer, "status" | "disconnect"> | undefined;
  readonly reload: () => Promise<ReloadReport>;
}

/**
 * The console's HTTP interface. It wants its token even on loopback, and answers only requests that name it as host
 * and come from no foreign page: a web site that somebody on this machine visits cannot use it.
 */
export function consoleApi(options: ConsoleOptions): Hono {
  const app = new Hono();
  const expected = new TextEncoder().encode(`Bearer ${options.token}`);
  app.use(async (context, next) => {
    const host = context.req.header("host") ?? "";
    const origin = context.req.header("origin");
    if (!isLocalName(host) || (origin !== undefined && origin !== `http://${host}`)) {
      return context.json({ error: "this interface answers only on its own address" }, 403);
    }
    const given = new TextEncoder().encode(context.req.header("authorization") ?? "");
    if (!constantTimeEqual(given, expected)) {
      return context.json({ error: "a token is needed; the server keeps it in its state folder" }, 401);
    }
    return next();
  });
  app.get("/api/status", (context) => context.json(options.status()));
  app.post("/api/reload", async (context) => context.json(await options.reload()));
  app.get("/api/traces", (context) => {
    const limit = Number(context.req.query("limit") ?? 20);
    if (!Number.isInteger(limit) || limit < 1)
      return context.json({ error: "limit is no positive number" }, 400);
    return context.json(options.traces.last(limit));
  });
  app.get("/api/traces/follow", (context) =>
    streamSSE(context, async (stream) => {
      const stop = options.traces.follow((trace) => {
        stream.writeSSE({ data: JSON.stringify(trace) }).catch(() => stop());
      });
      await new Promise<void>((resolve) => stream.onAbort(resolve));
      stop();
    }),
  );
  app.get("/api/traces/:id", (context) => {
    const trace = options.traces.find(Number(context.req.param("id")));
    return trace === undefined
      ? context.json({ error: "no such request, or it is too long ago" }, 404)
      : context.json(trace);
  });
  app.get("/api/ras/ports", (context) => context.json(options.ras?.status() ?? []));
  app.post("/api/ras/calls/:device/disconnect", (context) => {
    const device = context.req.param("device");
    return options.ras?.disconnect(device) === true
      ? context.json({ device })
      : context.json({ error: `there is no call on ${device}` }, 404);
  });
  return app;
}

function isLocalName(host: string): boolean {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(host);
}
