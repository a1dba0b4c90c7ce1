import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type AttributeInput,
  attributesFromNames,
  createDictionary,
  type DictionaryEntry,
  formatAttribute,
  splitVendorSpecific,
  standardDictionary,
} from "../src/index.ts";
import { hex, octets, utf8 } from "./support.ts";

const encoded = (input: AttributeInput): string[] =>
  attributesFromNames(input).map(({ type, value }) => `${type}:${hex(value)}`);
const shown = (type: number, value: Uint8Array | string): string => {
  const { name, text } = formatAttribute({ type, value: typeof value === "string" ? octets(value) : value });
  return `${name}=${text}`;
};

describe("the standard dictionary", () => {
  it.each([
    [1, 0, "User-Name", "text"],
    [31, 0, "Calling-Station-Id", "text"],
    [55, 0, "Event-Timestamp", "time"],
    [81, 0, "Tunnel-Private-Group-ID", "text"],
    [95, 0, "NAS-IPv6-Address", "ipv6"],
    [97, 0, "Framed-IPv6-Prefix", "ipv6prefix"],
    [101, 0, "Error-Cause", "integer"],
    [168, 0, "Framed-IPv6-Address", "ipv6"],
    [11, 311, "MS-CHAP-Challenge", "octets"],
    [16, 311, "MS-MPPE-Send-Key", "octets"],
    [1, 9, "Cisco-AVPair", "text"],
  ] as const)("attribute %i of vendor %i is %s", (type, vendor, name, dataType) => {
    expect(standardDictionary.byType(type, vendor)).toMatchObject({ type, vendor, name, dataType });
    expect(standardDictionary.byName(name.toUpperCase())?.type).toBe(type);
  });

  it("RFC 2865 section 5.44 knows which attributes occur once", () => {
    const single = (type: number): boolean => standardDictionary.byType(type)?.single === true;
    expect([1, 6, 8, 24, 27, 61, 80].map(single)).toEqual(Array(7).fill(true));
    expect([11, 13, 14, 18, 22, 25, 26, 33, 50, 64, 79].map(single)).toEqual(Array(11).fill(false));
  });

  it("every entry can be found by number and by name, and values fit into 4 octets", () => {
    let count = 0;
    for (const entry of standardDictionary) {
      expect(standardDictionary.byType(entry.type, entry.vendor)).toBe(entry);
      expect(standardDictionary.byName(entry.name)).toBe(entry);
      expect(entry.type).toBeGreaterThan(0);
      expect(entry.type).toBeLessThan(256);
      for (const value of Object.values(entry.values ?? {})) expect(value >>> 0).toBe(value);
      count++;
    }
    expect(count).toBeGreaterThan(200);
  });

  it("names vendors, and says nothing of others", () => {
    expect([9, 311, 32473].map((vendor) => standardDictionary.vendorName(vendor))).toEqual([
      "Cisco",
      "Microsoft",
      undefined,
    ]);
    expect(standardDictionary.byType(1, 32473)).toBeUndefined();
    expect(standardDictionary.byName("constructor")).toBeUndefined();
  });

  it("refuses two entries of one name or number", () => {
    const entry: DictionaryEntry = { name: "Example-Zone", type: 7, vendor: 32473, dataType: "text" };
    expect(() => createDictionary([entry, { ...entry, type: 8 }])).toThrow(
      /two attributes are called Example-Zone/,
    );
    expect(() => createDictionary([entry, { ...entry, name: "Other" }])).toThrow(
      /attribute 7 of vendor 32473/,
    );
    const own = createDictionary([...standardDictionary, entry], { 32473: "Example" });
    const [attribute] = attributesFromNames({ "Example-Zone": "b" }, own);
    expect(attribute && formatAttribute(attribute, own)).toEqual({ name: "Example-Zone", text: "b" });
    expect(own.vendorName(32473)).toBe("Example");
  });
});

describe("attributesFromNames", () => {
  it.each<[AttributeInput, string[]]>([
    [{ "User-Name": "Zoë" }, ["1:5a6fc3ab"]],
    [{ "user-name": "a" }, ["1:61"]],
    [{ "NAS-IP-Address": "10.0.0.1" }, ["4:0a000001"]],
    [{ "Service-Type": "Framed" }, ["6:00000002"]],
    [{ "Service-Type": "Framed-User" }, ["6:00000002"]],
    [{ "Service-Type": "framed" }, ["6:00000002"]],
    [{ "Service-Type": 2 }, ["6:00000002"]],
    [{ "Session-Timeout": "3600" }, ["27:00000e10"]],
    [{ "NAS-Port": 0xffffffff }, ["5:ffffffff"]],
    [{ "NAS-Port": "0x10" }, ["5:00000010"]],
    [{ Class: "0x00ff" }, ["25:00ff"]],
    [{ Class: "0x0f0" }, ["25:3078306630"]],
    [{ Class: Uint8Array.of(1, 2) }, ["25:0102"]],
    [{ "Event-Timestamp": new Date(1_000_000_500) }, ["55:000f4240"]],
    [{ "Event-Timestamp": 1_000_000 }, ["55:000f4240"]],
    [{ "Event-Timestamp": "1970-01-12T13:46:40Z" }, ["55:000f4240"]],
    [{ "NAS-IPv6-Address": "2001:db8::1" }, ["95:20010db8000000000000000000000001"]],
    [{ "Framed-IPv6-Prefix": "2001:db8:ffff::/36" }, ["97:002420010db8f0"]],
    [{ "Framed-IPv6-Prefix": "::/0" }, ["97:0000"]],
    [{ "PMIP6-Home-IPv4-HoA": "10.1.2.3/8" }, ["155:00080a000000"]],
    [{ "Framed-Interface-Id": "0:0:0:1" }, ["96:0000000000000001"]],
    [{ "MIP6-Feature-Vector": "9223372036854775808" }, ["124:8000000000000000"]],
    [{ "Tunnel-Type:1": "VLAN" }, ["64:0100000d"]],
    [{ "Tunnel-Type": "VLAN" }, ["64:0000000d"]],
    [{ "Tunnel-Private-Group-Id:1": "20" }, ["81:013230"]],
    [{ "Tunnel-Private-Group-Id:0": "20" }, ["81:003230"]],
    [{ "Tunnel-Private-Group-Id": 20 }, ["81:3230"]],
    [{ "Tunnel-Password:2": "pw" }, ["69:027077"]],
    [{ "Tunnel-Password": "pw" }, ["69:007077"]],
    [{ "Tunnel-Type": Uint8Array.of(1, 0, 0, 13) }, ["64:0100000d"]],
    [{ "Cisco-AVPair": ["a=1", "b=2"] }, ["26:000000090105613d31", "26:000000090105623d32"]],
    [{ "MS-Primary-DNS-Server": "10.0.0.2" }, ["26:000001371c060a000002"]],
    [{ "Attr-200": "0x0102" }, ["200:0102"]],
    [{ "Attr-1": utf8("a") }, ["1:61"]],
    [{ "Attr-26.32473.7": "0x62" }, ["26:00007ed9070362"]],
    [{ "Vendor-Specific": "0x00000009010361" }, ["26:00000009010361"]],
    [{ "Proxy-State": [Uint8Array.of(1), Uint8Array.of(2, 2)] }, ["33:01", "33:0202"]],
    [{ "Proxy-State": [] }, []],
    [{ "User-Name": "b", Class: "c" }, ["1:62", "25:63"]],
  ])("%j", (input, attributes) => {
    expect(encoded(input)).toEqual(attributes);
  });

  it("a bigint fills 8 octets and no more", () => {
    expect(encoded({ "MIP6-Feature-Vector": 2n ** 63n })).toEqual(["124:8000000000000000"]);
    expect(() => encoded({ "MIP6-Feature-Vector": 2n ** 64n })).toThrow(RangeError);
    expect(() => encoded({ "NAS-Port": -1n })).toThrow(RangeError);
  });

  it("RFC 3579 section 3.1 a long EAP-Message becomes several, one behind the other", () => {
    const message = Uint8Array.from({ length: 600 }, (_, index) => index);
    const pieces = attributesFromNames({ "EAP-Message": message });
    expect(pieces.map(({ type, value }) => [type, value.length])).toEqual([
      [79, 253],
      [79, 253],
      [79, 94],
    ]);
    expect(pieces.map(({ value }) => hex(value)).join("")).toBe(hex(message));
    expect(encoded({ "EAP-Message": new Uint8Array(0) })).toEqual(["79:"]);
  });

  it("an unknown name is a TypeError that suggests a known one", () => {
    expect(() => encoded({ "Usr-Name": "a" })).toThrow(
      new TypeError('no attribute is called "Usr-Name"; do you mean User-Name?'),
    );
    expect(() => encoded({ "Tunel-Type:1": "VLAN" })).toThrow(/do you mean Tunnel-Type\?/);
    expect(() => encoded({ Quux: "a" })).toThrow(/write "Attr-200"/);
    expect(() => encoded({ "User-Name:1": "a" })).toThrow(new TypeError("User-Name has no tag"));
    expect(() => encoded({ "Attr-256": "0x00" })).toThrow(TypeError);
  });

  it.each<AttributeInput>([
    { "Service-Type": "Framd" },
    { "NAS-Port": -1 },
    { "NAS-Port": 2 ** 32 },
    { "NAS-Port": 1.5 },
    { "NAS-Port": "" },
    { "Tunnel-Type:1": 2 ** 24 },
    { "Tunnel-Type:32": "VLAN" },
    { "NAS-IP-Address": "10.0.0.256" },
    { "NAS-IP-Address": "10.0.0.01" },
    { "NAS-IP-Address": "10.0.0" },
    { "NAS-IPv6-Address": "2001:db8" },
    { "NAS-IPv6-Address": "1::2::3" },
    { "NAS-IPv6-Address": "10.0.0.1" },
    { "Framed-IPv6-Prefix": "2001:db8::" },
    { "Framed-IPv6-Prefix": "2001:db8::/129" },
    { "Framed-Interface-Id": "0:0:1" },
    { "Event-Timestamp": "yesterday" },
    { "Event-Timestamp": new Date(-1_000) },
    { "Event-Timestamp": new Date(Number.NaN) },
    { "Reply-Message": "x".repeat(254) },
    { "Cisco-AVPair": "x".repeat(248) },
    { "Attr-200": "plain" },
    { "Attr-200": 5 },
    { Class: 5 },
  ])("%j is a RangeError that names the attribute", (input) => {
    const [name = ""] = Object.keys(input);
    expect(() => encoded(input)).toThrow(RangeError);
    expect(() => encoded(input)).toThrow(new RegExp(`^${name.replace(/:\d+$/, "")}`));
  });

  it("a secret does not stand in the message", () => {
    const mistake = (): unknown => attributesFromNames({ "CHAP-Password": 271828 });
    expect(mistake).toThrow(/^CHAP-Password: the value is no value/);
    expect(mistake).not.toThrow(/271828/);
  });
});

describe("formatAttribute", () => {
  it.each([
    [1, utf8("Zoë"), "User-Name=Zoë"],
    [1, "ff", "User-Name=0xff"],
    [18, utf8("a\r\nb\u202e\u0007"), "Reply-Message=a\\u{d}\\u{a}b\\u{202e}\\u{7}"],
    [6, "00000002", "Service-Type=Framed"],
    [6, "00000063", "Service-Type=99"],
    [6, "0002", "Service-Type=0x0002"],
    [8, "0a000007", "Framed-IP-Address=10.0.0.7"],
    [8, "0a0000", "Framed-IP-Address=0x0a0000"],
    [25, "0102", "Class=0x0102"],
    [25, "", "Class=0x"],
    [55, "000f4240", "Event-Timestamp=1970-01-12T13:46:40Z"],
    [64, "0100000d", "Tunnel-Type:1=VLAN"],
    [64, "0000000d", "Tunnel-Type=VLAN"],
    [64, "2000000d", "Tunnel-Type=536870925"],
    [81, "013230", "Tunnel-Private-Group-ID:1=20"],
    [81, "3230", "Tunnel-Private-Group-ID=20"],
    [81, "", "Tunnel-Private-Group-ID="],
    [95, "20010db8000000000000000000000001", "NAS-IPv6-Address=2001:db8::1"],
    [97, "002420010db8f0", "Framed-IPv6-Prefix=2001:db8:f000::/36"],
    [97, "00ff20010db8", "Framed-IPv6-Prefix=0x00ff20010db8"],
    [96, "0000000000000001", "Framed-Interface-Id=0:0:0:1"],
    [124, "8000000000000000", "MIP6-Feature-Vector=9223372036854775808"],
    [155, "00080a000000", "PMIP6-Home-IPv4-HoA=10.0.0.0/8"],
    [200, "0102", "Attr-200=0x0102"],
    [26, "000000090105613d31", "Cisco-AVPair=a=1"],
    [26, "00000009630361", "Attr-26.9.99=0x61"],
    [26, "00007ed9070362", "Attr-26.32473.7=0x62"],
    [
      26,
      "00000137 070600000001 1c060a000002",
      "Vendor-Specific=Microsoft: MS-MPPE-Encryption-Policy=Encryption-Allowed, MS-Primary-DNS-Server=10.0.0.2",
    ],
    [26, "00000009", "Vendor-Specific=0x00000009"],
  ])("%i %s", (type, value, expected) => {
    expect(shown(type, value)).toBe(expected);
  });

  it("NPS-88 shows passwords, keys and State as ***, those of Microsoft too", () => {
    for (const type of [2, 3, 24, 60, 69, 70, 79])
      expect(shown(type, utf8("wonderland"))).toMatch(/=\*\*\*$/);
    for (const type of [1, 11, 12, 16, 17, 25, 26]) {
      const [attribute] = attributesFromNames({ [`Attr-26.311.${type}`]: utf8("wonderland") });
      expect(attribute && shown(26, attribute.value)).toMatch(/^MS-.+=\*\*\*$/);
    }
    expect(shown(69, "03aabb")).toBe("Tunnel-Password:3=***");
  });

  it("never throws, and the text is printable on one line", () => {
    fc.assert(
      fc.property(fc.nat(255), fc.uint8Array({ maxLength: 253 }), (type, value) => {
        const { name, text } = formatAttribute({ type, value });
        expect(`${name}=${text}`).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      }),
      { numRuns: 2_000 },
    );
  });

  it("attributesFromNames understands what it shows, for every attribute that is no secret", () => {
    const entries = [...standardDictionary].filter(({ secret }) => secret !== true);
    const value = (entry: DictionaryEntry): fc.Arbitrary<Uint8Array> => {
      switch (entry.dataType) {
        case "ipv4":
        case "time":
          return fc.uint8Array({ minLength: 4, maxLength: 4 });
        case "integer": {
          const number = fc.uint8Array({ minLength: 4, maxLength: 4 });
          return entry.tagged ? number.map((bytes) => bytes.fill((bytes[0] ?? 0) & 31, 0, 1)) : number;
        }
        case "ipv6":
          return fc.uint8Array({ minLength: 16, maxLength: 16 });
        case "interface-id":
        case "integer64":
          return fc.uint8Array({ minLength: 8, maxLength: 8 });
        case "ipv4prefix":
          return fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => Uint8Array.of(0, 32, ...bytes));
        case "ipv6prefix":
          return fc
            .uint8Array({ minLength: 16, maxLength: 16 })
            .map((bytes) => Uint8Array.of(0, 128, ...bytes));
        case "text":
          return fc.stringMatching(/^[ -~]{1,40}$/).map(utf8);
        default:
          return fc.uint8Array({ minLength: 1, maxLength: 40 });
      }
    };
    const any = fc.constantFrom(...entries).chain((entry) => fc.tuple(fc.constant(entry), value(entry)));
    fc.assert(
      fc.property(any, ([entry, bytes]) => {
        fc.pre(entry.dataType !== "vendor-specific");
        const numbered = entry.vendor === 0 ? `Attr-${entry.type}` : `Attr-26.${entry.vendor}.${entry.type}`;
        const [attribute] = attributesFromNames({ [numbered]: bytes });
        if (attribute === undefined) throw new Error("no attribute was made");
        const { name, text } = formatAttribute(attribute);
        expect(attributesFromNames({ [name]: text })).toEqual([attribute]);
      }),
      { numRuns: 2_000 },
    );
  });
});

it("Vendor-specific and tagged attributes pass through packet code as they are", () => {
  const [attribute] = attributesFromNames({ "MS-CHAP-Domain": Uint8Array.of(1, 0x4c, 0x41, 0x42) });
  expect(splitVendorSpecific(attribute?.value ?? new Uint8Array())?.attributes[0]?.value).toEqual(
    octets("014c4142"),
  );
});
