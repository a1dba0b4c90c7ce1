import { describe, expect, it } from "vitest";
import {
  type NpsExtension,
  type NpsExtensionModule,
  raAccept,
  radiusAttribute,
  raReject,
  ratFilterId,
  ratReplyMessage,
  ratSessionTimeout,
  ratState,
  rcAccessAccept,
  rcAccessChallenge,
  rcAccessReject,
  rcDiscard,
} from "../src/index.ts";
import { callLog, createHarness } from "./harness.ts";

/** One module of Table N-13: its form and what it does; `adds` puts a Filter-Id on the answer. */
type Cell =
  `${1 | 2 | 3} ${"continue" | "accept" | "reject" | "error" | "adds" | "challenge" | "discard" | "look"}`;

interface Row {
  readonly number: number;
  readonly authentication: readonly Cell[];
  readonly password?: "wrong";
  readonly policy?: "no match";
  readonly authorization: readonly Cell[];
  /** The calls that happen, as "point form". */
  readonly calls: readonly string[];
  readonly answer: string;
  readonly attributes: readonly string[];
  readonly reason: number;
  /** The packet types of the accounting log. */
  readonly records: readonly number[];
  /** Severities of the events. */
  readonly events?: readonly string[];
}

const profile = "Session-Timeout=60";

/** Table N-13, row by row. */
const table: readonly Row[] = [
  {
    number: 1,
    authentication: [],
    authorization: [],
    calls: [],
    answer: "accept",
    attributes: [profile],
    reason: 0,
    records: [1, 2],
  },
  {
    number: 2,
    authentication: ["1 continue", "2 adds"],
    authorization: [],
    calls: ["authentication 1", "authentication 2"],
    answer: "accept",
    attributes: [profile, "Filter-Id=2"],
    reason: 0,
    records: [1, 2],
  },
  {
    number: 3,
    authentication: ["1 accept", "2 adds"],
    password: "wrong",
    authorization: [],
    calls: ["authentication 1"],
    answer: "accept",
    attributes: [profile],
    reason: 0,
    records: [1, 2],
  },
  {
    number: 4,
    authentication: ["1 accept", "1 continue", "3 adds"],
    password: "wrong",
    authorization: [],
    calls: ["authentication 1", "authentication 3"],
    answer: "accept",
    attributes: [profile, "Filter-Id=3"],
    reason: 0,
    records: [1, 2],
  },
  {
    number: 5,
    authentication: ["1 accept"],
    policy: "no match",
    authorization: [],
    calls: ["authentication 1"],
    answer: "reject",
    attributes: [],
    reason: 48,
    records: [1, 3],
  },
  {
    number: 6,
    authentication: ["1 reject", "2 adds"],
    authorization: ["1 continue", "3 look"],
    calls: ["authentication 1", "authorization 3 sees 3"],
    answer: "reject",
    attributes: [],
    reason: 21,
    records: [1, 3],
  },
  {
    number: 7,
    authentication: ["1 error", "2 adds"],
    authorization: ["3 look"],
    calls: ["authentication 1"],
    answer: "silence",
    attributes: [],
    reason: 10,
    records: [],
    events: ["error"],
  },
  {
    number: 8,
    authentication: ["3 accept", "1 continue", "3 adds"],
    password: "wrong",
    authorization: [],
    calls: ["authentication 3", "authentication 3"],
    answer: "accept",
    attributes: [profile, "Filter-Id=3"],
    reason: 0,
    records: [1, 2],
  },
  {
    number: 9,
    authentication: ["3 challenge"],
    authorization: ["3 look"],
    calls: ["authentication 3", "authorization 3 sees 11"],
    answer: "challenge",
    attributes: ["State=***"],
    reason: 0,
    records: [1],
  },
  {
    number: 10,
    authentication: ["3 discard", "3 continue"],
    authorization: ["3 look"],
    calls: ["authentication 3"],
    answer: "silence",
    attributes: [],
    reason: 9,
    records: [],
  },
  {
    number: 11,
    authentication: [],
    password: "wrong",
    authorization: ["1 continue", "3 look"],
    calls: ["authorization 3 sees 3"],
    answer: "reject",
    attributes: [],
    reason: 16,
    records: [1, 3],
  },
  {
    number: 12,
    authentication: [],
    authorization: ["2 adds", "2 look", "3 look"],
    calls: ["authorization 2", "authorization 2 sees none", "authorization 3 sees 2 Filter-Id"],
    answer: "accept",
    attributes: [profile, "Filter-Id=2"],
    reason: 0,
    records: [1, 2],
  },
  {
    number: 13,
    authentication: [],
    authorization: ["1 reject", "3 look"],
    calls: ["authorization 1"],
    answer: "reject",
    attributes: [],
    reason: 21,
    records: [1, 3],
  },
  {
    number: 14,
    authentication: [],
    authorization: ["1 accept"],
    calls: ["authorization 1"],
    answer: "accept",
    attributes: [profile],
    reason: 0,
    records: [1, 2],
    events: ["warning"],
  },
  {
    number: 15,
    authentication: [],
    authorization: ["2 error"],
    calls: ["authorization 2"],
    answer: "silence",
    attributes: [],
    reason: 10,
    records: [],
    events: ["error"],
  },
];

describe("Table N-13, worked chains for an Access-Request", () => {
  it.each(table)(
    "NPS-16, NPS-43, NPS-46: row $number: $authentication | $authorization: $answer",
    async (row) => {
      const calls: string[] = [];
      const { extension } = callLog();
      const list = (point: string, cells: readonly Cell[]): NpsExtension[] =>
        cells.map((cell) => extension(moduleOf(cell, point, calls)));
      const harness = createHarness({
        authentication: list("authentication", row.authentication),
        authorization: list("authorization", row.authorization),
        networkPolicies:
          row.policy === "no match"
            ? []
            : [
                {
                  name: "p",
                  conditions: [],
                  access: "grant",
                  attributes: [radiusAttribute(ratSessionTimeout, 60)],
                },
              ],
      });
      const observed = await harness.access(row.password === "wrong" ? { "User-Password": "wrong" } : {});
      expect(calls).toEqual(row.calls);
      expect(observed).toMatchObject({ answer: row.answer, attributes: row.attributes, reason: row.reason });
      expect(harness.records.map(({ packetType }) => packetType)).toEqual(row.records);
      expect(harness.log.events.map(({ severity }) => severity)).toEqual(row.events ?? []);
    },
  );
});

function moduleOf(cell: Cell, point: string, calls: string[]): NpsExtensionModule {
  const [form, what] = cell.split(" ");
  switch (form) {
    case "1":
      return {
        RadiusExtensionProcess(_, action) {
          calls.push(`${point} 1`);
          if (action !== null && what === "accept") action.value = raAccept;
          if (action !== null && what === "reject") action.value = raReject;
          return what === "error" ? 5 : 0;
        },
      };
    case "2":
      return {
        RadiusExtensionProcessEx(attributes, outAttributes) {
          const seen = attributes.some(({ attrType }) => attrType === ratFilterId) ? "Filter-Id" : "none";
          calls.push(what === "look" ? `${point} 2 sees ${seen}` : `${point} 2`);
          if (what === "adds") outAttributes.value = [radiusAttribute(ratFilterId, "2")];
          return what === "error" ? 5 : 0;
        },
      };
    default:
      return {
        RadiusExtensionProcess2(ecb) {
          const filter = ecb.getResponse(rcAccessAccept)?.find(ratFilterId) === undefined ? "" : " Filter-Id";
          calls.push(what === "look" ? `${point} 3 sees ${ecb.responseType}${filter}` : `${point} 3`);
          switch (what) {
            case "accept":
              return ecb.setResponseType(rcAccessAccept);
            case "reject":
              return ecb.setResponseType(rcAccessReject);
            case "discard":
              return ecb.setResponseType(rcDiscard);
            case "challenge":
              ecb.getResponse(rcAccessChallenge)?.add(radiusAttribute(ratState, "s"));
              return ecb.setResponseType(rcAccessChallenge);
            case "adds":
              return ecb.getResponse(rcAccessAccept)?.add(radiusAttribute(ratFilterId, "3")) ?? 1;
            default:
              return 0;
          }
        },
      };
  }
}

it("the reply of a third form at the authentication point and the policy's profile are both sent", async () => {
  const { extension } = callLog();
  const module = extension({
    RadiusExtensionProcess2: (ecb) =>
      ecb.getResponse(rcAccessAccept)?.add(radiusAttribute(ratReplyMessage, "hello")) ?? 1,
  });
  const networkPolicies = [
    { name: "p", conditions: [], access: "grant" as const, attributes: [radiusAttribute(ratFilterId, "x")] },
  ];
  const { attributes } = await createHarness({ authentication: [module], networkPolicies }).access();
  expect(attributes).toEqual(["Filter-Id=x", "Reply-Message=hello"]);
});
