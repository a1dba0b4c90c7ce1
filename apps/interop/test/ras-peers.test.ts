import { expect, it } from "vitest";
import { describeWithPeers } from "../src/peers.ts";
import { dialogModule, rasSettings } from "../src/ras-dialog.ts";
import { program, type Sallyport, startSallyport } from "../src/sallyport.ts";
import { chat, serialLine, terminal } from "../src/terminal.ts";

const start = () => startSallyport(rasSettings, { files: { "dialog.ts": dialogModule } });
const address = (server: Sallyport, name: string) => server.ras[name] ?? "";

/** Every call is over: nothing is left on any port. */
async function portsAreFree(server: Sallyport): Promise<void> {
  const calls = async () => {
    const { stdout } = await server.command("ras", "ports", "--json");
    return (JSON.parse(stdout) as { calls: unknown[] }[]).flatMap((port) => port.calls);
  };
  await expect.poll(calls, { timeout: 20_000, interval: 500 }).toEqual([]);
}

const script = (name: string, code: string, last = "echo service") => `ABORT 'Access denied'
TIMEOUT 10
'Username: ' '${name}'
'Passcode: ' '${code}'
'${last}' '\\c'
`;

describeWithPeers(["chat", "socat"], "chat, as pppd dials", () => {
  it("right: admitted, and the secret is in no log", async () => {
    const server = await start();
    const { status, said } = await chat(address(server, "raw"), script("alice", "4711"));
    expect(status).toBe(0);
    expect(said).toContain("Passcode: ");
    await server.logged("CORP\\alice has passed the security dialog");
    await portsAreFree(server);
    expect(server.log()).not.toMatch(/\b4711\b/);
  });

  it("wrong: the refusal reaches chat before the line is closed (ABORT, 4)", async () => {
    const server = await start();
    expect(await chat(address(server, "raw"), script("alice", "0000"))).toMatchObject({ status: 4 });
    await server.logged("RemoteAccess 20093");
  });

  it("a slow typist, who takes something back", async () => {
    const server = await start();
    const slow = script("e\\pv\\pe\\p^H^H^H\\pa\\pl\\pi\\pc\\pe", "4\\p7\\p1\\p1");
    expect(await chat(address(server, "raw"), slow)).toMatchObject({ status: 0 });
    await server.logged("CORP\\alice has passed");
  });

  it("type-ahead: all answers before the first prompt", async () => {
    const server = await start();
    const ahead = "TIMEOUT 10\n'' 'alice\\r4711\\rhello\\r\\c'\n'echo service' '\\c'\n'hello' '\\c'\n";
    expect(await chat(address(server, "raw"), ahead)).toMatchObject({ status: 0 });
  });

  it("a hang-up at each prompt, and in the middle of a word, frees the port", async () => {
    const server = await start();
    for (const until of [
      "'Username: ' '\\c'",
      "'Username: ' 'ali\\c' 'ali' '\\c'",
      "'Username: ' 'alice' 'Passcode: ' '\\c'",
      "'Username: ' 'alice' 'Passcode: ' '47\\c' '**' '\\c'",
    ]) {
      expect(await chat(address(server, "raw"), `TIMEOUT 10\n${until}\n`)).toMatchObject({ status: 0 });
    }
    await expect
      .poll(() => server.log().match(/ERROR_REMOTE_DISCONNECTION \(629\)/g)?.length, { timeout: 10_000 })
      .toBe(4);
    await portsAreFree(server);
  });

  it("a prompt that never comes is chat's time-out (3), and the port is free again", async () => {
    const server = await start();
    expect(await chat(address(server, "raw"), "TIMEOUT 1\n'Login: ' 'x'\n")).toMatchObject({ status: 3 });
    await portsAreFree(server);
  });
});

describeWithPeers(["telnet", "socat"], "telnet of inetutils", () => {
  it.each(["telnet", "raw"])(
    "on a terminal, on the %s port: the line ends are understood, the passcode is masked",
    async (name) => {
      const server = await start();
      const [host, port] = address(server, name).split(":");
      const person = terminal(`telnet ${host} ${port}`);
      await person.sees("Username: ");
      person.types(name === "telnet" ? "alicx\u007fe\r" : "alice\r");
      await person.sees("Passcode: ");
      person.types("4711\r");
      await person.sees("echo service");
      // Without negotiation it is telnet that shows what is typed.
      expect(person.screen().includes("4711")).toBe(name === "raw");
      expect(person.screen()).toContain("****");
      person.types("hello\r");
      await person.sees("hello");
      await server.command("ras", "disconnect", `${name}-1`);
      await person.sees("Connection closed by foreign host");
      await portsAreFree(server);
    },
  );

  it("a refused caller reads why", async () => {
    const server = await start();
    const [host, port] = address(server, "telnet").split(":");
    const person = terminal(`telnet ${host} ${port}`);
    await person.sees("Username: ");
    person.types("alice\rwrong\r");
    await person.sees("Access denied.");
    await person.sees("Connection closed by foreign host");
  });

  it("hanging up at each prompt frees the port", async () => {
    const server = await start();
    const [host, port] = address(server, "telnet").split(":");
    for (const prompt of ["Username: ", "Passcode: "]) {
      const person = terminal(`telnet ${host} ${port}`);
      await person.sees("Username: ");
      if (prompt !== "Username: ") person.types("alice\r");
      await person.sees(prompt);
      await person.kill();
    }
    await portsAreFree(server);
    await expect.poll(() => server.log().match(/\(629\)/g)?.length, { timeout: 10_000 }).toBe(2);
  });
});

describeWithPeers(["socat"], "sallyport ras dial on a terminal", () => {
  it.each(["telnet", "raw"])(
    "a person on the %s port: every key is sent as it is pressed, and Ctrl-] hangs up",
    async (name) => {
      const server = await start();
      const telnet = name === "telnet" ? " --telnet" : "";
      const person = terminal(
        `${process.execPath} ${program} ras dial${telnet} ${address(server, name).replace(":", "\\:")}`,
      );
      await person.sees("Username: ");
      person.types("alicx\u007fe\r");
      await person.sees("Passcode: ");
      person.types("4711\r");
      await person.sees("echo service");
      expect(person.screen()).not.toMatch(/\b4711\b/);
      person.types("\u001d");
      await person.closed;
      await portsAreFree(server);
    },
  );
});

describeWithPeers(["picocom", "socat"], "picocom on a serial line", () => {
  it("Enter wakes the line: the prompt that was lost when the device was opened comes again", async () => {
    const server = await start();
    const device = await serialLine(address(server, "raw"));
    const person = terminal(`picocom -q -b 115200 ${device}`);
    await expect
      .poll(
        () => {
          person.types("\r");
          return person.screen();
        },
        { timeout: 20_000, interval: 500 },
      )
      .toContain("Username: ");
    person.types("eve\u0015alice\r");
    await person.sees("Passcode: ");
    person.types("4711\r");
    await person.sees("Welcome, alice.");
    expect(person.screen()).not.toMatch(/\b4711\b/);
    await person.kill();
  });
});
