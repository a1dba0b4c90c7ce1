/**
 * A site for the people of a house. Who signed on to Windows is known here without a further word; everybody else is asked
 * for name and password by the browser. The site itself runs on any platform.
 */
import { type HttpBindings, serve } from "@hono/node-server";
import type { AccountSource } from "@sallyport/accounts";
import {
  acquireServerSchemes,
  createSignOn,
  honoSignOn,
  type SignOn,
  type SignOnEvent,
  type SignOnVariables,
} from "@sallyport/sspi/http";
import { type Context, Hono } from "hono";

export interface IntranetOptions {
  /** Who may sign on. */
  readonly accounts: AccountSource;
  /** The NetBIOS domain of names that carry none. */
  readonly domain: string;
  /** At least 32 random bytes, kept over restarts: they sign the session cookie. */
  readonly sessionKey: Uint8Array;
  /** Whose members see `/payroll`. */
  readonly payrollGroup: string;
  /** On loopback; 0, the default, takes any free one. */
  readonly port?: number;
  /** Where a line goes about everybody who signs on, or is refused. */
  readonly log?: (line: string) => void;
}

export interface Intranet {
  /** Such as `http://localhost:8080`. */
  readonly origin: string;
  close(): Promise<void>;
}

/** Opens the site. */
export async function serveIntranet(options: IntranetOptions): Promise<Intranet> {
  const { accounts, domain, sessionKey, payrollGroup, port = 0, log = () => {} } = options;
  const acquired = await acquireServerSchemes({ accounts, server: { computer: "INTRANET", domain } });
  const signOn = createSignOn({
    schemes: acquired.schemes,
    session: { keys: [sessionKey] },
    onEvent: (event) => tell(event, log),
  });
  const { fetch } = site(signOn, payrollGroup);
  return new Promise((resolve, reject) => {
    const server = serve({ fetch, hostname: "127.0.0.1", port }, (address) =>
      resolve({
        origin: `http://localhost:${address.port}`,
        close: async () => {
          signOn.close();
          if ("closeAllConnections" in server) server.closeAllConnections();
          await new Promise((closed) => server.close(closed));
          await acquired.close();
        },
      }),
    );
    server.once("error", reject);
  });
}

type Environment = { Bindings: HttpBindings; Variables: SignOnVariables };

function site(signOn: SignOn, payrollGroup: string): Hono<Environment> {
  const app = new Hono<Environment>();
  app.get("/health", (context) => context.text("ok")); // before the sign-on: for everybody
  app.use(honoSignOn(signOn));
  app.get("/", (context) => context.html(page(context.get("user").name)));
  app.get("/me", (context) => {
    const { name, groups, scheme, mechanism, by } = context.get("user");
    return context.json({ name, groups, scheme, mechanism, by });
  });
  app.get("/payroll", (context) =>
    context.get("user").groups.includes(payrollGroup)
      ? context.text("Everybody gets more.")
      : context.text(`This is for ${payrollGroup}.`, 403),
  );
  app.post("/sign-out", (context) => {
    if (isForeign(context)) return context.text("This form is not ours.", 403);
    for (const [name, value] of signOn.signOut(context.env.incoming.socket)) context.header(name, value);
    return context.text("Signed out; browsers sign on again by themselves.");
  });
  return app;
}

function tell(event: SignOnEvent, log: (line: string) => void): void {
  if (event.kind === "signed-on") log(`${event.user.name} signed on by ${event.user.mechanism}`);
  if (event.kind === "refused") log(`refused: ${event.symbol}`);
}

/** A browser signs on for every page that posts here, so what changes something asks where the form came from. */
function isForeign(context: Context<Environment>): boolean {
  const origin = context.req.header("origin");
  return origin !== undefined && origin !== new URL(context.req.url).origin;
}

function page(name: string): string {
  const text = name.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
  return `<!doctype html><title>Intranet</title><h1>Good morning, ${text}</h1>
<form method="post" action="/sign-out"><button>Sign out</button></form>`;
}
