/**
 * A second factor on a dial-in line: who dials in types his name and the code that his authenticator app shows; only
 * then PPP begins, which asks for the password.
 */
import { defineSecurityDialog } from "@sallyport/ras-security";
import { type CodeBook, codeBook } from "./code-book.ts";

/** The settings of the module. */
export interface OneTimePasswordSettings {
  /** Secrets in Base32, by user. */
  readonly users: Readonly<Record<string, string>>;
  /** The domain that events and PPP are told. Default `"CORP"`. */
  readonly domain?: string;
}

const attempts = 3;
/** One book for all calls: a code is good once, on whichever port it is typed. */
let opened: { readonly settings: unknown; readonly book: CodeBook } | undefined;

function bookOf(settings: unknown, users: OneTimePasswordSettings["users"]): { readonly book: CodeBook } {
  if (opened === undefined || opened.settings !== settings) opened = { settings, book: codeBook(users) };
  return opened;
}

export default defineSecurityDialog(
  async (dialog) => {
    const { users, domain = "CORP" } = dialog.settings as OneTimePasswordSettings;
    const { book } = bookOf(dialog.settings, users);
    const user = await dialog.retry({ attempts, again: "That was wrong.\n" }, async () => {
      const name = await dialog.ask("Username: ");
      // A person looks at his telephone first: EAP-29 and this line have the same reason.
      const code = await dialog.ask("One-time password: ", { echo: "*", timeoutSeconds: 60, maxLength: 16 });
      dialog.identify(name, domain);
      return book.take(name, code.trim(), dialog.clock.now()) ? name : undefined;
    });
    if (user === undefined) return dialog.refuse(undefined, undefined, { message: "Good bye.\n" });
    dialog.tell("Welcome.\n"); // what a script waits for before it begins PPP
    return dialog.accept(user, domain);
  },
  { idleSeconds: 60 },
);
