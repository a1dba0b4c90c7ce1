import type { Clock, Random } from "@sallyport/runtime";
import type { RadiusAttribute, RadiusAttributeInput, RadiusAttributes } from "./attribute.ts";
import type {
  RadiusAction,
  RadiusExtensionPoint,
  RadiusRequestType,
  RadiusResponseType,
} from "./constants.ts";

/** An out-parameter for a scalar: the module writes `value`. */
export interface Out<T> {
  value: T;
}

/**
 * An NPS extension: an ECMAScript module whose exports carry the names of the entry points of a Windows
 * extension DLL. At least one of the three processing functions is needed; the newest one present is the one
 * that is called (NPS-01, NPS-03).
 *
 * Every function returns a status number, or a promise of one: `NO_ERROR` (0), or an error code, upon which the
 * request is discarded without an answer (NPS-27).
 */
export interface NpsExtensionModule {
  /**
   * The points at which the module has something to do, where it knows: the host warns at the start when it is not
   * listed there.
   */
  readonly points?: readonly RadiusExtensionPoint[];

  /** Before the service is on-line; nonzero prevents its start (NPS-06). */
  RadiusExtensionInit?(environment: ExtensionEnvironment): number | PromiseLike<number>;

  /** When the service has stopped (NPS-05). */
  RadiusExtensionTerm?(): void | PromiseLike<void>;

  /**
   * First form: decides.
   *
   * @param attributes everything received, then what NPS knows (NPS-12, NPS-13); at the authorization point
   *   what NPS authorization put into the answer (NPS-40)
   * @param action preset to `raContinue`; null for an accounting request (NPS-33)
   */
  RadiusExtensionProcess?(
    attributes: RadiusAttributes,
    action: Out<RadiusAction> | null,
    call: ExtensionCall,
  ): number | PromiseLike<number>;

  /**
   * Second form: decides and appends attributes to the answer (NPS-47 to NPS-52).
   *
   * @param outAttributes preset to null, which adds nothing (NPS-51)
   */
  RadiusExtensionProcessEx?(
    attributes: RadiusAttributes,
    outAttributes: Out<readonly RadiusAttributeInput[] | null>,
    action: Out<RadiusAction> | null,
    call: ExtensionCall,
  ): number | PromiseLike<number>;

  /** Called once for each array that the second form returned, after the host copied it (NPS-07). */
  RadiusExtensionFreeAttributes?(attributes: readonly RadiusAttributeInput[]): void;

  /** Third form: sees and edits request and response, and sets the disposition (NPS-53 to NPS-68). */
  RadiusExtensionProcess2?(ecb: RadiusExtensionControlBlock): number | PromiseLike<number>;
}

/**
 * The platform's `AbortSignal`, to be handed to `fetch` and its like; only its essence where neither the DOM's nor
 * Node's types are there to describe it.
 */
export type CallSignal = typeof globalThis extends { AbortSignal: { prototype: infer Signal } }
  ? Signal
  : { readonly aborted: boolean; readonly reason: unknown };

/** What `RadiusExtensionInit` receives. Windows gives a DLL nothing here; a DLL reads the registry instead. */
export interface ExtensionEnvironment {
  /** The name under which the settings list the module. */
  readonly name: string;
  /** The module's own settings, as the administrator wrote them; undefined where there are none. */
  readonly settings: unknown;
  readonly log: ExtensionLog;
  readonly clock: Clock;
  readonly random: Random;
  /** How this host reads the contract where Windows' documentation allows two readings. */
  readonly readings: ContractReadings;
}

/** What a module can see of the compatibility settings; all are false unless the administrator chose otherwise. */
export interface ContractReadings {
  /** Add fails with E_ACCESSDENIED (0x80070005), as it is documented, instead of 5, as its neighbours. */
  readonly rawErrorCodes: boolean;
  /** IPv4 addresses have the first octet least significant, as before Server 2008 (NPS-73, X-20). */
  readonly littleEndianAddresses: boolean;
  /** SetResponseType(rcAccessAccept) at the authorization point may overrule a Reject (NPS-68). */
  readonly allowAuthorizationAccept: boolean;
}

/** What accompanies one call of the first or second form, beyond the Windows parameters. */
export interface ExtensionCall {
  /** Aborted when the host stops waiting for this call (NPS-83). */
  readonly signal: CallSignal;
  readonly log: ExtensionLog;
}

/** The module's own events: where it tells why it failed (NPS-29). Fields must not hold secrets. */
export interface ExtensionLog {
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warning(message: string, fields?: Readonly<Record<string, unknown>>): void;
  information(message: string, fields?: Readonly<Record<string, unknown>>): void;
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** RADIUS_EXTENSION_CONTROL_BLOCK (Table N-5). Valid until the call has returned, or its promise has settled. */
export interface RadiusExtensionControlBlock extends ExtensionCall {
  /** dwVersion. */
  readonly version: 1;
  /** repPoint. */
  readonly point: RadiusExtensionPoint;
  /** rcRequestType. */
  readonly requestType: RadiusRequestType;
  /** rcResponseType: the disposition so far; 0 (`rcUnknown`) while nothing is decided (NPS-57). */
  readonly responseType: RadiusResponseType | 0;
  /**
   * What this module kept for the challenge that the request answers; undefined when it answers none of this module's.
   * The State of such a request was right: unused, in time, from the same client and for the same user.
   */
  readonly answeredChallenge: AnsweredChallenge | undefined;
  /**
   * A new State for a challenge: unguessable, for this client and user alone, good for one answer within two minutes.
   * To be put on the Access-Challenge as `ratState` (NPS-63).
   *
   * @param data kept for the call that sees the answer
   */
  issueState(data?: unknown): Uint8Array<ArrayBuffer>;
  /** GetRequest: the attributes of the request; changes affect all that follows (NPS-59). */
  getRequest(): RadiusAttributeArray;
  /** GetResponse: the attributes of one possible answer, editable whatever the disposition is (NPS-58); null for an invalid type. */
  getResponse(type: RadiusResponseType): RadiusAttributeArray | null;
  /** SetResponseType: `NO_ERROR`, or `ERROR_INVALID_PARAMETER` for a type that Table N-6 does not allow. */
  setResponseType(type: RadiusResponseType): number;
}

/** A challenge of this module that a request answers. */
export interface AnsweredChallenge {
  /** What was handed to `issueState`. */
  readonly data: unknown;
}

/**
 * RADIUS_ATTRIBUTE_ARRAY (Table N-7). Methods return `NO_ERROR`, `ERROR_ACCESS_DENIED` (5) for a read-only type or
 * a second instance of a single-instance type, or `ERROR_INVALID_PARAMETER` (87) for a bad index or attribute.
 */
export interface RadiusAttributeArray extends Iterable<RadiusAttribute> {
  /** Add: appends a copy. */
  add(attribute: RadiusAttributeInput): number;
  /** AttributeAt: a frozen copy, or null when the index is out of range. */
  attributeAt(index: number): RadiusAttribute | null;
  /** GetSize: never fails. */
  getSize(): number;
  /** InsertAt: later elements shift up; an index equal to the size appends. */
  insertAt(index: number, attribute: RadiusAttributeInput): number;
  /** RemoveAt: later elements shift down. */
  removeAt(index: number): number;
  /** SetAt: replaces. */
  setAt(index: number, attribute: RadiusAttributeInput): number;
  /** The first attribute of a type, or undefined: what every module written against AttributeAt looks for in a loop. */
  find(attrType: number): RadiusAttribute | undefined;
}
