// apps/docs/guides/ras-security-dialog.md:24
import { constantTimeEqual } from "@sallyport/crypto";
import { defineSecurityDialog } from "@sallyport/ras-security";

const isSame = (one: string, other: string) => constantTimeEqual(new TextEncoder().encode(one), new TextEncoder().encode(other));

export default defineSecurityDialog(async (dialog) => {
  const { passcodes } = dialog.settings as { passcodes: Record<string, string> };
  dialog.tell("The gate. Who are you?\n");
  const user = await dialog.retry({ attempts: 3, again: "That was wrong.\n" }, async () => {
    const name = await dialog.ask("Username: ");
    const code = await dialog.ask("Passcode: ", { echo: "*", timeoutSeconds: 60 });
    dialog.identify(name, "CORP"); // for the events of the log
    const right = Object.hasOwn(passcodes, name) ? passcodes[name] : undefined;
    return right !== undefined && isSame(code, right) ? name : undefined;
  });
  if (user !== undefined) return dialog.accept(user, "CORP");
  dialog.tell("Good bye.\n");
  return dialog.refuse();
});

export {};
