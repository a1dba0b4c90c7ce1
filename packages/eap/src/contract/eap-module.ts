import type { EapSignal, Out, PppEapInfo, RasEapStatus } from "./ppp-eap.ts";

/**
 * A method: an ECMAScript module whose exports carry the names of the entry points of a Windows EAP DLL. The functions
 * of the peer's user interface may stand in the same module or in others (`IdentityPath`, `ConfigUIPath`,
 * `InteractiveUIPath`).
 */
export interface RasEapModule {
  /**
   * Called once for each type that the module is registered for (EAP-01, EAP-03).
   *
   * @returns `NO_ERROR`; any other code makes the type unavailable (EAP-02)
   */
  RasEapGetInfo(eapTypeId: number, info: PppEapInfo): number;
}

/** The entry points of the user interface of a peer's method. */
export interface RasEapUserInterfaceModule {
  /**
   * Finds out who the user is, before the connection is made (EAP-71).
   *
   * @param window null where no dialog may be shown; then 703 when the user would have to be asked (EAP-69)
   * @param userDataOut preset to null: becomes `userData` of begin
   * @param identityOut preset to null: becomes `identity` of begin
   * @returns `NO_ERROR`, 703, 50 or 8
   */
  RasEapGetIdentity?(
    eapTypeId: number,
    window: EapUserWindow | null,
    flags: number,
    phonebook: string | null,
    entry: string | null,
    connectionData: Uint8Array | null,
    userData: Uint8Array | null,
    userDataOut: Out<Uint8Array | null>,
    identityOut: Out<string | null>,
  ): RasEapStatus;

  /** Lets the user configure the method for a phone-book entry (EAP-75). */
  RasEapInvokeConfigUI?(
    eapTypeId: number,
    window: EapUserWindow | null,
    flags: number,
    connectionData: Uint8Array | null,
    connectionDataOut: Out<Uint8Array | null>,
  ): RasEapStatus;

  /** Talks to the user during the authentication (EAP-63). */
  RasEapInvokeInteractiveUI?(
    eapTypeId: number,
    window: EapUserWindow | null,
    contextData: Uint8Array | null,
    dataOut: Out<Uint8Array | null>,
  ): RasEapStatus;

  /** Called once for each buffer that one of the three functions above returned, after the host is done with it. */
  RasEapFreeMemory?(memory: Uint8Array | string): void;
}

/** A person who can be asked: a terminal, a web page, or a script in tests. Given to the host, which makes windows of it. */
export interface EapUserInterface {
  /**
   * Asks the user for something.
   *
   * @param signal aborts when the session ended; the answer is then of no use any more (EAP-74)
   * @returns what was entered; null when the user cancelled
   */
  ask(question: EapQuestion, signal: EapSignal): PromiseLike<string | null>;
  /** Tells the user something, without waiting. */
  show(text: string): void;
}

/** Where a module shows its dialog: hwndParent on Windows. */
export interface EapUserWindow {
  /** Aborts when the session ends while the dialog is open: every dialog accepts that as a cancel (EAP-74). */
  readonly signal: EapSignal;
  /** Asks the user for something; null when the user cancelled or the session ended meanwhile. */
  ask(question: EapQuestion): PromiseLike<string | null>;
  /** Tells the user something, without waiting. */
  show(text: string): void;
}

/** One question to the user. */
export interface EapQuestion {
  readonly text: string;
  /** Whether what is typed may be seen; true by default. */
  readonly echo?: boolean;
}

/** IEAPProviderConfig: the configuration of a method on a server, which may be a remote one (EAP-80). */
export interface EapProviderConfig {
  /** Opens the configuration of a machine's method; several may be open at once. */
  Initialize(machineName: string, eapTypeId: number, connection: Out<unknown>): RasEapStatus;
  /** Lets the administrator change it. */
  ServerInvokeConfigUI(eapTypeId: number, connection: unknown, window: EapUserWindow | null): RasEapStatus;
  /** Closes it. */
  Uninitialize(eapTypeId: number, connection: unknown): RasEapStatus;
}
