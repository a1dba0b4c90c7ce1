import type { Milliseconds } from "@sallyport/runtime";
import type {
  ContextRole,
  PackageContext,
  SecurityPackage,
  StepAnswer,
} from "../contract/security-package.ts";
import type { SecHandle } from "../handles/sec-handle.ts";
import type { Core } from "./core.ts";
import type { CredentialEntry } from "./credential-entry.ts";
import type { Operation } from "./operation.ts";

/** A security context behind its handle, and the line of calls that wait for it (SSPI-08). */
export class ContextEntry {
  handle: Readonly<SecHandle> | undefined;
  readonly securityPackage: SecurityPackage;
  readonly context: PackageContext;
  readonly role: ContextRole;
  credential: CredentialEntry | undefined;
  /** `dead`: a step failed after the first one; only deleting is left (SSPI-21). */
  phase: "forming" | "established" | "dead" = "forming";
  attributes = 0;
  begun: Milliseconds = 0;
  expiry: Milliseconds = Infinity;
  lastStatus = 0;
  targetName = "";
  /** An answer that did not fit into the caller's buffer and waits for a larger one (SSPI-72). */
  withheld: StepAnswer | undefined;
  /** A delete stands in the line, or has been done. */
  isDeleting = false;
  /** The package still works on a call that was cut off; it must not be called meanwhile. */
  isOccupied = false;
  #isReleased = false;
  #current: Operation<unknown> | undefined;
  #last: Operation<unknown> | undefined;

  constructor(
    securityPackage: SecurityPackage,
    context: PackageContext,
    role: ContextRole,
    credential: CredentialEntry | undefined,
  ) {
    this.securityPackage = securityPackage;
    this.context = context;
    this.role = role;
    this.credential = credential;
    credential?.hold();
  }

  /** The call that is at work, or whose turn it is. */
  get current(): Operation<unknown> | undefined {
    return this.#current;
  }

  /** Puts a call at the end of the line; true when it may begin. */
  line(operation: Operation<unknown>): boolean {
    if (this.#last === undefined) {
      this.#current = operation;
      this.#last = operation;
      return true;
    }
    this.#last.next = operation;
    this.#last = operation;
    return false;
  }

  /** Takes the call at work out of the line. The next one, if any, may begin. */
  leave(operation: Operation<unknown>): Operation<unknown> | undefined {
    const { next } = operation;
    this.#current = next;
    if (next === undefined) this.#last = undefined;
    return next;
  }

  /** Takes the handle away and lets the package delete its part, once it is done with it. */
  delete(core: Core): void {
    core.contexts.remove(this);
    this.isDeleting = true;
    this.phase = "dead";
    abandoned.unregister(this);
    if (this.#current?.isAtWork === true) this.isOccupied = true;
    if (!this.isOccupied) this.#release(core);
  }

  /** The package has come back from a call that was cut off. */
  vacate(core: Core): void {
    this.isOccupied = false;
    if (core.contexts.find(this.handle) !== this) this.#release(core);
  }

  /** After a failed step: when the caller forgets to delete, the handle's end does it (SSPI-21). */
  die(core: Core, handle: SecHandle | undefined): void {
    this.phase = "dead";
    this.withheld = undefined;
    if (handle !== undefined) abandoned.register(handle, { core: new WeakRef(core), entry: this }, this);
  }

  #release(core: Core): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.withheld = undefined;
    try {
      this.context.delete?.();
    } catch (error) {
      core.complain(`security package ${this.securityPackage.info.name} failed to delete a context`, error);
    }
    this.credential?.letGo(core);
  }
}

const abandoned = new FinalizationRegistry<{ core: WeakRef<Core>; entry: ContextEntry }>(
  ({ core, entry }) => {
    const owner = core.deref();
    if (owner === undefined || owner.contexts.find(entry.handle) !== entry) return;
    entry.delete(owner);
    owner.warn(
      "SSPI_CONTEXT_NOT_DELETED",
      "A security context failed and its handle was dropped without DeleteSecurityContext.",
    );
  },
);
