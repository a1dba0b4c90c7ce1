import { ClientContext } from "./client-context.ts";
import type { Conversation } from "./conversation.ts";
import type { Command, Outcome } from "./outcome.ts";
import { ServerContext } from "./server-context.ts";
import type { FromWorker, ToWorker } from "./worker-messages.ts";

/** The conversations of one worker, and the credential sets that they share. */
export class WorkerConversations {
  readonly #answer: (message: FromWorker) => void;
  readonly #contexts = new Map<number, ServerContext | ClientContext>();
  readonly #conversations = new Map<number, Conversation>();

  constructor(answer: (message: FromWorker) => void) {
    this.#answer = answer;
  }

  take(message: ToWorker): void {
    switch (message.kind) {
      case "server":
        this.#contexts.set(message.endpoint, new ServerContext(message.settings));
        return;
      case "client":
        this.#contexts.set(message.endpoint, new ClientContext(message.settings));
        return;
      case "staple": {
        const context = this.#contexts.get(message.endpoint);
        if (context instanceof ServerContext) context.staple(message.response);
        return;
      }
      case "forget":
        this.#contexts.delete(message.endpoint);
        return;
      case "perform":
        if (message.endpoint !== undefined) this.#open(message.session, message.endpoint, message.ticket);
        void this.#perform(message.session, message.command);
        return;
      case "end":
        this.#conversations.get(message.session)?.end();
        this.#conversations.delete(message.session);
        return;
    }
  }

  #open(session: number, endpoint: number, ticket: Uint8Array | undefined): void {
    const context = this.#contexts.get(endpoint);
    if (context !== undefined) this.#conversations.set(session, context.open({ ticket }));
  }

  async #perform(session: number, command: Command): Promise<void> {
    const conversation = this.#conversations.get(session);
    let outcome: Outcome = { ...nothing, failure: { reason: "ended" } };
    try {
      if (conversation !== undefined) outcome = await conversation.perform(command);
    } catch (error) {
      conversation?.end();
      const detail = error instanceof Error ? error.name : undefined;
      outcome = { ...nothing, failure: { reason: "internal", detail } };
    }
    if (outcome.failure !== undefined) this.#conversations.delete(session);
    this.#answer({ session, outcome });
  }
}

const nothing: Outcome = { flight: new Uint8Array(0), data: new Uint8Array(0), peerClosed: false };
