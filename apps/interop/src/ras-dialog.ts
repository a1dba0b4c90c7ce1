import type { SettingsInput } from "@sallyport/server";

/** The dialog that peers talk to, as the administrator of a gateway would write it. */
export const dialogModule = `
import { defineSecurityDialog } from "@sallyport/ras-security";

export default defineSecurityDialog(async (dialog) => {
  const user = await dialog.ask("Username: ");
  const code = await dialog.ask("Passcode: ", { echo: "*", timeoutSeconds: 60 });
  return code === dialog.settings.passcode
    ? dialog.accept(user, "CORP")
    : dialog.refuse(user, "CORP", { message: "Access denied.\\n" });
}, { idleSeconds: 30 });
`;

/** A server that only takes callers: one port of each kind. */
export const rasSettings: SettingsInput = {
  ras: {
    module: { module: "./dialog.ts", settings: { passcode: "4711" } },
    ports: [
      { name: "raw", listen: "127.0.0.1:0" },
      { name: "telnet", listen: "127.0.0.1:0", protocol: "telnet" },
      { name: "unix", listen: "unix:./gate.sock" },
    ],
  },
};
