import { md5Challenge, openEapMethods } from "@sallyport/eap";
import { defineSecurityDialog, RASCS_Connected } from "@sallyport/ras-security";
import { silentLog } from "@sallyport/runtime";
import { expect, it } from "vitest";
import { createDialInBench } from "../src/index.ts";

const dialog = defineSecurityDialog(async (caller) => {
  const user = await caller.ask("Username: ");
  return user === "alice" ? caller.accept(user, "CORP") : caller.refuse(user, "CORP");
});
const asAlice = { script: [{ expect: "Username: ", send: "alice\r" }] };

it("a caller goes through the dialog to PPP, pings, and hangs up; nobody waits for real", async () => {
  const bench = await createDialInBench({ module: dialog });
  const caller = await bench.dial(asAlice);
  expect(await caller.up()).toMatchObject({ local: "10.99.0.2", peer: "10.99.0.1" });
  expect(caller.state).toBe(RASCS_Connected);
  expect(await caller.ping()).toMatchObject({ kind: "reply" });
  expect(await caller.hangUp()).toMatchObject({ error: 0 });
  expect(caller.steps).toContain("PPP authentication: MS-CHAPv2: alice -> NO_ERROR");
  expect(bench.accounting.map(({ status }) => status)).toEqual(["start", "stop"]);
  expect(caller.diagram()).toMatch(
    /dialog: "Username: "[\s\S]*LCP Configure-Request[\s\S]*IPCP Configure-Ack/,
  );
  await bench.stop();
});

it("the dialog's refusal, a wrong password, and a line that is lost end the call with their codes", async () => {
  const bench = await createDialInBench({ module: dialog });
  const refused = await bench.dial({ script: [{ expect: "Username: ", send: "eve\r" }] });
  await expect(refused.up()).rejects.toThrow("not connected");
  const wrong = await bench.dial({
    ...asAlice,
    credentials: { userName: "alice", password: "guess", protocols: ["CHAP"] },
  });
  await expect(wrong.up()).rejects.toThrow("ERROR_AUTHENTICATION_FAILURE (691)");
  const lost = await bench.dial(asAlice);
  await lost.up();
  await lost.cut();
  expect(lost.end).toMatchObject({ error: 629 });
});

it("EAP methods, accounts and admin modules of one's own; a line that loses a byte in a hundred", async () => {
  const { methods } = await openEapMethods([md5Challenge()], { log: silentLog });
  const bench = await createDialInBench({
    eapMethods: methods,
    accounts: [{ name: "bob", password: "builder" }],
    adminModules: [
      {
        MprAdminInitializeDll: () => 0,
        MprAdminTerminateDll: () => 0,
        MprAdminAcceptNewConnection: ({ userName }) => userName === "bob",
        MprAdminConnectionHangupNotification: () => {},
        MprAdminAcceptNewLink: () => true,
        MprAdminLinkHangupNotification: () => {},
        MprAdminAcceptReauthentication: () => true,
      },
    ],
  });
  const caller = await bench.dial({
    credentials: { userName: "bob", password: "builder", eap: { methods } },
    faults: { drop: 0.01 },
  });
  await caller.up();
  expect(caller.steps).toContain("RAS admin module: MprAdminAcceptNewConnection(admin-1)");
});
