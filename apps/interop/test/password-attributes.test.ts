import { expect, it } from "vitest";
import { mschapAttributes, mschapv2 } from "../src/password-attributes.ts";

const octets = (hex: string) => Buffer.from(hex, "hex");

it("RFC 2759 section 9.2: MS-CHAPv2 as the tests compute it", () => {
  const { attributes, success } = mschapv2(
    "User",
    "clientPass",
    octets("5b5d7c7d7b3f2f3e3c2c602132262628"),
    octets("21402324255e262a28295f2b3a337c7e"),
  );
  const response = Buffer.from(attributes["MS-CHAP2-Response"]).subarray(26);
  expect(response.toString("hex")).toBe("82309ecd8d708b5ea08faa3981cd83544233114a3d85d6df");
  expect(Buffer.from(success).toString("latin1").slice(1)).toBe("S=407A5589115FD0D6209F510FE9C04566932CDA56");
});

it("MS-CHAP as the tests compute it is what radclient sends", () => {
  const attributes = mschapAttributes("wonderland", octets("1b2b08b67c12fe84"));
  const response = Buffer.from(attributes["MS-CHAP-Response"]).subarray(26);
  expect(response.toString("hex")).toBe("7d275f3f965872caad528e5faf665498ab60ad4695a2f754");
});
