import { type DictionaryEntry, vendorAttribute } from "./entry.ts";

const ciscoVendor = 9;

/** Cisco's attribute-value pairs, such as `shell:priv-lvl=15`. */
export const cisco: readonly DictionaryEntry[] = [vendorAttribute(ciscoVendor, 1, "Cisco-AVPair", "text")];
