import { constantTimeEqual } from "@sallyport/crypto";
import type { Milliseconds, Random } from "@sallyport/runtime";
import type { NtlmPackageOptions, NtlmServerNames } from "./ntlm-options.ts";
import * as av from "./wire/av-pairs.ts";
import { fileTime } from "./wire/file-time.ts";
import { encodeUtf16 } from "./wire/text.ts";

/** What all credentials of one package instance have in common. */
export class NtlmShared {
  /** Version 10.0 of the operating system, revision 15 of NTLMSSP (MS-NLMP section 2.2.2.10). */
  readonly version: Uint8Array = Uint8Array.of(10, 0, 0, 0, 0, 0, 0, 15);
  readonly workstation: string;
  readonly kind: "domain" | "server";
  /** What a CHALLENGE calls its target. */
  readonly targetName: string;
  readonly domain: string;
  /** The AV pairs of a CHALLENGE; its time stands before the end. */
  readonly #targetInfo: Uint8Array<ArrayBuffer>;
  #singleHost: Uint8Array<ArrayBuffer> | undefined;

  constructor({ workstation = "", server = {} }: NtlmPackageOptions) {
    for (const [setting, name] of Object.entries({ workstation, ...server })) checkName(setting, name);
    this.workstation = workstation;
    this.kind = server.kind ?? "server";
    if (this.kind !== "server" && this.kind !== "domain")
      throw new RangeError("kind must be server or domain");
    const { computer = "SALLYPORT", domain = "WORKGROUP" } = server;
    this.domain = domain;
    this.targetName = this.kind === "domain" ? domain : computer;
    const time = { id: av.MsvAvTimestamp, value: new Uint8Array(8) };
    this.#targetInfo = av.encodeAvPairs([...pairsOf({ ...server, computer, domain }), time]);
  }

  /** The target information of a CHALLENGE that is made now (NTLM-11). */
  targetInfo(now: Milliseconds): Uint8Array {
    this.#targetInfo.set(fileTime(now), this.#targetInfo.length - 12);
    return this.#targetInfo;
  }

  /** What a client says of the process it runs in: 48 bytes, the same for all its contexts (MS-NLMP section 2.2.2.2). */
  singleHost(random: Random): Uint8Array {
    if (this.#singleHost === undefined) {
      this.#singleHost = new Uint8Array(48);
      this.#singleHost[0] = 48;
      this.#singleHost.set(random(32), 16);
    }
    return this.#singleHost;
  }

  /** Whether a client says that it runs in this process. */
  isOwnHost(singleHost: Uint8Array | undefined): boolean {
    const own = this.#singleHost;
    return own !== undefined && singleHost !== undefined && constantTimeEqual(own, singleHost);
  }
}

/** Names go into fields of 16 bits, and into messages that have to stay short. */
function checkName(setting: string, name: unknown): void {
  if (name === undefined || (typeof name === "string" && name.length <= 255)) return;
  throw new RangeError(`${setting} must be a name of at most 255 letters`);
}

function pairsOf(
  server: NtlmServerNames & { readonly computer: string; readonly domain: string },
): av.AvPair[] {
  const { computer, domain, dnsComputer = computer.toLowerCase(), dnsDomain = "", dnsTree } = server;
  const pairs = [
    { id: av.MsvAvNbDomainName, value: encodeUtf16(domain) },
    { id: av.MsvAvNbComputerName, value: encodeUtf16(computer) },
    { id: av.MsvAvDnsDomainName, value: encodeUtf16(dnsDomain) },
    { id: av.MsvAvDnsComputerName, value: encodeUtf16(dnsComputer) },
  ];
  if (dnsTree !== undefined) pairs.push({ id: av.MsvAvDnsTreeName, value: encodeUtf16(dnsTree) });
  return pairs;
}
