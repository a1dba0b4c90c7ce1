/**
 * The menu with the two entry points of a Windows security DLL, and an End that waits: one key is one choice, and the port is
 * not free before what a caller did is written down.
 */
import {
  type RasSecurityDialogComplete,
  SECURITYMSG_FAILURE,
  SECURITYMSG_SUCCESS,
  type SecurityMessage,
  type SecurityPort,
} from "@sallyport/ras-security";
import { keep, settingsOf } from "./settings.ts";

const NO_ERROR = 0;
/** ERROR_PORT_DISCONNECTED of raserror.h: the transaction may end. */
const ERROR_PORT_DISCONNECTED = 619;
const timeoutSeconds = 60;
const menu = "\r\n1  Connect\r\n2  News\r\n3  Good bye\r\nYour choice: ";

/** What the module keeps of a transaction between its calls. */
class Transaction {
  readonly port: SecurityPort;
  readonly complete: RasSecurityDialogComplete;
  readonly choices: string[] = [];
  /** What was given to Complete first, and is repeated when the line is written. */
  verdict: SecurityMessage | undefined;
  written: "not yet" | "in progress" | "done" = "not yet";

  constructor(port: SecurityPort, complete: RasSecurityDialogComplete) {
    this.port = port;
    this.complete = complete;
  }
}

const transactions = new Map<number, Transaction>();

/** Shows the menu, and returns at once: the answer comes with the event of the receive. */
export function RasSecurityDialogBegin(
  port: SecurityPort,
  _sendBuffer: Uint8Array<ArrayBuffer>,
  receiveBuffer: Uint8Array<ArrayBuffer>,
  complete: RasSecurityDialogComplete,
): number {
  const transaction = new Transaction(port, complete);
  transactions.set(port.handle, transaction);
  port.send(menu);
  receive(transaction, receiveBuffer);
  return NO_ERROR;
}

/**
 * Called after every verdict, and without one when the line is lost. The first time it has work to do: it returns
 * NO_ERROR, which keeps the port, and calls Complete again when the work is done; then it is called once more.
 */
export function RasSecurityDialogEnd(port: SecurityPort): number {
  const transaction = transactions.get(port.handle);
  if (transaction === undefined) return ERROR_PORT_DISCONNECTED;
  if (transaction.written === "done") {
    transactions.delete(port.handle);
    return ERROR_PORT_DISCONNECTED;
  }
  if (transaction.written === "not yet") {
    transaction.written = "in progress";
    void writeDown(transaction);
  }
  return NO_ERROR;
}

function receive(transaction: Transaction, receiveBuffer: Uint8Array<ArrayBuffer>): void {
  const { port } = transaction;
  const length = { value: receiveBuffer.length };
  port.receive(receiveBuffer, length, timeoutSeconds, () => {
    const info = { lastError: 0, bytesReceived: 0, deviceName: "" };
    port.getInfo(info);
    if (info.lastError !== 0) return; // the line is gone: End has been called, or will be
    if (info.bytesReceived === 0) decide(transaction, "silence", SECURITYMSG_FAILURE);
    else answer(transaction, receiveBuffer, receiveBuffer.slice(0, length.value));
  });
}

/** One key is one choice; what else was typed ahead waits for the next stage, or for the next question. */
function answer(
  transaction: Transaction,
  receiveBuffer: Uint8Array<ArrayBuffer>,
  typed: Uint8Array<ArrayBuffer>,
): void {
  const { port } = transaction;
  const key = String.fromCharCode(typed[0] ?? 0);
  port.unread(typed.subarray(1));
  switch (key) {
    case "1":
      port.send("1\r\n");
      decide(transaction, "connect", SECURITYMSG_SUCCESS);
      return;
    case "3":
      port.send("3\r\nGood bye.\r\n");
      decide(transaction, "good bye", SECURITYMSG_FAILURE);
      return;
    case "2":
      transaction.choices.push("news");
      port.send(`2\r\n${settingsOf(port.settings).news ?? "There is no news."}\r\n${menu}`);
      break;
    case "\r":
      port.send(menu);
      break;
    default:
  }
  receive(transaction, receiveBuffer);
}

function decide(
  transaction: Transaction,
  choice: string,
  msgId: typeof SECURITYMSG_SUCCESS | typeof SECURITYMSG_FAILURE,
): void {
  transaction.choices.push(choice);
  const { port } = transaction;
  // A menu does not know who calls: PPP asks for that.
  transaction.verdict = { msgId, port, userName: "guest", domain: "" };
  transaction.complete(transaction.verdict);
}

/** What delays the end. */
async function writeDown(transaction: Transaction): Promise<void> {
  const { port, choices, complete } = transaction;
  const info = { lastError: 0, bytesReceived: 0, deviceName: "" };
  port.getInfo(info);
  await keep(port, `${info.deviceName}: ${choices.join(", ") || "hung up"}`);
  transaction.written = "done";
  complete(transaction.verdict ?? { msgId: SECURITYMSG_FAILURE, port, userName: "guest", domain: "" });
}
