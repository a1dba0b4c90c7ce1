/**
 * Users in a database of one's own: at the authentication point the extension brings the password of the user, and whatever
 * method the access server speaks verifies against it, PEAP with MS-CHAPv2 included (NPS-66). To be listed at both points.
 */
import { defineNpsExtension, type NpsExtensionModule, reject } from "@sallyport/nps";
import { openUserDatabase, type UserDatabase } from "./node/user-database.ts";

export type { UserDatabase };

/** The settings: which database, and how it is asked. */
export interface UserDatabaseSettings {
  /** The SQLite file, from the folder in which the server runs. */
  readonly database: string;
  /** Finds the password of the user whose name is the parameter. By default in a table `users` that `npm run add-user` makes. */
  readonly query?: string;
}

/**
 * Makes the extension; `open` is how it comes to its database, SQLite by default.
 *
 * @example
 * ```ts
 * import { userDatabase } from "@sallyport/sample-eap-user-database";
 *
 * const passwords = new Map([["carol", "looking glass"]]);
 * export default userDatabase({ open: () => ({ passwordOf: (name) => passwords.get(name), close() {} }) });
 * ```
 */
export function userDatabase(
  options: { readonly open?: (settings: unknown) => UserDatabase | PromiseLike<UserDatabase> } = {},
): NpsExtensionModule {
  const { open = openUserDatabase } = options;
  let database: UserDatabase | undefined;
  /** A throw discards the request: while the database is away nobody is told that a password is wrong. */
  const passwordOf: UserDatabase["passwordOf"] = (name) => {
    if (database === undefined) throw new Error("there is no database");
    return database.passwordOf(name);
  };

  return defineNpsExtension({
    async initialize({ settings }) {
      database = await open(settings);
    },

    terminate() {
      database?.close();
      database = undefined;
    },

    async authentication(request) {
      // Called in every round of EAP; without account there is nobody to look for.
      const name = bareName(request.account);
      const password = name === "" ? undefined : await passwordOf(name);
      // Who is not in the database may have an account of the server.
      if (password !== undefined) request.supplyPassword(password);
    },

    /**
     * The password was brought for the name outside the tunnel. Who gave another name inside has proved to know that password,
     * and not to be whom the name inside says.
     */
    async authorization(request, response) {
      const outside = bareName(request.userName);
      if (response.disposition !== "accept" || outside === bareName(request.account)) return;
      if ((await passwordOf(outside)) === undefined) return;
      request.log.warning("rejected: another user inside the tunnel than outside", { user: request.account });
      return reject({ reason: "authentication-failure" });
    },
  });
}

export default userDatabase();

/** `carol` of `CORP\CAROL`, `carol@corp.example` and `Carol`. */
function bareName(name = ""): string {
  const user = name.slice(name.indexOf("\\") + 1).toLowerCase();
  const at = user.lastIndexOf("@");
  return at < 0 ? user : user.slice(0, at);
}
