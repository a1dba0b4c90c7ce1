import { EAPCODE_Failure, EAPCODE_Request, EAPCODE_Response, EAPCODE_Success } from "@sallyport/eap";
import { describe, expect, it } from "vitest";
import { createEapBench, type PeerScript } from "../../src/index.ts";
import { echo } from "./methods.ts";

const bench = () => createEapBench({ method: echo() });

describe("a scripted peer", () => {
  const connect = (peer: PeerScript) => bench().connect({ peer });

  it("answers as it likes", async () => {
    const codes: number[] = [];
    const session = await connect(async (line) => {
      await line.identify("bob");
      const request = await line.receive();
      line.respond(request.data);
      codes.push(request.code, (await line.receive()).code);
    });
    expect(codes).toEqual([EAPCODE_Request, EAPCODE_Success]);
    expect(session.succeeded).toBe(true);
    expect(session.peer).toBeUndefined();
    expect(session.authenticator?.identity).toBe("bob");
  });

  it("takes the bench's identity, another identifier or type, text, or octets of any kind", async () => {
    const session = await connect(async (line) => {
      await line.identify();
      await line.receive();
      line.respond("text", { identifier: 1 });
      line.respond(Uint8Array.of(1), { type: 200 });
      line.send(Uint8Array.of(2, 1, 0));
      line.send({ code: EAPCODE_Response, identifier: 108, type: { vendorId: 9, vendorType: 7 } });
      line.respond("wrong");
    });
    expect(session.packets.slice(1)).toEqual([
      'to the authenticator: Response 107 Identity "alice"',
      "to the peer: Request 108 Experimental",
      "to the authenticator: Response 1 Experimental",
      "to the authenticator: Response 108 type 200",
      "to the authenticator: malformed (truncated)",
      "to the authenticator: Response 108 expanded type 9/7",
      "to the authenticator: Response 108 Experimental",
      "to the peer: Failure 108",
    ]);
  });

  it("EAP-58 refuses a type", async () => {
    const packet = async (...types: number[]) => {
      const session = await connect(async (line) => {
        await line.identify();
        await line.receive();
        line.nak(types);
      });
      return [session.packets[3], session.authenticator?.result];
    };
    expect(await packet()).toEqual(["to the authenticator: Response 108 Nak (nothing)", 919]);
    expect(await packet(13, 254)).toEqual([
      "to the authenticator: Response 108 Nak (EAP-TLS, expanded types)",
      918,
    ]);
  });

  it("lets time pass", async () => {
    const session = await connect(async (line) => {
      await line.identify();
      const { data } = await line.receive();
      await line.wait(7_000);
      line.respond(data);
    });
    expect(session.succeeded).toBe(true);
    expect(session.packets.filter((packet) => packet.includes("resend"))).toHaveLength(2);
  });

  it("may go on receiving when the session is over", async () => {
    const codes: number[] = [];
    await connect(async (line) => {
      await line.identify();
      for (;;) {
        const packet = await line.receive();
        codes.push(packet.code);
        if (packet.code === EAPCODE_Request) line.respond("wrong");
      }
    });
    expect(codes).toEqual([EAPCODE_Request, EAPCODE_Failure]);
  });

  it("may end early: the authenticator gives up", async () => {
    const session = await connect(async (line) => line.identify());
    expect(session.authenticator?.result).toBe(718);
  });

  it("that fails fails the test", async () => {
    const failing = connect(async (line) => {
      await line.identify();
      expect((await line.receive()).code).toBe(EAPCODE_Success);
    });
    await expect(failing).rejects.toThrow("expected 1 to be 3");
  });

  it("that answers nothing it has received is told so", async () => {
    await expect(connect(async (line) => line.respond("hello"))).rejects.toThrow(
      new TypeError("the script has received no request yet"),
    );
  });

  it("waits for one packet at a time", async () => {
    const twice = connect(async (line) => {
      await Promise.all([line.receive(), line.receive()]);
    });
    await expect(twice).rejects.toThrow(new TypeError("the script waits for a packet already"));
  });

  it("may compute in the real world", async () => {
    const session = await connect(async (line) => {
      await line.identify();
      const { data } = await line.receive();
      await crypto.subtle.digest("SHA-256", new Uint8Array(data));
      line.respond(data);
    });
    expect(session.succeeded).toBe(true);
    expect(session.transcript.at(-1)?.at).toBe(0);
  });
});

describe("a scripted authenticator", () => {
  it("asks as it likes", async () => {
    const session = await bench().connect({
      async authenticator(line) {
        const identity = await line.request(1, "Who?");
        expect(new TextDecoder().decode(identity.data)).toBe("alice");
        const nak = await line.request(13);
        expect([...nak.data]).toEqual([255]);
        const reply = await line.request(255, Uint8Array.of(1, 2));
        expect(reply.data).toEqual(Uint8Array.of(1, 2));
        line.succeed();
      },
    });
    expect(session.succeeded).toBe(true);
    expect(session.authenticator).toBeUndefined();
    expect(session.packets).toEqual([
      "to the peer: Request 1 Identity",
      'to the authenticator: Response 1 Identity "alice"',
      "to the peer: Request 2 EAP-TLS",
      "to the authenticator: Response 2 Nak (Experimental)",
      "to the peer: Request 3 Experimental",
      "to the authenticator: Response 3 Experimental",
      "to the peer: Success 3",
    ]);
  });

  it("EAP-56 sends a notification, an unknown vendor's type and a Failure", async () => {
    const session = await bench().connect({
      async authenticator(line) {
        await line.request(1);
        await line.request(2, "Your password expires soon.");
        const nak = await line.request({ vendorId: 9, vendorType: 1 });
        expect(nak.expanded).toBe(true);
        await line.request(255, "x");
        line.fail();
      },
    });
    expect(session.peer).toMatchObject({ result: 691 });
    expect(session.lines).toContain('peer: notification "Your password expires soon."');
    expect(session.packets).toContain("to the authenticator: Response 3 Expanded Nak (Experimental)");
  });

  it("may be at both ends", async () => {
    const session = await bench().connect({
      authenticator: async (line) => void (await line.request(200, "ping")),
      async peer(line) {
        await line.receive();
        line.respond("pong");
      },
    });
    expect(session.packets).toEqual([
      "to the peer: Request 1 type 200",
      "to the authenticator: Response 1 type 200",
    ]);
    expect(session.succeeded).toBe(false);
  });

  it("that never stop are stopped", async () => {
    const endless = bench().connect({
      async authenticator(line) {
        for (;;) await line.request(200);
      },
      async peer(line) {
        for (;;) {
          await line.receive();
          line.respond("");
        }
      },
    });
    await expect(endless).rejects.toThrow("the two sides do not stop: 100000 packets");
  });
});
