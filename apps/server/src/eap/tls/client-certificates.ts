import { type Account, type AccountSource, accountRestriction } from "@sallyport/accounts";
import type { EapTlsApplicant, EapTlsVerdict } from "@sallyport/eap";
import { CERT_E_INVALID_NAME, CERT_E_MALFORMED } from "@sallyport/errors/hresult";
import {
  ERROR_ACCT_DISABLED,
  ERROR_ACCT_EXPIRED,
  ERROR_AUTHENTICATION_FAILURE,
  ERROR_RESTRICTED_LOGON_HOURS,
} from "@sallyport/errors/ras";
import { SEC_E_MULTIPLE_ACCOUNTS } from "@sallyport/errors/sspi";
import { findAccount } from "@sallyport/nps";
import { type Clock, isThenable } from "@sallyport/runtime";
import {
  CertificateMapping,
  type CertificateOwner,
  type MappedAccount,
  type MappingName,
} from "../certificates/certificate-mapping.ts";
import { knownCertificateFacts } from "../certificates/certificate-memory.ts";
import { noteCertificate, sessionRecords } from "./session-record.ts";

export interface ClientCertificateOptions {
  readonly accounts: AccountSource;
  readonly defaultDomain: string;
  readonly clock: Clock;
}

/** Whose the certificates of clients are, by accounts that a reload may replace. */
export class ClientCertificates {
  readonly #options: ClientCertificateOptions;
  #mapping: CertificateMapping;

  constructor(
    options: ClientCertificateOptions,
    mapped: readonly MappedAccount[],
    mappings: readonly MappingName[],
  ) {
    this.#options = options;
    this.#mapping = this.#make(mapped, mappings);
  }

  /** The accounts and their certificates from now on. */
  replace(mapped: readonly MappedAccount[], mappings: readonly MappingName[]): void {
    this.#mapping = this.#make(mapped, mappings);
  }

  /** Chain, dates, purpose and revocation are TLS's business, and good when this is asked. */
  readonly authorise = ({
    certificates: [own],
  }: EapTlsApplicant): EapTlsVerdict | PromiseLike<EapTlsVerdict> => {
    const facts = own === undefined ? undefined : knownCertificateFacts(own.der);
    const record = sessionRecords.getStore();
    if (record !== undefined) noteCertificate(record, facts);
    if (facts === undefined) return refused(CERT_E_MALFORMED, "it cannot be read");
    const owner = this.#mapping.ownerOf(facts);
    return isThenable(owner) ? owner.then((late) => this.#judge(late)) : this.#judge(owner);
  };

  #judge(owner: CertificateOwner): EapTlsVerdict | PromiseLike<EapTlsVerdict> {
    switch (owner.kind) {
      case "nobody":
        return refused(CERT_E_INVALID_NAME, owner.why);
      case "several":
        return refused(SEC_E_MULTIPLE_ACCOUNTS, `it is that of ${owner.identities.join(" and ")}`);
      case "account": {
        const record = sessionRecords.getStore();
        if (record !== undefined) record.mapping = `${owner.identity} by ${owner.by}`;
        const account = findAccount(this.#options.accounts, owner.identity, this.#options.defaultDomain);
        return isThenable(account)
          ? account.then((late) => this.#admit(owner.identity, late))
          : this.#admit(owner.identity, account);
      }
    }
  }

  #admit(identity: string, account: Account | undefined): EapTlsVerdict {
    if (account === undefined) return refused(ERROR_AUTHENTICATION_FAILURE, `${identity} does not exist`);
    // A password that has to be changed is none of a certificate's business.
    const { passwordExpires: _, ...usable } = account;
    const restriction = accountRestriction(usable, this.#options.clock.now());
    switch (restriction) {
      case undefined:
        return { kind: "admitted", account: identity };
      case "logon-hours":
        return refused(ERROR_RESTRICTED_LOGON_HOURS, `${identity} may not log on at this time`);
      case "expired":
        return refused(ERROR_ACCT_EXPIRED, `${identity} has expired`);
      default:
        return refused(ERROR_ACCT_DISABLED, `${identity} is disabled`);
    }
  }

  #make(accounts: readonly MappedAccount[], mappings: readonly MappingName[]): CertificateMapping {
    const { accounts: source, defaultDomain } = this.#options;
    return new CertificateMapping({
      accounts,
      mappings,
      find: (name) => findAccount(source, name, defaultDomain),
      identityOf: ({ domain, name }) => `${domain ?? defaultDomain}\\${name}`,
    });
  }
}

function refused(code: number, why: string): EapTlsVerdict {
  const record = sessionRecords.getStore();
  if (record !== undefined) record.refusal = why;
  return { kind: "refused", code };
}
