import { attribute, type DictionaryEntry } from "./entry.ts";

/** RFC 5176 section 3.5, with the causes of RFC 5580 section 4.5 and RFC 7930 section 4. */
export const rfc5176: readonly DictionaryEntry[] = [
  attribute(101, "Error-Cause", "integer", {
    values: {
      "Residual-Session-Context-Removed": 201,
      "Invalid-EAP-Packet": 202,
      "Unsupported-Attribute": 401,
      "Missing-Attribute": 402,
      "NAS-Identification-Mismatch": 403,
      "Invalid-Request": 404,
      "Unsupported-Service": 405,
      "Unsupported-Extension": 406,
      "Invalid-Attribute-Value": 407,
      "Administratively-Prohibited": 501,
      "Request-Not-Routable": 502,
      "Session-Context-Not-Found": 503,
      "Session-Context-Not-Removable": 504,
      "Other-Proxy-Processing-Error": 505,
      "Resources-Unavailable": 506,
      "Request-Initiated": 507,
      "Multiple-Session-Selection-Unsupported": 508,
      "Location-Info-Required": 509,
      "Response-Too-Big": 601,
    },
  }),
];
