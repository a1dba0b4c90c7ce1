import {
  type EapMethodRegistration,
  type EapType,
  genericTokenCard,
  type MsChap2Accounts,
  md5Challenge,
  msChapV2,
  type OneTimePasswordStore,
  oneTimePasswordMethod,
} from "@sallyport/eap";

/** The built-in methods under the names that settings and commands have for them. */
export const eapMethodNames = ["mschapv2", "md5", "gtc", "otp", "tls"] as const;
export type EapMethodName = (typeof eapMethodNames)[number];

/** Methods that carry others in a tunnel. */
export const tunnelNames = ["peap", "ttls"] as const;
export type TunnelName = (typeof tunnelNames)[number];

export function isTunnelName(name: string): name is TunnelName {
  return tunnelNames.some((tunnel) => tunnel === name);
}

/** What may be inside of each, in the order in which it is offered where nobody says otherwise. */
export const innerMethodNames = {
  peap: ["mschapv2", "gtc", "md5", "otp", "tls"],
  ttls: ["pap", "chap", "mschap", "mschapv2", "eap-mschapv2", "eap-md5", "eap-gtc", "eap-otp", "eap-tls"],
} as const;
export type InnerMethodName = (typeof innerMethodNames)[TunnelName][number];

/** Built-in methods that need no certificate. */
export const plainMethodNames = ["mschapv2", "md5", "gtc", "otp"] as const;
export type PlainMethodName = (typeof plainMethodNames)[number];

/** Their EAP types. */
export const eapMethodTypes: Readonly<Record<EapMethodName | TunnelName, number>> = {
  mschapv2: 26,
  md5: 4,
  gtc: 6,
  otp: 5,
  tls: 13,
  ttls: 21,
  peap: 25,
};

/** What the built-in methods need to serve as authenticators; peers need nothing. */
export interface EapMethodNeeds {
  readonly accounts?: MsChap2Accounts;
  readonly oneTimePasswords?: OneTimePasswordStore;
}

/** A built-in method. */
export function builtInMethod(name: PlainMethodName, needs: EapMethodNeeds = {}): EapMethodRegistration {
  switch (name) {
    case "mschapv2":
      // No second try within a conversation: supplicants without a user leave it unanswered, and nobody would learn of
      // the wrong password. Whoever asks a user begins anew.
      return msChapV2({ accounts: needs.accounts, retries: 0 });
    case "md5":
      return md5Challenge();
    case "gtc":
      return genericTokenCard();
    case "otp":
      return oneTimePasswordMethod({ store: needs.oneTimePasswords });
  }
}

/** A method of somebody's own: what a module exports, with what its settings say about it. */
export function ownMethod(
  imported: unknown,
  settings: { readonly type?: EapType | undefined; readonly friendlyName?: string | undefined },
): EapMethodRegistration {
  const exported = exportOf(imported);
  if (!isMethod(exported)) throw new TypeError("it exports no RasEapGetInfo");
  const own = exported as Partial<EapMethodRegistration>;
  const type = settings.type ?? own.type;
  if (type === undefined) throw new TypeError("it does not say which EAP type it serves");
  const friendlyName = settings.friendlyName ?? own.friendlyName;
  return {
    ...own,
    type,
    module: own.module ?? exported,
    ...(friendlyName !== undefined && { friendlyName }),
  };
}

function exportOf(imported: unknown): unknown {
  if (typeof imported !== "object" || imported === null) return imported;
  const byDefault: unknown = "default" in imported ? imported.default : undefined;
  return byDefault ?? imported;
}

function isMethod(value: unknown): value is EapMethodRegistration["module"] {
  return (
    typeof value === "object" &&
    value !== null &&
    "RasEapGetInfo" in value &&
    typeof value.RasEapGetInfo === "function"
  );
}
