import { attributesFromNames, type RawAttribute } from "@sallyport/radius";
import type { SettingsInput } from "@sallyport/server";
import { expect, it } from "vitest";
import { chapAttributes, mschapAttributes, mschapv2 } from "../src/password-attributes.ts";
import { answerToRaw, type RawAttributes } from "../src/raw-request.ts";
import { labSettings, labSettingsWithMschap, startSallyport } from "../src/sallyport.ts";
import { lastTraces } from "../src/traces.ts";

// Every password here is right as far as the length lets it be: what pads, cuts off or overlooks accepts it.

const name = attributesFromNames({ "User-Name": "alice" });
const chap = chapAttributes("wonderland");
const mschap = mschapAttributes("wonderland");
const mschap2 = mschapv2("alice", "wonderland").attributes;

/** `value` cut off, or with zeros behind it. */
function ofLength(length: number, value: Uint8Array): Uint8Array {
  const resized = new Uint8Array(length);
  resized.set(value.subarray(0, length));
  return resized;
}

const hidden =
  (length: number): RawAttributes =>
  (hide) => [...name, { type: 2, value: ofLength(length, hide("wonderland")) }];
const named =
  (attributes: Readonly<Record<string, Uint8Array | readonly Uint8Array[]>>) => (): RawAttribute[] => [
    ...name,
    ...attributesFromNames(attributes),
  ];

/** The octets of an MS-CHAP-Challenge that has no room in one attribute stand in two. */
const halves = (length: number) => [
  ofLength(length / 2, mschap2["MS-CHAP-Challenge"]),
  new Uint8Array(length / 2),
];

interface Case {
  readonly what: string;
  readonly settings?: SettingsInput;
  readonly requests: readonly RawAttributes[];
}

const cases: readonly Case[] = [
  {
    what: "User-Password of 0, 1, 15, 17, 31 and 144 octets",
    requests: [0, 1, 15, 17, 31, 144].map(hidden),
  },
  {
    what: "CHAP-Password of 0, 1, 16, 18 and 253 octets",
    requests: [0, 1, 16, 18, 253].map((length) =>
      named({ ...chap, "CHAP-Password": ofLength(length, chap["CHAP-Password"]) }),
    ),
  },
  {
    what: "CHAP-Challenge of 0 octets, and another than the answer's",
    requests: [0, 15].map((length) =>
      named({ ...chap, "CHAP-Challenge": ofLength(length, chap["CHAP-Challenge"]) }),
    ),
  },
  {
    what: "MS-CHAP-Response of 0, 49 and 51 octets",
    settings: labSettingsWithMschap,
    requests: [0, 49, 51].map((length) =>
      named({ ...mschap, "MS-CHAP-Response": ofLength(length, mschap["MS-CHAP-Response"]) }),
    ),
  },
  {
    what: "MS-CHAP-Challenge of 0, 7, 9 and 247 octets, twice, and none, with MS-CHAP-Response",
    settings: labSettingsWithMschap,
    requests: [
      ...[0, 7, 9, 247].map((length) =>
        named({ ...mschap, "MS-CHAP-Challenge": ofLength(length, mschap["MS-CHAP-Challenge"]) }),
      ),
      named({ ...mschap, "MS-CHAP-Challenge": [mschap["MS-CHAP-Challenge"], new Uint8Array(8)] }),
      named({ "MS-CHAP-Response": mschap["MS-CHAP-Response"] }),
    ],
  },
  {
    what: "MS-CHAP2-Response of 0, 49 and 51 octets",
    requests: [0, 49, 51].map((length) =>
      named({ ...mschap2, "MS-CHAP2-Response": ofLength(length, mschap2["MS-CHAP2-Response"]) }),
    ),
  },
  {
    what: "MS-CHAP-Challenge of 0, 7, 15, 247 and twice 150 octets, and none, with MS-CHAP2-Response",
    requests: [
      ...[0, 7, 15, 247].map((length) =>
        named({ ...mschap2, "MS-CHAP-Challenge": ofLength(length, mschap2["MS-CHAP-Challenge"]) }),
      ),
      named({ ...mschap2, "MS-CHAP-Challenge": halves(300) }),
      named({ "MS-CHAP2-Response": mschap2["MS-CHAP2-Response"] }),
    ],
  },
  {
    // RFC 2865 section 4.1: "MUST NOT contain both a User-Password and a CHAP-Password"; the same for later methods.
    what: "User-Password beside an answer to a challenge, all of them right",
    requests: [
      (hide) => [...name, { type: 2, value: hide("wonderland") }, ...attributesFromNames(chap)],
      (hide) => [...name, ...attributesFromNames(chap), { type: 2, value: hide("wonderland") }],
      (hide) => [...name, { type: 2, value: hide("wonderland") }, ...attributesFromNames(mschap)],
      (hide) => [...name, { type: 2, value: hide("wonderland") }, ...attributesFromNames(mschap2)],
      named({ ...chap, ...mschap2 }),
    ],
  },
  {
    what: "User-Password beside an answer to a challenge, one of them wrong",
    requests: [
      (hide) => [...name, { type: 2, value: hide("wonderland") }, { type: 3, value: new Uint8Array(17) }],
      (hide) => [...name, { type: 2, value: hide("looking glass") }, ...attributesFromNames(chap)],
      (hide) => [...name, { type: 2, value: hide("looking glass") }, ...attributesFromNames(mschap2)],
    ],
  },
  {
    // RFC 2865 section 5.44: 0-1 of each.
    what: "two of a kind, of which one is right",
    requests: [
      (hide) => [...name, { type: 2, value: hide("wonderland") }, { type: 2, value: hide("looking glass") }],
      (hide) => [...name, { type: 2, value: hide("looking glass") }, { type: 2, value: hide("wonderland") }],
      (hide) => [...name, { type: 2, value: hide("wonderland") }, { type: 2, value: new Uint8Array(15) }],
      named({ ...chap, "CHAP-Password": [chap["CHAP-Password"], new Uint8Array(17)] }),
      named({ ...chap, "CHAP-Password": [new Uint8Array(17), chap["CHAP-Password"]] }),
      named({ ...mschap2, "MS-CHAP2-Response": [mschap2["MS-CHAP2-Response"], new Uint8Array(50)] }),
    ],
  },
];

it.each(cases)(
  "$what: refused, one trace each, and the next good request is answered",
  async ({ settings = labSettings, requests }) => {
    const server = await startSallyport(settings);
    const answers: string[] = [];
    for (const request of requests) answers.push(await answerToRaw(server.auth, request));
    // RFC 2865 section 5: an Access-Reject should be sent; what is malformed beyond that is not answered at all.
    expect(answers).toEqual(answers.map(() => expect.stringMatching(/^(?:Access-Reject|silence)$/)));
    const traces = await lastTraces(server, 1_000);
    expect(traces.map(({ id }) => id)).toEqual(
      Array.from({ length: requests.length * 2 }, (_, at) => at + 1),
    );
    const refused = traces.filter((_, at) => at % 2 === 0);
    expect(refused.map(({ answer }) => answer?.type ?? "silence")).toEqual(answers);
    for (const trace of refused) {
      expect(trace.reason?.code).toBeGreaterThan(0);
      expect(server.log().match(new RegExp(`#${trace.id} `, "g"))).toHaveLength(1);
    }
    expect(await server.stop()).toMatchObject({ status: 0 });
  },
);
