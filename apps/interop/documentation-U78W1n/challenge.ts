// apps/docs/guides/ras-security-dialog.md:178
import {
  type RasSecurityModule,
  SECURITYMSG_FAILURE,
  SECURITYMSG_SUCCESS,
  type SecurityPort,
} from "@sallyport/ras-security";
import { createRasBench } from "@sallyport/testbench";

const module: RasSecurityModule = {
  RasSecurityDialogBegin(port, sendBuffer, receiveBuffer, complete) {
    const send = (text: string) => port.send(sendBuffer, new TextEncoder().encodeInto(text, sendBuffer).written);
    const receive = (then: (line: string) => void) => {
      const length = { value: receiveBuffer.length };
      port.receive(receiveBuffer, length, 30, () => then(new TextDecoder().decode(receiveBuffer.subarray(0, length.value)).trim()));
    };
    send("Name: ");
    receive((userName) => {
      send("Challenge 123. Response: ");
      receive((response) => {
        const msgId = response === "321" ? SECURITYMSG_SUCCESS : SECURITYMSG_FAILURE;
        complete({ msgId, port, userName, domain: "CORP" });
      });
    });
    return 0; // NO_ERROR: complete() is owed
  },
  RasSecurityDialogEnd: (_port: SecurityPort) => 619, // ERROR_PORT_DISCONNECTED: the transaction may end
};

const bench = createRasBench({ module });
const caller = await bench.dial();
await caller.expect("Name: ");
await caller.type("alice\r");
await caller.expect("Response: ");
await caller.type("321\r");
await caller.ended();
console.log(caller.calls.join("\n"));

export {};
