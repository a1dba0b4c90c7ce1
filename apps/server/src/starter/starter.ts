import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { randomWord, systemRandom } from "@sallyport/runtime";
import { starterFolder } from "../commands/command-line.ts";
import { StartError } from "../start-error.ts";
import { starterExtension } from "./starter-extension.ts";

/**
 * Writes a first configuration with random secrets into ./sallyport, readable by its owner alone. Files that exist
 * are never overwritten.
 *
 * @returns the settings file
 */
export async function ensureStarter(): Promise<string> {
  const folder = resolve(starterFolder);
  const secret = randomWord(20, systemRandom);
  const password = randomWord(12, systemRandom);
  const file = join(folder, "sallyport.config.json");
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
    await writeNew(join(folder, "extension.ts"), starterExtension);
    await writeNew(join(folder, "radclient.secret"), `${secret}\n`);
    await writeNew(
      join(folder, "alice.request"),
      `User-Name = "alice"\nUser-Password = "${password}"\nMessage-Authenticator = 0x00\n`,
    );
    await writeNew(file, starterSettings(secret, password));
  } catch (cause) {
    throw new StartError(
      `the first configuration cannot be written into ${folder}: ${(cause as Error).message}`,
      "start in a folder where this user may write, or name a settings file with --config",
      cause,
    );
  }
  process.stderr.write(
    `Wrote a first configuration into ${folder}; its secrets are random and readable only by you.\n`,
  );
  return file;
}

function starterSettings(secret: string, password: string): string {
  return `// Settings of this Sallyport server. Check them with: sallyport check
{
  "radius": {
    // Loopback only: nobody outside this machine can reach it. "0.0.0.0:1812" opens it to the network.
    "auth": "127.0.0.1:1812",
    "acct": "127.0.0.1:1813",
    "clients": [
      {
        "name": "localhost",
        "address": "127.0.0.1",
        "secret": "${secret}",
        "requireMessageAuthenticator": "always"
      }
    ]
  },
  "accounts": [{ "name": "alice", "password": "${password}", "groups": ["staff"] }],
  "extensions": {
    // Called for every request, in order, before the password is checked: edit it and start again.
    "authentication": ["./extension.ts"],
    // Called when the answer is known.
    "authorization": []
  },
  "state": "./state"
}
`;
}

async function writeNew(path: string, content: string): Promise<void> {
  await writeFile(path, content, { flag: "wx", mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
}
