import { ERROR_NO_DIALIN_PERMISSION, ERROR_NO_IP_ADDRESSES } from "@sallyport/errors/ras";
import {
  formatIpv4,
  type PppAddressAnswer,
  type PppAddressAssignment,
  type PppAddressProvider,
  type PppAdmission,
  type PppSession,
  parseIpv4,
} from "@sallyport/ppp";
import type { RasAdminHost, RasLink } from "@sallyport/ras-security";

/** What the admin modules say to a connection, and the address that comes of it (RAS-64 to RAS-70). */
export class Admissions {
  readonly #addresses: PppAddressProvider;
  readonly #admin: RasAdminHost;
  #connection: number | undefined;
  #assignment: PppAddressAssignment | undefined;

  constructor(addresses: PppAddressProvider, admin: RasAdminHost) {
    this.#addresses = addresses;
    this.#admin = admin;
  }

  /** The address that a connection got when it was admitted. It is given back by `over`, after the modules were told. */
  get answer(): PppAddressAnswer {
    return this.#assignment === undefined ? noAddress : { ...this.#assignment, release: undefined };
  }

  /** Asks the modules about somebody who has proved who he is. */
  async ask(
    session: PppSession,
    { port, portName, from }: { readonly port: number; readonly portName: string; readonly from: string },
  ): Promise<PppAdmission> {
    const proposed = await this.#addresses.assign(session);
    if (proposed.kind === "assigned") this.#assignment = proposed;
    const at = session.userName.indexOf("\\");
    const link: RasLink = {
      connection: port,
      port,
      portName,
      userName: session.userName.slice(at + 1),
      logonDomain: session.userName.slice(0, Math.max(0, at)),
      remoteComputer: from,
    };
    const address = proposed.kind === "assigned" ? parseIpv4(proposed.address) : 0;
    const admission = await this.#admin.connect(link, { address });
    if (!admission.accepted) {
      this.#release();
      const { step, module, error } = admission;
      const code = error || (step === "address" ? ERROR_NO_IP_ADDRESSES : ERROR_NO_DIALIN_PERMISSION);
      return { kind: "refused", code, reason: `the admin module ${module} refuses the ${step}` };
    }
    this.#connection = port;
    const refusal = await this.#settle(session, admission.address, proposed);
    if (refusal !== undefined) await this.over();
    return refusal ?? { kind: "admitted" };
  }

  /** The connection is over: the modules are told, and the address is free. */
  async over(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    if (connection !== undefined) await this.#admin.connectionEnded(connection);
    this.#release();
  }

  /** RAS-70: what a module put in the place of the proposed address is taken, unless it is somebody's. */
  async #settle(
    session: PppSession,
    address: number | undefined,
    proposed: PppAddressAnswer,
  ): Promise<Extract<PppAdmission, { kind: "refused" }> | undefined> {
    if (address === undefined) return proposed.kind === "refused" ? proposed : noAddress;
    const chosen = formatIpv4(address);
    if (proposed.kind === "assigned" && proposed.address === chosen) return undefined;
    this.#release();
    const grant = { ...session.grant, address: chosen };
    const own = await this.#addresses.assign({ ...session, grant });
    if (own.kind === "refused") return own;
    this.#assignment = own;
    return undefined;
  }

  #release(): void {
    const assignment = this.#assignment;
    this.#assignment = undefined;
    assignment?.release?.();
  }
}

const noAddress: Extract<PppAdmission, { kind: "refused" }> = {
  kind: "refused",
  code: ERROR_NO_IP_ADDRESSES,
  reason: "there is no address for the caller",
};
