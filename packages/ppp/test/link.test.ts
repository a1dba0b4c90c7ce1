import { describe, expect, it } from "vitest";
import { pair } from "./harness.ts";

describe("a link", () => {
  it("comes up between a server and a caller, with addresses and servers of names", async () => {
    const { clock, server, caller, open, callerLink, serverLink } = pair();
    open();
    clock.advance(5_000);
    expect(caller.phases).toEqual(["establish", "authenticate", "network"]);
    expect(caller.connections).toMatchObject([
      {
        local: "10.99.0.2",
        peer: "10.99.0.1",
        dns: ["10.99.0.53", "10.99.0.54"],
        nbns: ["10.99.0.42"],
      },
    ]);
    expect(server.connections).toMatchObject([{ local: "10.99.0.1", peer: "10.99.0.2" }]);
    expect(server.calls).toEqual(["authenticated alice", "up"]);
    expect(await callerLink.ping()).toMatchObject({ kind: "reply" });
    callerLink.close();
    clock.advance(10_000);
    expect(caller.outcome).toMatchObject({ code: 0, by: "this side", wasUp: true });
    expect(server.outcome).toMatchObject({ code: 719, by: "other side", userName: "alice" });
    expect(serverLink.phase).toBe("dead");
    expect(clock.pending).toBe(0);
  });
});
