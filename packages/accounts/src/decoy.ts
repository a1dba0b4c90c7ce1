import { ntHash, Secret } from "@sallyport/crypto";
import type { ScryptPassword } from "./scrypt-password.ts";
import type { ClearPassword, StoredPassword } from "./stored-password.ts";

/** What is compared where there is nothing to compare with. Its outcome never counts. */
export const clearDecoy: Required<ClearPassword> = Object.freeze({
  form: "clear",
  password: new Secret("decoy"),
  ntHash: new Secret(ntHash("decoy")),
});

/**
 * A password that stands in for that of users who do not exist, so that they take as long as those who do: of the
 * costliest form among the passwords of a source, and of the cost that is the most frequent there.
 *
 * @example
 * ```ts
 * import { decoyFor, parseStoredPassword } from "@sallyport/accounts";
 *
 * decoyFor([parseStoredPassword("nt:3e057cd123205aa168af5f121716b335")]).form; // "nt-hash"
 * ```
 */
export function decoyFor(passwords: Iterable<StoredPassword>): StoredPassword {
  let decoy: StoredPassword = clearDecoy;
  let most = 0;
  const counts = new Map<string, number>();
  for (const password of passwords) {
    if (password.form === "nt-hash" && decoy.form === "clear") {
      decoy = Object.freeze({ form: "nt-hash", ntHash: clearDecoy.ntHash });
    }
    if (password.form !== "scrypt") continue;
    const { ln, r, p } = password.cost;
    const key = `${ln},${r},${p},${password.hash.length}`;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    if (count <= most) continue;
    most = count;
    decoy = scryptDecoy(password);
  }
  return decoy;
}

function scryptDecoy({ cost, salt, hash }: ScryptPassword): ScryptPassword {
  return Object.freeze({
    form: "scrypt",
    cost,
    salt: new Uint8Array(salt.length),
    hash: new Secret(new Uint8Array(hash.length)),
  });
}
