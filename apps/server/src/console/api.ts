import { constantTimeEqual } from "@sallyport/crypto";
import { honoSignOn, type SignOnVariables } from "@sallyport/sspi/http";
import { type Context, Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { expositionType } from "../metrics/exposition.ts";
import type { RasServer } from "../ras/ras-server.ts";
import type { ReloadReport } from "../reload/reload.ts";
import type { TraceRing } from "../trace-ring.ts";
import type { ConsoleSignOn } from "./console-sign-on.ts";

export interface ConsoleOptions {
  readonly token: string;
  readonly traces: TraceRing;
  /** Counters of the receivers, by port. */
  readonly status: () => object;
  /** The ports for callers, where there are any. */
  readonly ras?: Pick<RasServer, "status" | "disconnect"> | undefined;
  readonly reload: () => Promise<ReloadReport>;
  readonly metrics: () => string;
  /** Opens `/metrics` beside the console's token. */
  readonly metricsToken: string | undefined;
  /** Why requests should go to another server; empty while this one is ready. */
  readonly notReady: () => readonly string[];
  /** Opens `/status` to people, where there is any. */
  readonly signOn?: Omit<ConsoleSignOn, "close"> | undefined;
}

/**
 * The console's HTTP interface. It wants its token even on loopback, and answers only requests that name it as host
 * and come from no foreign page: a web site that somebody on this machine visits cannot use it.
 */
export function consoleApi(options: ConsoleOptions): Hono<{ Variables: SignOnVariables }> {
  const app = new Hono<{ Variables: SignOnVariables }>();
  const shows = (context: Context, token: string): boolean =>
    constantTimeEqual(
      new TextEncoder().encode(context.req.header("authorization") ?? ""),
      new TextEncoder().encode(`Bearer ${token}`),
    );
  // Probes and collectors come from elsewhere and under other names; what they get is nothing that a page could use.
  app.get("/health/live", (context) => context.json({ status: "alive" }));
  app.get("/health/ready", (context) => {
    const reasons = options.notReady();
    return reasons.length === 0
      ? context.json({ status: "ready" })
      : context.json({ status: "not ready", reasons }, 503);
  });
  app.get("/metrics", (context) => {
    const tokens = [options.token, ...(options.metricsToken === undefined ? [] : [options.metricsToken])];
    if (!tokens.some((token) => shows(context, token))) return context.json(tokenNeeded, 401);
    return context.body(options.metrics(), 200, { "content-type": expositionType });
  });
  const { signOn } = options;
  app.use(async (context, next) => {
    const host = context.req.header("host") ?? "";
    const origin = context.req.header("origin");
    if (!isLocalName(host) || (origin !== undefined && origin !== `http://${host}`)) {
      return context.json({ error: "this interface answers only on its own address" }, 403);
    }
    return next();
  });
  if (signOn !== undefined) {
    app.get("/status", honoSignOn(signOn.signOn), (context) => {
      const { name, groups } = context.get("user");
      return signOn.mayLook(groups)
        ? context.json({ user: name, ...options.status() })
        : context.json({ error: `${name} is in none of the groups that may look` }, 403);
    });
  }
  app.use(async (context, next) => {
    if (!shows(context, options.token)) return context.json(tokenNeeded, 401);
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

const tokenNeeded = { error: "a token is needed; the server keeps it in its state folder" };

function isLocalName(host: string): boolean {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(host);
}
