/**
 * A menu before PPP: connect, read the news, or leave. What a caller did is written down, and the port is not free before that
 * is done.
 *
 * `windows.ts` is the same with the entry points of a security DLL.
 */
import { defineSecurityDialog, type RasSecurityModule, type SecurityDialog } from "@sallyport/ras-security";
import { keep, settingsOf } from "./settings.ts";

export type { MenuSettings } from "./settings.ts";

const choices = { connect: "Connect", news: "News", "good bye": "Good bye" };

const menu: RasSecurityModule = defineSecurityDialog(async (dialog) => {
  const chosen: string[] = [];
  dialog.delayEnd(() => writeDown(dialog, chosen));
  for (;;) {
    const choice = await dialog.menu("", choices, { prompt: "Your choice: " });
    chosen.push(choice);
    switch (choice) {
      case "connect":
        // A menu does not know who calls: PPP asks for that.
        return dialog.accept("guest");
      case "good bye":
        return dialog.refuse("guest", "", { message: "Good bye.\n" });
      case "news":
        dialog.tell(`${settingsOf(dialog.settings).news ?? "There is no news."}\n`);
    }
  }
});

export default menu;

async function writeDown(dialog: SecurityDialog, chosen: readonly string[]): Promise<void> {
  await keep(dialog, `${dialog.deviceName}: ${chosen.join(", ") || "hung up"}`);
}
