import { isIPv4, isIPv6 } from "node:net";
import fc from "fast-check";
import { expect, it } from "vitest";
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from "../src/wire/ip-address.ts";
import { hex } from "./support.ts";

it.each([
  ["::", "00000000000000000000000000000000"],
  ["::1", "00000000000000000000000000000001"],
  ["1::", "00010000000000000000000000000000"],
  ["2001:DB8:0:0:8:800:200C:417A", "20010db80000000000080800200c417a"],
  ["::ffff:192.0.2.1", "00000000000000000000ffffc0000201"],
  ["64:ff9b::192.0.2.1", "0064ff9b0000000000000000c0000201"],
])("RFC 4291 section 2.2 reads %s", (text, expected) => {
  expect(hex(parseIpv6(text) ?? new Uint8Array())).toBe(expected);
});

it.each([
  "",
  ":",
  ":::",
  "1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7:8:9",
  "1::2::3",
  "12345::",
  "::g",
  "1.2.3.4",
  "::1.2.3",
  "1.2.3.4::",
  "::1%eth0",
  ":1::",
  "1:2:3:4:5:6:7::8",
])("refuses %j", (text) => {
  expect(parseIpv6(text)).toBeUndefined();
});

it.each([
  ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
  ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
  ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
  ["0:0:0:0:0:0:0:0", "::"],
  ["ABCD:0:0:0:0:0:0:0", "abcd::"],
])("RFC 5952 section 4 writes %s as %s", (text, expected) => {
  expect(formatIpv6(parseIpv6(text) ?? new Uint8Array())).toBe(expected);
});

it("reads what it wrote, and writes what Node takes for an address", () => {
  const sparse = fc.array(fc.oneof(fc.constant(0), fc.nat(255)), { minLength: 16, maxLength: 16 });
  fc.assert(
    fc.property(sparse, (numbers) => {
      const octets = Uint8Array.from(numbers);
      const text = formatIpv6(octets);
      expect(isIPv6(text)).toBe(true);
      expect(hex(parseIpv6(text) ?? new Uint8Array())).toBe(hex(octets));
      const ipv4 = octets.subarray(0, 4);
      expect(hex(parseIpv4(formatIpv4(ipv4)) ?? new Uint8Array())).toBe(hex(ipv4));
    }),
  );
});

it("agrees with Node about what an address is", () => {
  const nearly = fc.stringMatching(/^[0-9a-f:.]{0,20}$/);
  fc.assert(
    fc.property(nearly, (text) => {
      expect(parseIpv4(text) !== undefined).toBe(isIPv4(text));
      expect(parseIpv6(text) !== undefined).toBe(isIPv6(text));
    }),
    { numRuns: 3_000 },
  );
});
