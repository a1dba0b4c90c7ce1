// packages/ras-security/README.md:42
import { type RasSecurityModule, SECURITYMSG_FAILURE } from "@sallyport/ras-security";

export const RasSecurityDialogBegin: RasSecurityModule["RasSecurityDialogBegin"] = (port, sendBuffer, receiveBuffer, complete) => {
  const { written } = new TextEncoder().encodeInto("Who are you? ", sendBuffer);
  port.send(sendBuffer, written);
  const length = { value: receiveBuffer.length };
  port.receive(receiveBuffer, length, 30, () => complete({ msgId: SECURITYMSG_FAILURE, port, userName: "", domain: "" }));
  return 0;
};
export const RasSecurityDialogEnd: RasSecurityModule["RasSecurityDialogEnd"] = () => 619;

export {};
