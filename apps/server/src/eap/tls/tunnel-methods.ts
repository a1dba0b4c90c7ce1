import {
  type EapMethodRegistration,
  type EapProvider,
  type MsChap2Accounts,
  type MsChapAccounts,
  peap,
  peapServer,
  raatMD5CHAPPassword,
  type TtlsProtocol,
  ttls,
  ttlsServer,
} from "@sallyport/eap";
import type { Log } from "@sallyport/runtime";
import {
  builtInMethod,
  type EapMethodNeeds,
  innerMethodNames,
  plainMethodNames,
  type TunnelName,
} from "../eap-methods.ts";
import type { LoadedMethod } from "../open-eap.ts";
import { namedInnerMethod } from "./observed-method.ts";
import { sessionRecords } from "./session-record.ts";
import { fromFiles, noteRefusal, type TlsMethodNeeds, tlsMethod } from "./tls-methods.ts";

/** What the methods inside of tunnels work with. */
export interface InnerNeeds extends EapMethodNeeds {
  readonly provider: EapProvider;
  readonly msChap: MsChapAccounts;
  readonly accounts: MsChap2Accounts;
  readonly log: Log;
  /** All methods of the settings, in their order. */
  readonly loaded: readonly LoadedMethod[];
  /** What a tunnel carries where the settings name nothing: clients with certificates, MS-CHAP version 1. */
  readonly byDefault: { readonly certificates: boolean; readonly msChap: boolean };
}

/** PEAP or TTLS with the methods that the settings name for the inside of it. */
export function tunnelMethod(tunnel: TunnelName, needs: TlsMethodNeeds & InnerNeeds): EapMethodRegistration {
  return tunnelWith(tunnel, innerNames(tunnel, needs), needs);
}

/** The same with these methods inside, in this order. */
export function tunnelWith(
  tunnel: TunnelName,
  names: readonly string[],
  needs: TlsMethodNeeds & InnerNeeds,
): EapMethodRegistration {
  const { engine, fragmentBytes, log } = needs;
  const eapNames = tunnel === "peap" ? names : names.filter((name) => !isProtocol(name));
  const methods = eapNames.map((name) => namedInnerMethod(innerMethod(tunnel, name, needs), name));
  const shared = { methods, log, fragmentBytes };
  const provider = namingProvider(needs.provider);
  if (tunnel === "peap") {
    const credentials = peapServer({ engine, identity: fromFiles });
    return peap({ ...shared, server: { credentials, provider, onRefused: noteRefusal } });
  }
  const credentials = ttlsServer({ engine, identity: fromFiles });
  const protocols: TtlsProtocol[] = names.filter(isProtocol);
  if (methods.length > 0) protocols.push("eap");
  return ttls({
    ...shared,
    server: {
      credentials,
      provider,
      protocols,
      msChap: naming("mschap", needs.msChap),
      msChap2: naming("mschapv2", needs.accounts),
      onRefused: noteRefusal,
    },
  });
}

/** What the settings say is inside of a tunnel; everything that is possible where they name the tunnel alone. */
function innerNames(tunnel: TunnelName, { loaded, byDefault }: InnerNeeds): readonly string[] {
  const own = loaded.filter(({ setting }) => setting.tunnel === tunnel);
  const named = own.flatMap(({ setting: { name } }) =>
    name === tunnel ? [] : [name.slice(tunnel.length + 1)],
  );
  if (!own.some(({ setting }) => setting.name === tunnel)) return named;
  const possible = innerMethodNames[tunnel].filter((name) => {
    if (name === "tls" || name === "eap-tls") return byDefault.certificates;
    return name === "mschap" ? byDefault.msChap : true;
  });
  return [...new Set([...named, ...possible])];
}

function innerMethod(
  tunnel: TunnelName,
  name: string,
  needs: TlsMethodNeeds & InnerNeeds,
): EapMethodRegistration {
  const own = needs.loaded.find(({ setting }) => setting.name === `${tunnel}/${name}`)?.own;
  if (own !== undefined) return own;
  const eapName = tunnel === "ttls" ? name.replace(/^eap-/, "") : name;
  const plain = plainMethodNames.find((known) => known === eapName);
  return plain === undefined ? tlsMethod(needs) : builtInMethod(plain, needs);
}

const protocolNames = ["pap", "chap", "mschap", "mschapv2"] as const;

function isProtocol(name: string): name is (typeof protocolNames)[number] {
  return protocolNames.some((known) => known === name);
}

/** Notes in the record that the provider was asked where no method of EAP asked it: PAP or CHAP inside of TTLS. */
function namingProvider(provider: EapProvider): EapProvider {
  return {
    ...provider,
    authenticate(request) {
      const chap = request.attributes.some(({ type }) => type === raatMD5CHAPPassword);
      note(chap ? "chap" : "pap", request.identity);
      return provider.authenticate(request);
    },
  };
}

/** Notes in the record that an answer of MS-CHAP came, unless a method of EAP brought it. */
function naming<Answer extends { readonly identity: string }, Verdict>(
  name: string,
  accounts: { verify(answer: Answer): Verdict },
): { verify(answer: Answer): Verdict } {
  return {
    verify(answer) {
      note(name, answer.identity);
      return accounts.verify(answer);
    },
  };
}

function note(inner: string, identity: string): void {
  const record = sessionRecords.getStore();
  if (record === undefined) return;
  record.inner ??= inner;
  record.innerIdentity ??= identity;
}
