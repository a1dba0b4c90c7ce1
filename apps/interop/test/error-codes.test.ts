import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as eap from "@sallyport/errors/eap";
import * as hresult from "@sallyport/errors/hresult";
import * as inet from "@sallyport/errors/inet";
import * as lm from "@sallyport/errors/lm";
import * as ntstatus from "@sallyport/errors/ntstatus";
import * as ras from "@sallyport/errors/ras";
import * as sspi from "@sallyport/errors/sspi";
import * as tapi from "@sallyport/errors/tapi";
import * as win32 from "@sallyport/errors/win32";
import { expect, it } from "vitest";
import { valuesOfCrate, valuesOfHeaders } from "../src/header-values.ts";
import { root } from "../src/markdown.ts";
import { describeWithPeers, folders } from "../src/peers.ts";
import { temporaryFolder } from "../src/temporary-folder.ts";

/** What the package exports, by name; no name has two values. */
const exported = new Map(
  [win32, hresult, ntstatus, ras, sspi, eap, lm, inet, tapi]
    .flatMap((module) => Object.entries(module))
    .filter((entry): entry is [string, number] => typeof entry[1] === "number"),
);

const data = JSON.parse(readFileSync(join(root, "packages/errors/data/error-codes.json"), "utf8")) as {
  readonly corrections: Readonly<Record<string, { readonly header: string; readonly right: string }>>;
  readonly groups: readonly { readonly header: string; readonly source: string; readonly codes: object }[];
};
const namesOf = (header: string, source: string): readonly string[] =>
  data.groups
    .filter((group) => group.header === header && group.source === source)
    .flatMap(({ codes }) => Object.keys(codes));

/** Where the headers are wrong; the right number and who has it. */
const headerErrors: Readonly<Record<string, readonly [header: number, right: number]>> = {
  EAP_E_CERT_STORE_INACCESSIBLE: [0x80420011, 0x80420010],
  EAP_E_EAPHOST_METHOD_INVALID_PACKET: [0x40420017, 0x80420017],
  EAP_E_EAPHOST_REMOTE_INVALID_PACKET: [0x40420018, 0x80420018],
  EAP_E_EAPHOST_XML_MALFORMED: [0x40420019, 0x80420019],
  EAP_E_METHOD_CONFIG_DOES_NOT_SUPPORT_SSO: [0x4042001a, 0x8042001a],
  EAP_E_USER_CREDENTIALS_REJECTED: [0x40420111, 0x80420111],
  EAP_E_USER_NAME_PASSWORD_REJECTED: [0x40420112, 0x80420112],
  STATUS_PKU2U_CERT_FAILURE: [0xc000042e, 0xc000042f],
  STATUS_GRAPHICS_DRIVER_MISMATCH: [0x401e0117, 0xc01e0009],
};

const headers = [
  ["winerror.h", 3483],
  ["raserror.h", 272],
  ["mprerror.h", 56],
  ["lmerr.h", 310],
  ["wininet.h", 92],
  ["eaphosterror.h", 33],
  ["tapi.h", 155],
  ["tapi3err.h", 90],
  ["ntstatus.h", 1797],
] as const;

describeWithPeers(["gcc", "mingw-w64 headers"], "error codes against the headers of mingw-w64", () => {
  it.each(headers)("%s: the compiler finds the same value for each of %i names", async (header, count) => {
    const names = namesOf(header, "mingw-w64");
    expect(names).toHaveLength(count);
    const values = await valuesOfHeaders([header], new Set(names), temporaryFolder());
    expect([...values.keys()].sort()).toEqual([...names].sort());
    for (const [name, value] of values) {
      const [printed, right] = headerErrors[name] ?? [value, value];
      expect([value, exported.get(name)], name).toEqual([printed, right]);
    }
  });

  it("the nine errors of the headers are these, and are kept right", async () => {
    const wrong = new Set(Object.keys(headerErrors));
    const known = await valuesOfHeaders(["eaphosterror.h", "ntstatus.h"], wrong, temporaryFolder());
    expect(Object.keys(headerErrors)).toHaveLength(9);
    for (const [name, [header, right]] of Object.entries(headerErrors)) {
      expect(known.get(name), name).toBe(header);
      expect(exported.get(name), name).toBe(right);
      expect(data.corrections[name], name).toEqual({
        header: `0x${header.toString(16).toUpperCase()}`,
        right: `0x${right.toString(16).toUpperCase()}`,
      });
    }
    expect(Object.keys(data.corrections).sort()).toEqual(Object.keys(headerErrors).sort());
  });

  it("no code of these headers is left out", () => {
    const folder = folders["mingw-w64 headers"];
    for (const header of [
      "raserror.h",
      "mprerror.h",
      "lmerr.h",
      "eaphosterror.h",
      "ntstatus.h",
      "tapi3err.h",
    ]) {
      const source = readFileSync(join(folder, header), "utf8");
      const defined = Array.from(
        source.matchAll(/^\s*#\s*define\s+(\w+)[ \t]+\S/gm),
        ([, name = ""]) => name,
      );
      const missing = defined.filter((name) => !exported.has(name));
      // Ends and bases of ranges, and what is no code at all.
      expect(
        missing.filter(
          (name) =>
            !/BASE|_(?:END|LAST|MAX|FIRST)$|^(?:FACILITY|STATUS_SEVERITY|_|MAX_|NT_)|^NTSTATUS/.test(name),
        ),
        header,
      ).toEqual([]);
    }
  });

  it("sspi.h and its neighbours have the same constants", async () => {
    const constants = JSON.parse(
      readFileSync(join(root, "packages/errors/data/sspi-constants.json"), "utf8"),
    ) as {
      readonly sdkOnly: readonly string[];
      readonly sets: readonly { readonly constants: object }[];
    };
    const names = constants.sets.flatMap((set) => Object.keys(set.constants));
    const values = await valuesOfHeaders(
      ["sspi.h", "schannel.h", "credssp.h", "ntsecapi.h", "ntsecpkg.h"],
      new Set(names),
      temporaryFolder(),
    );
    for (const [name, value] of values) expect(exported.get(name), name).toBe(value);
    expect(names.filter((name) => !values.has(name)).sort()).toEqual([...constants.sdkOnly].sort());
  });
});

describeWithPeers(["winapi crate"], "error codes against the winapi crate", () => {
  const crate = new Map(
    ["shared/winerror.rs", "shared/ntstatus.rs", "um/winhttp.rs", "um/wininet.rs"].flatMap((file) => [
      ...valuesOfCrate(file),
    ]),
  );

  it("each code that the headers of mingw-w64 lack has the value that it has there", () => {
    const names = ["winerror.h", "ntstatus.h", "winhttp.h", "wininet.h"].flatMap((header) =>
      namesOf(header, "winapi-rs"),
    );
    expect(names).toHaveLength(3135);
    for (const name of names) expect(exported.get(name), name).toBe(crate.get(name));
  });

  it("each code that both have is the same in both", () => {
    const both = [...exported].filter(([name]) => crate.has(name));
    expect(both.length).toBeGreaterThan(8000);
    for (const [name, value] of both) expect(crate.get(name), name).toBe(value);
  });
});
