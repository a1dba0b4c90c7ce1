import { describe, expect, it } from "vitest";
import { complaint, parseMeasurement } from "../src/measurement.ts";
import { measurement } from "./fixtures.ts";

const line =
  '{"sent":9,"ok":8,"wrongCode":1,"forged":0,"broken":0,"lost":0,"stray":0,"withSignature":8,"packets":9,"seconds":1.5,"rps":5.3,"p50":100,' +
  '"p99":900,"generatorCpu":1.8,"serverCpu":22.5,"rss":44.25,"problem":"","firstReply":"0207"}';

describe("parseMeasurement", () => {
  it("reads every figure", () => {
    expect(parseMeasurement(line)).toEqual({
      sent: 9,
      ok: 8,
      wrongCode: 1,
      forged: 0,
      broken: 0,
      lost: 0,
      stray: 0,
      withSignature: 8,
      packets: 9,
      seconds: 1.5,
      rps: 5.3,
      p50: 100,
      p99: 900,
      generatorCpu: 1.8,
      serverCpu: 22.5,
      rss: 44.25,
      problem: "",
      firstReply: Buffer.from([2, 7]),
    });
  });

  it.each([
    ["is missing", line.replace('"p99":900,', ""), /"p99": undefined/],
    ["is no number", line.replace("22.5", '"22.5"'), /"serverCpu": "22.5"/],
    ["is no number of this world", line.replace('"rps":5.3', '"rps":1e999'), /"rps": null/],
    ["is no hex", line.replace("0207", "02zz"), /"firstReply": "02zz"/],
    ["is half an octet short", line.replace("0207", "020"), /"firstReply": "020"/],
    ["is no text", line.replace('"problem":""', '"problem":1'), /"problem": 1/],
    ["is null altogether", "null", /"sent": undefined/],
  ])("says what %s", (_, text, message) => {
    expect(() => parseMeasurement(text)).toThrow(message);
    expect(() => parseMeasurement(text)).toThrow(SyntaxError);
  });

  it("refuses a line that was cut off", () => {
    expect(() => parseMeasurement(line.slice(0, -10))).toThrow(SyntaxError);
  });
});

describe("complaint", () => {
  it("has nothing to say about a clean run, nor about replies to nothing", () => {
    expect(complaint(measurement({ stray: 3 }))).toBeUndefined();
  });

  it("names everything that spoils a run", () => {
    expect(complaint(measurement({ wrongCode: 1, forged: 2, broken: 4, problem: "no proof", lost: 3 }))).toBe(
      "1 with a wrong code, 2 that do not verify, 4 that break their method (no proof), 3 lost",
    );
  });
});
