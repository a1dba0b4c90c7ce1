import {
  completeEngineSettings,
  EAPACTION_Authenticate,
  EAPACTION_Done,
  EAPACTION_NoAction,
  EAPACTION_Send,
  EAPACTION_SendAndDone,
  EAPACTION_SendWithTimeout,
  EAPACTION_SendWithTimeoutInteractive,
  EapAuthenticator,
  encodeEapPacket,
  type PppEapAction,
  type PppEapOutput,
} from "@sallyport/eap";

/** What the engine does when a method returns an action. */
export interface ActionEffect {
  readonly name: string;
  readonly sends: boolean;
  /** Milliseconds until the method is asked for a resend; undefined where no timer runs. */
  readonly resendAfter: number | undefined;
  /** After so many resends without an answer the session ends; undefined where it never does. */
  readonly givesUpAfter: number | undefined;
  readonly asksProvider: boolean;
  readonly ends: boolean;
}

const actions: Readonly<Record<string, PppEapAction>> = {
  EAPACTION_NoAction,
  EAPACTION_Authenticate,
  EAPACTION_Done,
  EAPACTION_SendAndDone,
  EAPACTION_Send,
  EAPACTION_SendWithTimeout,
  EAPACTION_SendWithTimeoutInteractive,
};

/** What each action does, found out by returning it to the engine of an authenticator. */
export function actionEffects(): readonly ActionEffect[] {
  return Object.entries(actions).map(([name, action]) => effectOf(name, action));
}

/** A table and a flow chart in Markdown. */
export function eapActionsMarkdown(): string {
  const effects = actionEffects();
  const rows = effects.map(
    ({ name, sends, resendAfter, givesUpAfter, asksProvider, ends }) =>
      `| \`${name}\` | ${sends ? "once" : "no"} | ${resendAfter === undefined ? "none" : `${resendAfter / 1_000} s`} | ${
        givesUpAfter === undefined
          ? resendAfter === undefined
            ? ""
            : "never"
          : `after ${givesUpAfter} resends`
      } | ${asksProvider ? "the provider is asked" : ends ? "the session ends with `authResultCode`" : "the other side is listened to"} |`,
  );
  return [
    "| The method returns | Packet sent | Timer | Gives up | Then |",
    "|---|---|---|---|---|",
    ...rows,
    "",
    "```mermaid",
    "flowchart LR",
    "    returned([RasEapMakeMessage returns])",
    ...effects.map(
      (effect, index) => `    returned --> a${index}["${effect.name.replace("EAPACTION_", "")}"]`,
    ),
    ...effects.flatMap((effect, index) => arrows(effect, `a${index}`)),
    "    wait{{wait for a packet}} -->|packet| again([RasEapMakeMessage with the packet])",
    "    timer{{wait, with a timer}} -->|packet| again",
    "    timer -->|time is over| resend([RasEapMakeMessage without a packet])",
    "    timer -->|too many resends| lost[end: no answer]",
    "    patient{{wait, with a timer, for ever}} -->|packet| again",
    "    patient -->|time is over| resend",
    "    provider[[ask the provider]] --> answered([RasEapMakeMessage with its answer])",
    "    over[end with authResultCode]",
    "```",
    "",
  ].join("\n");
}

function arrows(
  { sends, resendAfter, givesUpAfter, asksProvider, ends }: ActionEffect,
  from: string,
): readonly string[] {
  const label = sends ? "|send|" : "";
  const to = asksProvider
    ? "provider"
    : ends
      ? "over"
      : resendAfter === undefined
        ? "wait"
        : givesUpAfter === undefined
          ? "patient"
          : "timer";
  return [`    ${from} -->${label} ${to}`];
}

function effectOf(name: string, action: PppEapAction): ActionEffect {
  const settings = completeEngineSettings({ sessionLimitMs: 1e9 });
  const engine = new EapAuthenticator({
    settings,
    random: (length) => new Uint8Array(length),
    methods: [{ type: 4 }],
  });
  const [request] = engine.start(0);
  const identifier = request?.kind === "send" ? (request.packet[1] ?? 0) : 0;
  const identity = encodeEapPacket({ code: 2, identifier, type: 1, data: new TextEncoder().encode("alice") });
  engine.receive(identity, 0);
  engine.methodBegun(0, 0);
  const packet = encodeEapPacket({ code: 1, identifier: identifier + 1, type: 4, data: Uint8Array.of(1, 0) });
  const effects = engine.methodReturned(0, output(action), packet, 0);
  const sent = effects.find((effect) => effect.kind === "send");
  const after = sent?.kind === "send" ? sent.retransmitAfter : "never";
  return {
    name,
    sends: sent !== undefined && sent.kind === "send" && sent.packet[0] === 1,
    resendAfter: after === "never" ? undefined : after,
    givesUpAfter: after === "never" ? undefined : resendsUntilTheEnd(engine, action, packet),
    asksProvider: effects.some(({ kind }) => kind === "ask-provider"),
    ends: effects.some(({ kind }) => kind === "finished"),
  };
}

/** How often a peer that never answers is asked; undefined where that goes on for ever (as far as 1000 times). */
function resendsUntilTheEnd(
  engine: EapAuthenticator,
  action: PppEapAction,
  packet: Uint8Array<ArrayBuffer>,
): number | undefined {
  for (let resends = 0; resends < 1_000; resends++) {
    const { deadline } = engine;
    if (deadline === undefined) return undefined;
    if (engine.expire(deadline).some(({ kind }) => kind === "finished")) return resends;
    engine.methodReturned(0, output(action), packet.slice(), deadline);
  }
  return undefined;
}

function output(action: PppEapAction): PppEapOutput {
  return {
    action,
    authResultCode: 0,
    userAttributes: null,
    invokeInteractiveUI: false,
    uiContextData: null,
    saveConnectionData: false,
    connectionData: null,
    saveUserData: false,
    userData: null,
    idExpected: null,
    identity: null,
  };
}
