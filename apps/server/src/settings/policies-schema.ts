import { authenticationTypes, encryptionStrengths, realmAttributes } from "@sallyport/nps";
import { z } from "zod";
import { choice, flag, list, message, record, text, typeMessage } from "./schema-parts.ts";

const attributeCondition = z.union(
  [
    z.string(),
    z.array(z.string()),
    record({ pattern: text("a regular expression") }),
    record({ network: z.union([text("a network"), list(text("a network"), "networks")]) }),
    record({ present: flag }),
  ],
  {
    error: (issue) =>
      typeMessage(
        issue,
        "a text, a list of texts, or a pattern",
        'write for example "Virtual", ["Ethernet", "Virtual"], { "pattern": "^vpn-" }, { "network": "10.0.0.0/8" } or { "present": true }',
      ),
  },
);

const named = <Value extends z.ZodType>(value: Value, example: string): z.ZodRecord<z.ZodString, Value> =>
  z.record(z.string(), value, {
    error: (issue) => typeMessage(issue, "an object", `write for example ${example}`),
  });

const names = (what: string): z.ZodOptional<z.ZodArray<z.ZodString>> =>
  list(text(`a ${what}`), `${what}s`).optional();

const dayAndTime = text('days and times, such as "Mo-Fr 08:00-18:00"').optional();

/** What every kind of policy can ask for. */
const ofTheRequest = {
  /** Client Friendly Name. */
  clients: names("client name"),
  /** Client IPv4 Address and Client IPv6 Address. */
  addresses: names("source address or network"),
  /** Day and Time Restrictions, in `timeZone`. */
  dayAndTime,
  /** Every other condition, by the attribute that it looks at. */
  attributes: named(attributeCondition, '{ "NAS-Port-Type": "Virtual" }').optional(),
};

const attributeValue = z.union([z.string(), z.number(), z.instanceof(Uint8Array)]);

/** Attributes of an answer. */
const attributes = named(
  z.union([attributeValue, z.array(attributeValue)], {
    error: (issue) => typeMessage(issue, "a value or a list of values", 'write for example "staff" or 3600'),
  }),
  '{ "Filter-Id": "staff" }',
).optional();

const realmRule = record({
  /** What it is applied to; User-Name unless told otherwise. */
  attribute: choice(realmAttributes).optional(),
  find: text("a regular expression"),
  replace: z.string({
    error: (issue) => typeMessage(issue, "text", 'write what stands there instead; "" takes it out'),
  }),
});

const connectionRequestPolicy = record({
  name: text("a name for the policy"),
  enabled: flag.optional(),
  conditions: record(ofTheRequest).optional(),
  /** Authenticate here, forward to a remote RADIUS server group, or accept without validating credentials. */
  authentication: z
    .union([choice(["local", "none"]), record({ forward: text("the name of a remote RADIUS server group") })])
    .optional(),
  realmRules: list(realmRule, "rules").optional(),
  attributes,
});

const seconds = z
  .int({ error: (issue) => typeMessage(issue, "a whole number of seconds", "write for example 3600") })
  .min(1, { error: message("is less than 1", "write for example 3600, or leave it out") })
  .max(0xffff_ffff, { error: message("is more than an attribute holds", "write at most 4294967295") })
  .optional();

const constraints = record({
  authenticationMethods: list(choice(["PAP", "CHAP", "MS-CHAP", "MS-CHAPv2", "EAP"]), "methods").optional(),
  /** Some of `eap.methods`, in the order in which they are offered; none refuses EAP. */
  eapMethods: names("name out of eap.method"),
  dayAndTime,
  nasPortTypes: names("port type"),
  calledStationId: attributeCondition.optional(),
  sessionTimeout: seconds,
  idleTimeout: seconds,
});

const vlanRange = message("is no VLAN", "write a number from 1 to 4094, or a name in quotes");

const accessSettings = record({
  attributes,
  vlan: z
    .union(
      [z.int().min(1, { error: vlanRange }).max(4094, { error: vlanRange }), text("the name of a VLAN")],
      {
        error: (issue) => typeMessage(issue, "a VLAN", "write a number from 1 to 4094, or a name in quotes"),
      },
    )
    .optional(),
  encryption: list(choice(encryptionStrengths), "strengths")
    .min(1, { error: message("is empty", 'write for example ["strongest"], or leave it out') })
    .optional(),
});

const networkPolicy = record({
  name: text("a name for the policy"),
  enabled: flag.optional(),
  conditions: record({
    ...ofTheRequest,
    /** Windows Groups and User Groups. */
    groups: names("group name"),
    authenticationTypes: list(choice(authenticationTypes), "authentication types").optional(),
    /** Some of `eap.methods`. */
    eapMethods: names("name out of eap.method"),
  }).optional(),
  access: choice(["grant", "deny"]),
  /** "Ignore user account dial-in properties". */
  ignoreDialInPermission: flag.optional(),
  constraints: constraints.optional(),
  settings: accessSettings.optional(),
});

/** Both lists in the order in which they are tried. A list that is left out is the one of a new installation. */
export const policies = record({
  connectionRequest: list(connectionRequestPolicy, "policies")
    .min(1, { error: message("is empty: every request would be rejected with reason 49", "leave it out") })
    .optional(),
  network: list(networkPolicy, "policies")
    .min(1, { error: message("is empty: every user would be rejected with reason 48", "leave it out") })
    .optional(),
});
