/**
 * A lockout: after too many failed attempts of a user none is looked at for a while, and the user is told for how long. To be
 * listed at both extension points: at the authentication point who is locked is refused, at the authorization point it is
 * known how an attempt has ended.
 *
 * `lockout.ts` is the store; other extensions share its attempts. `windows.ts` has the entry points of a DLL.
 */
import {
  type Decision,
  defineNpsExtension,
  type ExtensionRequest,
  type NpsExtensionModule,
  reject,
} from "@sallyport/nps";
import { forgetLockout } from "./lockout.ts";
import { type Configuration, configurationOf, type LockoutSettings, lockedMessage } from "./settings.ts";

export { type Attempt, Lockout, type LockoutRules, sharedLockout } from "./lockout.ts";
export type { LockoutSettings };

let configuration: Configuration | undefined;

const lockoutExtension: NpsExtensionModule = defineNpsExtension({
  initialize(environment) {
    configuration = configurationOf(environment);
  },

  terminate() {
    if (configuration !== undefined) forgetLockout(configuration.name);
    configuration = undefined;
  },

  authentication: refusalOf,

  authorization(request, response) {
    const { lockout } = ready();
    // Locked meanwhile, by guesses that arrived together; or known only now, as the user inside a tunnel is.
    if (response.disposition === "accept") {
      const refusal = refusalOf(request);
      if (refusal === undefined) lockout.succeeded(keyOf(request));
      return refusal;
    }
    // A challenge is no verdict: a second factor, or the next round of EAP.
    if (response.disposition === "reject") lockout.failed(keyOf(request));
  },
});

export default lockoutExtension;

function refusalOf(request: ExtensionRequest): Decision | undefined {
  const unlocksInMs = ready().lockout.unlocksInMs(keyOf(request));
  if (unlocksInMs === 0) return undefined;
  request.log.warning("locked out: the attempt is not looked at", { user: request.account, unlocksInMs });
  return reject({ message: lockedMessage(unlocksInMs), reason: "authentication-failure" });
}

function keyOf(request: ExtensionRequest): string {
  return ready().keyOf(request.account ?? "", request.get("Calling-Station-Id"));
}

/** A throw discards the request: without settings nobody is let in. */
function ready(): Configuration {
  if (configuration === undefined) throw new Error("the settings are not read");
  return configuration;
}
