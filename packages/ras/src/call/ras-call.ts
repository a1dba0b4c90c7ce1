import {
  ERROR_AUTH_INTERNAL,
  ERROR_AUTHENTICATION_FAILURE,
  ERROR_PORT_DISCONNECTED,
  ERROR_REMOTE_DISCONNECTION,
  ERROR_USER_DISCONNECTION,
} from "@sallyport/errors/ras";
import { NO_ERROR } from "@sallyport/errors/win32";
import {
  type PppAdmission,
  type PppConnection,
  PppLink,
  type PppOutcome,
  type PppSession,
} from "@sallyport/ppp";
import {
  type CallLogEntry,
  type CallOutcome,
  printableName,
  type SecurityCall,
  type SecurityLine,
  statusName,
} from "@sallyport/ras-security";
import type { Cancel, Milliseconds } from "@sallyport/runtime";
import { Accounting } from "../accounting/accounting.ts";
import { RasCallEvent, writeEvent } from "../events.ts";
import { Admissions } from "../network/admissions.ts";
import { type CallStage, CallTrace } from "../trace/call-trace.ts";
import { type CallEnd, terminateCause } from "./call-end.ts";
import type { CallHost } from "./call-host.ts";
import { LineFlow } from "./line-flow.ts";
import type { RasService } from "./service.ts";

/** What a {@link RasCall} is made of. */
export interface RasCallFacts {
  /** hPort and hConnection: a number that no other call of the manager has. */
  readonly port: number;
  readonly line: SecurityLine;
  readonly from: string;
  readonly service: RasService;
  readonly host: CallHost;
}

/**
 * One call from its answer to its hang-up: security dialog, LCP, authentication, admin modules, IPCP, connected. Every
 * stage may end it.
 */
export class RasCall implements SecurityCall {
  readonly handle: number;
  readonly deviceName: string;
  readonly from: string;
  readonly since: Milliseconds;
  readonly trace: CallTrace;
  readonly #facts: RasCallFacts;
  readonly #flow: LineFlow;
  readonly #admissions: Admissions;
  #stage: CallStage = "answer";
  #dialog: SecurityCall | undefined;
  /** RAS-39: whom the dialog's outcome lets PPP authenticate. */
  #admits: (userName: string) => boolean = () => true;
  #link: PppLink | undefined;
  #userName: string | undefined;
  #connection: PppConnection | undefined;
  #accounting: Accounting | undefined;
  #end: CallEnd | undefined;
  /** The link has ended, and the caller may still hang up himself. */
  #lingering: Cancel | undefined;

  constructor(facts: RasCallFacts) {
    const { port, line, from, host, service } = facts;
    this.#facts = facts;
    this.handle = port;
    this.deviceName = line.deviceName;
    this.from = from;
    this.since = host.clock.now();
    this.trace = new CallTrace(host.clock);
    this.#flow = new LineFlow(line, () => this.#link?.drained());
    this.#admissions = new Admissions(service.addresses, host.admin);
    this.trace.add("answer", "answer");
  }

  /** Where the dialog stands; `"Closed"` when it is over. */
  get state(): SecurityCall["state"] {
    return this.#link === undefined && this.#dialog !== undefined ? this.#dialog.state : "Closed";
  }

  get stage(): CallStage {
    return this.#stage;
  }

  /** Who the caller is, or says to be; undefined while he has not said so. */
  get userName(): string | undefined {
    return this.#userName;
  }

  /** The caller's address, in dotted decimal; undefined before IPCP is open. */
  get address(): string | undefined {
    return this.#connection?.peer;
  }

  /** Octets of PPP that the caller has sent. */
  get octetsIn(): number {
    return this.#link?.counters.octetsReceived ?? 0;
  }

  get octetsOut(): number {
    return this.#link?.counters.octetsSent ?? 0;
  }

  /** How it ended; undefined while it has not. */
  get end(): CallEnd | undefined {
    return this.#end;
  }

  /** Takes the line: the dialog begins, or PPP where there is none. */
  begin(): void {
    const { host, line } = this.#facts;
    this.#dialog = host.dialog(line, this, (outcome) => this.#dialogOver(outcome));
  }

  /** A step of the security host. */
  called({ step, result }: CallLogEntry): void {
    if (step === "answer" || step === "PPP" || step === "port released") return;
    this.#stage = "RAS security module";
    this.trace.add("RAS security module", step, result);
  }

  received(bytes: Uint8Array): void {
    if (this.#link === undefined) this.#dialog?.received(bytes);
    else this.#link.receive(bytes);
  }

  lost(error: number = ERROR_REMOTE_DISCONNECTION): void {
    if (this.#lingering !== undefined) this.#hangUp();
    if (this.#link === undefined) this.#dialog?.lost(error);
    else this.#link.lineLost();
  }

  /** An administrator, or an admin module, ends the call. */
  disconnect(): void {
    if (this.#link === undefined) this.#dialog?.disconnect();
    else this.#link.close("disconnected by an administrator", ERROR_USER_DISCONNECTION);
  }

  /** The server stops: PPP is terminated in order. A dialog is the security host's business. */
  stop(): void {
    this.#link?.close("the server stops", ERROR_PORT_DISCONNECTED);
  }

  /** The other side did not answer the end of the link in time. */
  giveUp(): void {
    this.#link?.lineLost();
  }

  #dialogOver(outcome: CallOutcome): void {
    switch (outcome.kind) {
      case "no dialog":
        this.#begin(new Uint8Array(0));
        return;
      case "success":
        this.#userName = outcome.userName;
        this.#admits = (userName) => outcome.admits(userName);
        this.#begin(outcome.unread);
        return;
      case "failure":
        this.#userName = outcome.userName;
        this.#over("RAS security module", ERROR_AUTHENTICATION_FAILURE, "refused by the security module");
        return;
      default:
        this.#over("RAS security module", outcome.error, outcome.kind);
    }
  }

  /** RAS-33: the verdict of the dialog lets nobody in; PPP asks anew. */
  #begin(unread: Uint8Array): void {
    const { service, host, port } = this.#facts;
    const { provider, protocols, ppp, name } = service;
    const about = { port, portName: this.deviceName, from: this.from, sessionId: host.sessionId(port) };
    this.#link = new PppLink({
      role: "server",
      clock: host.clock,
      random: host.random,
      log: host.log,
      name: this.deviceName,
      settings: ppp,
      authentication: {
        protocols,
        name,
        eap: provider.eap(about),
        provider: { verify: (credentials) => provider.verify(credentials, about) },
      },
      admit: (session) => this.#admit(session),
      addresses: {
        assign: () => this.#admissions.answer,
      },
      events: {
        send: (octets) => this.#flow.send(octets),
        phase: (phase) => this.#phase(phase),
        authenticated: (session) => this.#authenticated(session),
        up: (connection) => this.#up(connection, about.sessionId),
        closed: (outcome) => this.#closed(outcome),
        ...(host.tracePackets && {
          trace: ({ kind, text }) => this.trace.add(this.#stage, kind === "note" ? text : `${kind} ${text}`),
        }),
      },
    });
    this.#link.open();
    if (unread.length > 0) this.#link.receive(unread);
  }

  #phase(phase: string): void {
    const stage = stagesOfPhases[phase];
    if (stage === undefined) return;
    this.#stage = stage;
    if (phase === "authenticate") {
      const { protocols, provider } = this.#facts.service;
      this.trace.add(stage, `${provider.name} provider, ${protocols.join(" or ")}`);
    } else if (phase === "establish") this.trace.add(stage, "LCP");
  }

  #authenticated({ userName, protocol }: PppSession): void {
    this.#userName = userName;
    const how = protocol === undefined ? "nobody was asked" : protocol;
    this.trace.add("PPP authentication", `${how}: ${printableName(userName)}`, NO_ERROR);
    const message = `port ${this.deviceName}: ${printableName(userName)} was authenticated with ${how}`;
    const fields = { port: this.deviceName, user: userName, protocol, from: this.from };
    writeEvent(this.#facts.host.log, "audit-success", message, fields, RasCallEvent.Authenticated);
  }

  async #admit(session: PppSession): Promise<PppAdmission> {
    const { service, port } = this.#facts;
    if (!this.#admits(session.userName)) {
      const reason = "PPP authenticates another user than the security dialog";
      this.trace.add("PPP authentication", reason, ERROR_AUTHENTICATION_FAILURE);
      return { kind: "refused", code: ERROR_AUTHENTICATION_FAILURE, reason };
    }
    const permitted: unknown = (await service.provider.permits?.(session)) ?? NO_ERROR;
    if (permitted !== NO_ERROR) {
      const code = Number.isInteger(permitted) ? Number(permitted) : ERROR_AUTH_INTERNAL;
      this.trace.add("PPP authentication", `${service.provider.name} provider: dial-in permission`, code);
      return { kind: "refused", code, reason: "the user may not dial in" };
    }
    this.#stage = "RAS admin module";
    const admission = await this.#admissions.ask(session, {
      port,
      portName: this.deviceName,
      from: this.from,
    });
    // The line may have gone while a module thought about it.
    if (this.#end !== undefined) {
      await this.#admissions.over();
      return { kind: "refused", code: ERROR_PORT_DISCONNECTED, reason: "the line is gone" };
    }
    return admission;
  }

  #up(connection: PppConnection, sessionId: string): void {
    this.#connection = connection;
    this.#stage = "connected";
    this.trace.add("PPP network", `IPCP: ${connection.peer}`, NO_ERROR);
    this.trace.add("connected", `${connection.local} to ${connection.peer}`);
    const { service, host, port } = this.#facts;
    const message = `port ${this.deviceName}: ${printableName(this.#userName ?? "")} was assigned ${connection.peer}`;
    const fields = { port: this.deviceName, user: this.#userName, address: connection.peer };
    writeEvent(host.log, "information", message, fields, RasCallEvent.AddressAssigned);
    this.#accounting = new Accounting(service, host, {
      sessionId,
      userName: connection.session.userName,
      port,
      portName: this.deviceName,
      from: this.from,
      address: connection.peer,
      grant: connection.session.grant,
      counters: () => this.#link?.counters,
    });
    this.#accounting.start();
  }

  #closed(outcome: PppOutcome): void {
    const { host } = this.#facts;
    const stage = this.#stage;
    // Whom PPP has met, not whom the dialog spoke of.
    if (outcome.userName !== "") this.#userName = outcome.userName;
    this.#accounting?.stop(terminateCause(outcome, host.isStopping));
    if (outcome.by === "this side" && !host.isStopping) {
      this.#lingering = host.clock.after(lingerMs, () => this.#hangUp());
    } else this.#hangUp();
    const ended = this.#admissions.over();
    if (outcome.wasUp) this.#disconnected(outcome);
    else this.#failed(stage, outcome);
    const by = outcome.by === "line" ? "the line was lost" : `${outcome.by}: ${outcome.reason}`;
    this.#ended(stage, outcome.code, by);
    // The trace is whole when the admin modules have been told.
    host.track(ended.finally(() => host.ended(this)));
  }

  #hangUp(): void {
    this.#lingering?.();
    this.#lingering = undefined;
    this.#flow.hangUp();
  }

  #failed(stage: CallStage, { code, reason }: PppOutcome): void {
    const user = this.#userName === undefined ? "" : ` ${printableName(this.#userName)}`;
    const inAuthentication = stage === "PPP authentication";
    const id = inAuthentication ? RasCallEvent.AuthenticationFailed : RasCallEvent.PppError;
    const message = `port ${this.deviceName}:${user} was not connected: ${stage}: ${statusName(code)}: ${reason}`;
    const fields = { port: this.deviceName, user: this.#userName, stage, code, from: this.from };
    writeEvent(this.#facts.host.log, inAuthentication ? "audit-failure" : "warning", message, fields, id);
  }

  #disconnected({ code, reason }: PppOutcome): void {
    const seconds = Math.round(this.#accounting?.seconds ?? 0);
    const user = printableName(this.#userName ?? "");
    const octets = `${this.octetsIn} octets in, ${this.octetsOut} out`;
    const message = `port ${this.deviceName}: ${user} was connected for ${seconds} s, ${octets}: ${reason}`;
    const { octetsIn, octetsOut, address } = this;
    const fields = {
      port: this.deviceName,
      user: this.#userName,
      address,
      seconds,
      octetsIn,
      octetsOut,
      code,
    };
    writeEvent(this.#facts.host.log, "information", message, fields, RasCallEvent.Disconnected);
  }

  /** The dialog, or its host, has ended the call. */
  #over(stage: CallStage, error: number, reason: string): void {
    this.#ended(stage, error, reason);
    this.#facts.host.ended(this);
  }

  #ended(stage: CallStage, error: number, reason: string): void {
    this.#end = { stage, error, reason };
    this.#stage = "hang-up";
    this.trace.add("hang-up", reason, error);
  }
}

/** A caller who is refused ends by himself, and knows why: a line that drops at once would be all that he sees. */
const lingerMs: Milliseconds = 1_000;

const stagesOfPhases: Readonly<Partial<Record<string, CallStage>>> = {
  establish: "PPP link",
  authenticate: "PPP authentication",
  network: "PPP network",
};
