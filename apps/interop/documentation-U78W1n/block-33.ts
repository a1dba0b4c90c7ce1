// packages/nps/README.md:31
import { writeFileSync } from "node:fs";
import { readLogFile } from "@sallyport/nps/node";

writeFileSync("IN2611.log", "10.0.0.1,alice,11/21/2026,14:42:19,IAS,NPS1,31,00-11-22,4136,3,4142,16\r\n");
for await (const { rows } of readLogFile("IN2611.log")) {
  for (const row of rows) {
    console.log(row.localTimeText, row.packetTypeName, row.user, row.find("Calling-Station-Id")?.value, row.reasonText);
  }
}

export {};
