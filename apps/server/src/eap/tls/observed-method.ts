import {
  EAPACTION_Done,
  EAPACTION_SendAndDone,
  type EapMethodRegistration,
  ERROR_AUTHENTICATION_FAILURE,
  type Out,
  type PppEapBeginInput,
  type PppEapInfo,
  type PppEapOutput,
  type RasEapMakeMessage,
  type RasEapStatus,
} from "@sallyport/eap";
import { SEC_E_ALGORITHM_MISMATCH, SEC_E_CERT_UNKNOWN, SEC_E_ILLEGAL_MESSAGE } from "@sallyport/errors/sspi";
import { isThenable } from "@sallyport/runtime";
import type { TlsError } from "@sallyport/tls-engine";
import { newFacts, type SessionRecord, sessionRecords } from "./session-record.ts";

/** One session: its record, what the method itself keeps, and which of the variants it is. */
interface ObservedWork {
  readonly record: SessionRecord;
  readonly info: PppEapInfo;
  readonly work: unknown;
}

export interface ObservedMethodOptions {
  /** The method as it is by itself. */
  readonly registration: EapMethodRegistration;
  /** The same with other methods inside, for policies that allow only these. */
  readonly variant?: ((innerMethods: readonly string[]) => EapMethodRegistration) | undefined;
}

/** A policy names a handful of lists; each is opened once. */
const mostVariants = 256;

/**
 * A TLS method that reports its sessions. Where a policy says what may be inside, the connection data of a session name
 * it, as {@link variantData} writes it, and the variant for that list is opened when it is needed first.
 */
export function observedMethod({ registration, variant }: ObservedMethodOptions): EapMethodRegistration {
  let eapTypeId = 0;
  let itself: PppEapInfo | undefined;
  const variants = new Map<string, Promise<PppEapInfo>>();
  const chosen = ({ connectionData }: PppEapBeginInput): PppEapInfo | undefined | Promise<PppEapInfo> => {
    if (connectionData === null || variant === undefined) return itself;
    const key = new TextDecoder().decode(connectionData);
    const known = variants.get(key);
    if (known !== undefined) return known;
    if (variants.size >= mostVariants) throw new Error(`more than ${mostVariants} lists of inner methods`);
    const opened = openVariant(variant(key.split("\n")), eapTypeId);
    variants.set(key, opened);
    return opened;
  };
  const RasEapGetInfo = (type: number, info: PppEapInfo<ObservedWork>): number => {
    eapTypeId = type;
    const own = emptyInfo(type);
    const status = registration.module.RasEapGetInfo(type, own);
    if (status !== 0) return status;
    itself = own;
    info.initialize = async (initialize) => {
      if (!initialize)
        for (const opened of variants.values())
          await opened.then(
            (one) => one.initialize?.(false),
            () => 0,
          );
      return (await own.initialize?.(initialize)) ?? 0;
    };
    info.begin = (workBuffer, input) => {
      const variantInfo = chosen(input);
      return isThenable(variantInfo)
        ? variantInfo.then((late) => begin(late, workBuffer, input))
        : begin(variantInfo, workBuffer, input);
    };
    info.makeMessage = makeMessage;
    info.end = ({ record, info: used, work }) => sessionRecords.run(record, () => used.end?.(work) ?? 0);
    return 0;
  };
  return { ...registration, module: { RasEapGetInfo } };
}

async function openVariant({ module }: EapMethodRegistration, eapTypeId: number): Promise<PppEapInfo> {
  const info = emptyInfo(eapTypeId);
  const status = module.RasEapGetInfo(eapTypeId, info) || (await info.initialize?.(true)) || 0;
  if (status !== 0) throw new Error(`the method inside cannot be opened: ${status}`);
  return info;
}

function emptyInfo(eapTypeId: number): PppEapInfo {
  return {
    sizeInBytes: 40,
    eapTypeId,
    eapType: eapTypeId,
    initialize: null,
    begin: null,
    makeMessage: null,
    end: null,
  };
}

function begin(
  info: PppEapInfo | undefined,
  workBuffer: Out<ObservedWork | null>,
  input: PppEapBeginInput,
): RasEapStatus {
  if (info === undefined) return ERROR_AUTHENTICATION_FAILURE;
  const record: SessionRecord = { input };
  const work = { value: null as unknown };
  const begun = (status: number): number => {
    if (status === 0) workBuffer.value = { record, info, work: work.value };
    return status;
  };
  const status = sessionRecords.run(record, () => info.begin?.(work, input) ?? 0);
  return isThenable(status) ? status.then(begun) : begun(status);
}

const makeMessage: RasEapMakeMessage<ObservedWork> = (
  { record, info, work },
  received,
  sendPacket,
  output,
  input,
) => {
  const made = (status: number): number => {
    const facts = newFacts(record);
    if (facts !== undefined) record.input.report?.(facts);
    tellWhy(record, output);
    return status;
  };
  const status = sessionRecords.run(
    record,
    () => info.makeMessage?.(work, received, sendPacket, output, input) ?? ERROR_AUTHENTICATION_FAILURE,
  );
  return isThenable(status) ? status.then(made) : made(status);
};

/** Marks the calls of a method inside of a tunnel, so that the record knows which one it was. */
export function namedInnerMethod(registration: EapMethodRegistration, name: string): EapMethodRegistration {
  const { module } = registration;
  return {
    ...registration,
    module: {
      RasEapGetInfo(eapTypeId, info) {
        const status = module.RasEapGetInfo(eapTypeId, info);
        const { begin } = info;
        info.begin = (workBuffer, input) => {
          const record = sessionRecords.getStore();
          if (record !== undefined) {
            record.inner = name;
            record.innerIdentity = input.identity;
          }
          return begin?.(workBuffer, input) ?? 0;
        };
        return status;
      },
    },
  };
}

/** The inner methods that a policy allows, as connection data: their names, a line each. */
export function variantData(innerMethods: readonly string[]): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(innerMethods.join("\n"));
}

/** That TLS failed is no wrong password: the administrator is told what it was. */
function tellWhy(record: SessionRecord, output: PppEapOutput): void {
  const { failure } = record;
  const done = output.action === EAPACTION_Done || output.action === EAPACTION_SendAndDone;
  if (!done || output.authResultCode === 0 || failure === undefined) return;
  output.authResultCode = codeOf(failure);
}

function codeOf({ reason, detail = "" }: TlsError): number {
  // OpenSSL has its own name for alerts that came encrypted.
  if (reason === "alert-received" || /TLS.ALERT/.test(detail)) return SEC_E_CERT_UNKNOWN;
  const nothingInCommon = /UNSUPPORTED_PROTOCOL|NO_SHARED|VERSION_TOO_LOW|WRONG_VERSION/.test(detail);
  return nothingInCommon ? SEC_E_ALGORITHM_MISMATCH : SEC_E_ILLEGAL_MESSAGE;
}
